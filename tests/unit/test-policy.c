/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The router's decisions, from byte vectors: each packet is written out, ends at
 * an unreadable page, and has its IPv4 checksum filled in unless it says not to.
 *
 * Client 10.0.1.2, router 10.0.1.1, proxy 10.0.2.2, origin 10.0.3.2; TCP port 80
 * is redirected.
 */
#include "core/router/policy.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/packet/checksum.h"
#include "tests/unit/guard.h"
#include "tests/unit/tap.h"

#define CLIENT  10, 0, 1, 2
#define OTHER   10, 0, 9, 2
#define ROUTER  10, 0, 1, 1
#define PROXY   10, 0, 2, 2
#define ORIGIN  10, 0, 3, 2
#define IP(len) 0x45, 0, 0, len, 0, 1
#define DF      0x40, 0
#define NO_DF   0, 0
#define TO_80   0x9c, 0x40, 0, 80
#define TO_81   0x9c, 0x40, 0, 81
#define REST    0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0

static const struct way_router_settings settings = {
    .prefix_count = 1,
    .prefixes = {{.address = 0x0001000a, .mask = 0x00ffffff}},
    .services = {.count = 1, .ports = {80}},
    .proxy = 0x0202000a,
};

static const struct way_policy policy = {
    .settings = &settings, .mtu = 1500, .local_count = 1, .locals = {0x0101000a}};

static struct way_fragments table;
static struct way_policy_state state = {.fragments = &table};

static struct way_decision decide_at(const uint8_t *bytes, size_t len, size_t segment_len,
                                     bool checksum)
{
    struct way_guard guard = way_guard_new(bytes, len, 0);
    size_t header = (size_t)(bytes[0] & 15) * 4;
    if (checksum && header <= len) {
        uint16_t sum = way_csum_of(guard.data, header);
        way_bytes_put16(guard.data + 10, sum);
    }
    struct way_decision decision = way_policy_decide(&policy, &state, guard.data, len, segment_len);
    way_guard_free(&guard);
    return decision;
}

/* Checks verdict and counter of the packet that the bytes are. */
#define DECIDES(expected_verdict, expected_counter, ...)                                           \
    do {                                                                                           \
        static const uint8_t bytes_[] = {__VA_ARGS__};                                             \
        struct way_decision d_ = decide_at(bytes_, sizeof(bytes_), sizeof(bytes_), true);          \
        CU_ASSERT_EQUAL(d_.verdict, expected_verdict);                                             \
        CU_ASSERT_EQUAL(d_.counter, (unsigned)(expected_counter));                                 \
    } while (0)

static void clients_tcp_to_a_service_is_pushed(void)
{
    DECIDES(WAY_VERDICT_PUSH, WAY_ROUTER_PUSHED, IP(40), DF, 64, 6, 0, 0, CLIENT, ORIGIN, TO_80,
            REST);
}

static void other_tcp_is_passed(void)
{
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_SERVICE, IP(40), DF, 64, 6, 0, 0, CLIENT, ORIGIN,
            TO_81, REST);
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_SOURCE, IP(40), DF, 64, 6, 0, 0, OTHER, ORIGIN,
            TO_80, REST);
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_LOCAL, IP(40), DF, 64, 6, 0, 0, CLIENT, ROUTER,
            TO_80, REST);
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_TTL, IP(40), DF, 1, 6, 0, 0, CLIENT, ORIGIN, TO_80,
            REST);
}

static void whatever_is_addressed_to_the_proxy_is_dropped(void)
{
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_TO_PROXY, IP(40), DF, 64, 6, 0, 0, CLIENT, PROXY,
            TO_80, REST);
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_TO_PROXY, IP(40), DF, 64, 6, 0, 0, OTHER, PROXY,
            TO_81, REST);
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_TO_PROXY, IP(28), DF, 64, 17, 0, 0, CLIENT, PROXY,
            0, 1, 0, 2, 0, 8, 0, 0);
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_TO_PROXY, 0x47, 0, 0, 48, 0, 1, DF, 64, 6, 0, 0,
            CLIENT, PROXY, 1, 7, 7, 8, ORIGIN, TO_80, REST);
}

static void later_fragments_follow_their_first(void)
{
    memset(&table, 0, sizeof(table));
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_FRAGMENT, IP(28), 0, 3, 64, 6, 0, 0, CLIENT,
            ORIGIN, 1, 2, 3, 4, 5, 6, 7, 8);
    DECIDES(WAY_VERDICT_PUSH, WAY_ROUTER_PUSHED, IP(40), 0x20, 0, 64, 6, 0, 0, CLIENT, ORIGIN,
            TO_80, REST);
    DECIDES(WAY_VERDICT_PUSH, WAY_ROUTER_PUSHED, IP(28), 0, 3, 64, 6, 0, 0, CLIENT, ORIGIN, 1, 2, 3,
            4, 5, 6, 7, 8);
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_SERVICE, IP(40), 0x20, 0, 64, 6, 0, 0, CLIENT,
            OTHER, TO_81, REST);
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_FRAGMENT, IP(28), 0, 3, 64, 6, 0, 0, CLIENT, OTHER,
            1, 2, 3, 4, 5, 6, 7, 8);
}

