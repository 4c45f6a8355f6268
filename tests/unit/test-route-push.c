/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Push and pop on packets written out by hand.
 */
#include <string.h>

#include "core/packet/ipv4.h"
#include "core/packet/route_push.h"
#include "core/packet/tcp.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

/* A packet at an unreadable page, its room before it, and what became of it. */
struct fixture {
    struct way_guard guard;
    struct way_packet packet;
    struct way_route_change change;
    way_be32 origin;
};

static struct fixture fixture_of(const void *bytes, size_t len)
{
    struct fixture f = {.guard = way_guard_new(bytes, len, WAY_PACKET_ROOM)};
    f.packet = (struct way_packet){.data = f.guard.data, .len = len, .room = WAY_PACKET_ROOM};
    return f;
}

/* The SYN with `options` (`len` bytes, a multiple of 4) in its header. */
static struct fixture syn_with_options(const char *options, size_t len)
{
    uint8_t bytes[SYN_LEN + 40];
    memcpy(bytes, syn_as_sent, 20);
    memcpy(bytes + 20, options, len);
    memcpy(bytes + 20 + len, syn_as_sent + 20, SYN_LEN - 20);
    bytes[0] = (uint8_t)(0x45 + len / 4);
    bytes[3] = (uint8_t)(SYN_LEN + len);
    reseal_ipv4(bytes);
    return fixture_of(bytes, SYN_LEN + len);
}

static enum way_route_result push(struct fixture *f)
{
    return way_route_push(&f->packet, PROXY, &f->change);
}

static enum way_route_result pop(struct fixture *f)
{
    return way_route_pop(&f->packet, &f->origin, &f->change);
}

static void check_bytes(const struct fixture *f, const void *expected, size_t len)
{
    CU_ASSERT_EQUAL_FATAL(f->packet.len, len);
    CU_ASSERT(memcmp(f->packet.data, expected, len) == 0);
}

/* The options of the packet are these bytes, and its header's checksum is right. */
static void check_options(const struct fixture *f, const char *expected, size_t len)
{
    struct way_ipv4 ip;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(f->packet.data, f->packet.len, &ip), WAY_PACKET_OK);
    CU_ASSERT(way_ipv4_checksum_ok(&ip));
    CU_ASSERT_EQUAL_FATAL(way_cursor_left(&ip.options), len);
    CU_ASSERT(memcmp(ip.options.at, expected, len) == 0);
}

static void syn_is_pushed_as_by_hand(void)
{
    struct fixture f = fixture_of(syn_as_sent, SYN_LEN);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT_EQUAL(f.change.l4_delta, SYN_DELTA);
    CU_ASSERT_EQUAL(f.change.grown, 8);
    CU_ASSERT_EQUAL(f.packet.room, 0);
    CU_ASSERT(!f.change.record_route_removed && !f.change.options_removed);
    way_tcp_checksum_apply(&f.packet, f.change.l4_delta, WAY_CSUM_WHOLE);
    check_bytes(&f, syn_redirected, sizeof syn_redirected);
    way_guard_free(&f.guard);
}

static void syn_is_popped_as_by_hand(void)
{
    struct fixture f = fixture_of(syn_redirected, sizeof syn_redirected);
    CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_DONE);
    CU_ASSERT_EQUAL(f.origin, ORIGIN);
    CU_ASSERT_EQUAL(f.change.grown, -8);
    way_tcp_checksum_apply(&f.packet, f.change.l4_delta, WAY_CSUM_WHOLE);
    check_bytes(&f, syn_as_sent, SYN_LEN);
    way_guard_free(&f.guard);
}

static void every_truncation_is_refused(void)
{
    for (size_t len = 0; len < sizeof syn_redirected; len++) {
        struct fixture f = fixture_of(syn_redirected, len);
        CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_MALFORMED);
        CU_ASSERT_NOT_EQUAL(f.change.error, WAY_PACKET_OK);
        CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_MALFORMED);
        CU_ASSERT(len == 0 || memcmp(f.packet.data, syn_redirected, len) == 0);
        way_guard_free(&f.guard);
    }
}

static void every_wrong_bit_in_the_header_is_refused(void)
{
    for (unsigned bit = 0; bit < 28 * 8; bit++) {
        struct fixture f = fixture_of(syn_redirected, sizeof syn_redirected);
        f.packet.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_MALFORMED);
        CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_MALFORMED);
        way_guard_free(&f.guard);
    }
}

static void own_options_stay_behind_ours(void)
{
    struct fixture f = syn_with_options("\x94\x04\x00\x00", 4);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    check_options(&f, "\x01\x07\x07\x08\x0a\x00\x03\x02\x94\x04\x00\x00", 12);
    CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_DONE);
    check_options(&f, "\x94\x04\x00\x00", 4);
    way_guard_free(&f.guard);
}

static void own_record_route_is_taken_out(void)
{
    struct fixture f = syn_with_options("\x07\x07\x04\0\0\0\0\x94\x04\0\0\0", 12);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT(f.change.record_route_removed && !f.change.options_removed);
    CU_ASSERT_EQUAL(f.change.grown, 0);
    check_options(&f, "\x01\x07\x07\x08\x0a\x00\x03\x02\x94\x04\x00\x00", 12);
    way_guard_free(&f.guard);
}

static void taken_out_without_the_header_becoming_shorter(void)
{
    struct fixture f = syn_with_options("\x07\x03\x04\x44\x05\x05\0\0", 8);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    check_options(&f, "\x01\x07\x07\x08\x0a\x00\x03\x02\x44\x05\x05\0\0\0\0\0", 16);
    way_guard_free(&f.guard);
}

static void forged_option_is_taken_out_like_any_record_route(void)
{
    struct fixture f = fixture_of(syn_redirected, sizeof syn_redirected);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT(f.change.record_route_removed);
    check_options(&f, "\x01\x07\x07\x08\x0a\x00\x02\x02", 8);
    way_guard_free(&f.guard);
}

static void options_without_room_are_all_taken_off(void)
{
    char options[40] = {0x44, 36, 5, 0};
    struct fixture f = syn_with_options(options, 36);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT(f.change.options_removed && !f.change.record_route_removed);
    CU_ASSERT_EQUAL(f.change.grown, 8 - 36);
    check_options(&f, "\x01\x07\x07\x08\x0a\x00\x03\x02", 8);
    way_guard_free(&f.guard);

    options[1] = 32;
    f = syn_with_options(options, 32);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT_FALSE(f.change.options_removed);
    way_guard_free(&f.guard);
}

static void source_routes_are_refused(void)
{
    static const char *options[] = {"\x83\x07\x04\x0a\0\0\x01\0", "\x89\x07\x04\x0a\0\0\x01\0",
                                    "\x01\x83\x07\x04\x0a\0\0\x01"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct fixture f = syn_with_options(options[i], 8);
        CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_SOURCE_ROUTED);
        CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_SOURCE_ROUTED);
        check_options(&f, options[i], 8);
        way_guard_free(&f.guard);
    }
}

static void broken_options_are_told_by_kind(void)
{
    static const struct {
        const char *options;
        enum way_packet_error error;
    } cases[] = {
        {"\x44\x01\0\0\0\0\0\0", WAY_PACKET_IP_OPTION_LENGTH},    /* shorter than itself */
        {"\x44\x09\x05\0\0\0\0\0", WAY_PACKET_IP_OPTION_LENGTH},  /* ends behind the header */
        {"\x07\x02\0\0\0\0\0\0", WAY_PACKET_IP_OPTION_LENGTH},    /* no pointer */
        {"\x07\x07\x03\0\0\0\0\0", WAY_PACKET_IP_OPTION_POINTER}, /* into itself */
        {"\x01\x07\x07\x09\x0a\0\x03\x02", WAY_PACKET_IP_OPTION_POINTER}, /* beyond full */
        {"\x07\x07\x05\0\0\0\0\0", WAY_PACKET_IP_OPTION_POINTER},         /* half a slot left */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f = syn_with_options(cases[i].options, 8);
        CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_MALFORMED);
        CU_ASSERT_EQUAL(f.change.error, cases[i].error);
        CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_MALFORMED);
        CU_ASSERT_EQUAL(f.change.error, cases[i].error);
        way_guard_free(&f.guard);
    }
}