static void a_first_fragment_is_forgotten_in_time(void)
{
    memset(&table, 0, sizeof(table));
    state.now = 1000;
    DECIDES(WAY_VERDICT_PUSH, WAY_ROUTER_PUSHED, IP(40), 0x20, 0, 64, 6, 0, 0, CLIENT, ORIGIN,
            TO_80, REST);
    state.now += WAY_FRAGMENTS_NS + 1;
    DECIDES(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_FRAGMENT, IP(28), 0, 3, 64, 6, 0, 0, CLIENT,
            ORIGIN, 1, 2, 3, 4, 5, 6, 7, 8);
}

static void malformed_packets_are_dropped_by_kind(void)
{
    DECIDES(WAY_VERDICT_DROP, way_router_malformed(WAY_PACKET_TRUNCATED), 0x45, 0, 0);
    DECIDES(WAY_VERDICT_DROP, way_router_malformed(WAY_PACKET_IP_VERSION), 0x65, 0, 0, 20, 0, 1, DF,
            64, 6, 0, 0, CLIENT, ORIGIN);
    DECIDES(WAY_VERDICT_DROP, way_router_malformed(WAY_PACKET_IP_TOTAL_LENGTH), IP(41), DF, 64, 6,
            0, 0, CLIENT, ORIGIN, TO_80, REST);
    DECIDES(WAY_VERDICT_DROP, way_router_malformed(WAY_PACKET_TRUNCATED), IP(23), DF, 64, 6, 0, 0,
            CLIENT, ORIGIN, 0x9c, 0x40, 0);
    static const uint8_t wrong[] = {IP(40), DF, 64, 6, 1, 1, CLIENT, ORIGIN, TO_80, REST};
    CU_ASSERT_EQUAL(decide_at(wrong, sizeof(wrong), sizeof(wrong), false).counter,
                    way_router_malformed(WAY_PACKET_IP_CHECKSUM));
}

static void too_long_is_answered_or_cut(void)
{
    static const uint8_t df[] = {IP(40), DF, 64, 6, 0, 0, CLIENT, ORIGIN, TO_80, REST};
    static const uint8_t no_df[] = {IP(40), NO_DF, 64, 6, 0, 0, CLIENT, ORIGIN, TO_80, REST};
    CU_ASSERT_EQUAL(decide_at(df, sizeof(df), 1492, true).verdict, WAY_VERDICT_PUSH);
    struct way_decision decision = decide_at(df, sizeof(df), 1493, true);
    CU_ASSERT_EQUAL(decision.verdict, WAY_VERDICT_ANSWER);
    CU_ASSERT_EQUAL(decision.mtu, 1492);
    decision = decide_at(no_df, sizeof(no_df), 1493, true);
    CU_ASSERT_EQUAL(decision.verdict, WAY_VERDICT_FRAGMENT);
    decision = decide_at(no_df, sizeof(no_df), 39, true);
    CU_ASSERT_EQUAL(decision.verdict, WAY_VERDICT_PUSH);
}

static void icmp_errors_about_the_proxys_answers_are_pushed(void)
{
    /* port unreachable, quoting 28 bytes of a packet O:80 -> C */
    DECIDES(WAY_VERDICT_PUSH, WAY_ROUTER_PUSHED_ICMP, IP(56), DF, 64, 1, 0, 0, CLIENT, ORIGIN, 3, 3,
            0, 0, 0, 0, 0, 0, IP(200), DF, 60, 6, 0, 0, ORIGIN, CLIENT, 0, 80, 0x9c, 0x40, 0, 0, 0,
            0);
}

static void other_icmp_is_passed(void)
{
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER, IP(28), DF, 64, 1, 0, 0, CLIENT, ORIGIN, 8,
            0, 0, 0, 0, 1, 0, 1);
    /* quotes port 81 */
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER, IP(56), DF, 64, 1, 0, 0, CLIENT, ORIGIN, 3,
            3, 0, 0, 0, 0, 0, 0, IP(200), DF, 60, 6, 0, 0, ORIGIN, CLIENT, 0, 81, 0x9c, 0x40, 0, 0,
            0, 0);
    /* is sent to another than the quoted sender */
    DECIDES(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER, IP(56), DF, 64, 1, 0, 0, CLIENT, OTHER, 3, 3,
            0, 0, 0, 0, 0, 0, IP(200), DF, 60, 6, 0, 0, ORIGIN, CLIENT, 0, 80, 0x9c, 0x40, 0, 0, 0,
            0);
    DECIDES(WAY_VERDICT_DROP, way_router_malformed(WAY_PACKET_TRUNCATED), IP(38), DF, 64, 1, 0, 0,
            CLIENT, ORIGIN, 3, 3, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 1, 6);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"clients' TCP to a service is pushed", clients_tcp_to_a_service_is_pushed},
        {"other TCP is passed", other_tcp_is_passed},
        {"whatever is addressed to the proxy is dropped",
         whatever_is_addressed_to_the_proxy_is_dropped},
        {"later fragments follow their first", later_fragments_follow_their_first},
        {"a first fragment is forgotten in time", a_first_fragment_is_forgotten_in_time},
        {"malformed packets are dropped by kind", malformed_packets_are_dropped_by_kind},
        {"too long is answered or cut", too_long_is_answered_or_cut},
        {"ICMP errors about the proxy's answers are pushed",
         icmp_errors_about_the_proxys_answers_are_pushed},
        {"other ICMP is passed", other_icmp_is_passed},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "policy", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