static void only_the_exact_option_is_popped(void)
{
    static const char *options[] = {
        "\x01\x07\x07\x04\x0a\0\x03\x02",                                     /* not full */
        "\x07\x07\x08\x0a\0\x03\x02\x01",                                     /* not behind a NOP */
        "\x01\x01\x01\x01\x01\x01\x01\x01", "\x01\x44\x07\x08\x0a\0\x03\x02", /* a timestamp */
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct fixture f = syn_with_options(options[i], 8);
        CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_NOT_OURS);
        way_guard_free(&f.guard);
    }
    struct fixture f = fixture_of(syn_as_sent, SYN_LEN);
    CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_NOT_OURS);
    check_bytes(&f, syn_as_sent, SYN_LEN);
    way_guard_free(&f.guard);
}

static void origin_must_be_a_host(void)
{
    struct fixture f = syn_with_options("\x01\x07\x07\x08\x7f\0\0\x01", 8);
    CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_MALFORMED);
    CU_ASSERT_EQUAL(f.change.error, WAY_PACKET_IP_ADDRESS);
    f.packet.data[16] = 224;
    reseal_ipv4(f.packet.data);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_MALFORMED);
    CU_ASSERT_EQUAL(f.change.error, WAY_PACKET_IP_ADDRESS);
    way_guard_free(&f.guard);
}

static struct fixture long_packet(uint16_t len)
{
    struct fixture f = fixture_of(NULL, len);
    memcpy(f.packet.data, syn_as_sent, SYN_LEN);
    way_bytes_put16(f.packet.data + 2, len);
    reseal_ipv4(f.packet.data);
    return f;
}

static void longest_packet_that_can_grow(void)
{
    struct fixture f = long_packet(65527);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    CU_ASSERT_EQUAL(f.packet.len, 65535);
    CU_ASSERT_EQUAL(pop(&f), WAY_ROUTE_DONE);
    way_guard_free(&f.guard);

    f = long_packet(65528);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_CANNOT_GROW);
    CU_ASSERT_EQUAL(f.change.l4_delta, 0);
    CU_ASSERT_EQUAL(f.packet.len, 65528);
    way_guard_free(&f.guard);
}

static void ethernet_padding_is_cut_off(void)
{
    struct fixture f = fixture_of(NULL, 60);
    memcpy(f.packet.data, syn_as_sent, SYN_LEN);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    way_tcp_checksum_apply(&f.packet, f.change.l4_delta, WAY_CSUM_WHOLE);
    check_bytes(&f, syn_redirected, sizeof syn_redirected);
    way_guard_free(&f.guard);
}

static void later_fragment_keeps_its_bytes(void)
{
    struct fixture f = fixture_of(syn_as_sent, SYN_LEN);
    f.packet.data[6] = 0x00;
    f.packet.data[7] = 0x10;
    reseal_ipv4(f.packet.data);
    CU_ASSERT_EQUAL(push(&f), WAY_ROUTE_DONE);
    way_tcp_checksum_apply(&f.packet, f.change.l4_delta, WAY_CSUM_WHOLE);
    CU_ASSERT(memcmp(f.packet.data + 28, syn_as_sent + 20, SYN_LEN - 20) == 0);
    way_guard_free(&f.guard);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the SYN is pushed as by hand", syn_is_pushed_as_by_hand},
        {"the SYN is popped as by hand", syn_is_popped_as_by_hand},
        {"every truncation is refused", every_truncation_is_refused},
        {"every wrong bit in the header is refused", every_wrong_bit_in_the_header_is_refused},
        {"the client's own options stay behind ours", own_options_stay_behind_ours},
        {"a client's own Record Route is taken out", own_record_route_is_taken_out},
        {"even where the header becomes no shorter", taken_out_without_the_header_becoming_shorter},
        {"so is a forged option", forged_option_is_taken_out_like_any_record_route},
        {"options that leave no room are all taken off", options_without_room_are_all_taken_off},
        {"source routes are refused", source_routes_are_refused},
        {"broken options are told by kind", broken_options_are_told_by_kind},
        {"only the exact option is popped", only_the_exact_option_is_popped},
        {"the origin must be a host", origin_must_be_a_host},
        {"the longest packet that can grow", longest_packet_that_can_grow},
        {"Ethernet padding is cut off", ethernet_padding_is_cut_off},
        {"a later fragment keeps its bytes", later_fragment_keeps_its_bytes},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "push and pop", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
