/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Resets and ICMP errors. The reset to the SYN, by hand:
 *
 *   IPv4  4500+0028+4000+4006 + 0a00+0302 + 0a00+0102            = dd32 -> 22cd
 *   TCP   pseudo 0a00+0302+0a00+0102+0006+0014                   = 181e
 *         0050+9c40 +0000+0000 +0000+0002 +5014 = eca6; 104c4    = 04c5 -> fb3a
 */
#include <string.h>

#include "core/packet/build.h"
#include "core/packet/icmp.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

static const uint8_t reset[WAY_BUILD_RST_LEN] = {
    0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0x22, 0xcd, 10,   0,
    3,    2,    10,   0,    1,    2,    0x00, 0x50, 0x9c, 0x40, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x02, 0x50, 0x14, 0x00, 0x00, 0xfb, 0x3a, 0x00, 0x00,
};

/* Answers `segment` with a reset at an unreadable page; returns its length. */
static size_t reset_to(const uint8_t *segment, size_t len, uint8_t *out)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(segment, len, &ip), WAY_PACKET_OK);
    CU_ASSERT_EQUAL_FATAL(way_tcp_parse(&ip, &tcp), WAY_PACKET_OK);
    struct way_guard guard = way_guard_new(NULL, WAY_BUILD_RST_LEN, 0);
    size_t made = way_build_rst(guard.data, guard.len, &ip, &tcp);
    memcpy(out, guard.data, guard.len);
    way_guard_free(&guard);
    return made;
}

static void reset_to_the_syn_is_as_by_hand(void)
{
    uint8_t out[WAY_BUILD_RST_LEN];
    CU_ASSERT_EQUAL(reset_to(syn_as_sent, SYN_LEN, out), sizeof reset);
    CU_ASSERT(memcmp(out, reset, sizeof reset) == 0);
}

static void data_in_the_syn_is_acknowledged(void)
{
    uint8_t syn[SYN_LEN + 5], out[WAY_BUILD_RST_LEN];
    memcpy(syn, syn_as_sent, SYN_LEN);
    syn[3] += 5;
    reset_to(syn, sizeof syn, out);
    CU_ASSERT_EQUAL(way_bytes_get32(out + 28), 1 + 1 + 5);
}

static void segment_with_ack_is_refused_at_its_own_word(void)
{
    uint8_t segment[SYN_LEN], out[WAY_BUILD_RST_LEN];
    memcpy(segment, syn_as_sent, SYN_LEN);
    way_bytes_put32(segment + 28, 0xdeadbeef);
    segment[33] = WAY_TCP_ACK;
    reset_to(segment, sizeof segment, out);
    CU_ASSERT_EQUAL(way_bytes_get32(out + 24), 0xdeadbeef);
    CU_ASSERT_EQUAL(way_bytes_get32(out + 28), 0);
    CU_ASSERT_EQUAL(out[33], WAY_TCP_RST);
}

static void reset_is_never_answered(void)
{
    uint8_t segment[SYN_LEN], out[WAY_BUILD_RST_LEN];
    memcpy(segment, syn_as_sent, SYN_LEN);
    segment[33] = WAY_TCP_RST;
    CU_ASSERT_EQUAL(reset_to(segment, sizeof segment, out), 0);
}

/* Builds an error about a packet, in `room` bytes at an unreadable page, and
 * checks all that can be checked of any. */
static size_t error_about(const uint8_t *packet, size_t len, size_t room, struct way_icmp *icmp)
{
    const struct way_build_icmp what = {.source = ORIGIN,
                                        .type = WAY_ICMP_UNREACHABLE,
                                        .code = WAY_ICMP_FRAGMENTATION_NEEDED,
                                        .mtu = 1392};
    struct way_guard guard = way_guard_new(NULL, room, 0);
    struct way_ipv4 ip;
    size_t made = way_build_icmp_error(guard.data, room, &what, packet, len);
    CU_ASSERT_FATAL(made <= room);
    if (made > 0) {
        CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(guard.data, made, &ip), WAY_PACKET_OK);
        CU_ASSERT_EQUAL(ip.total_len, made);
        CU_ASSERT(way_ipv4_checksum_ok(&ip) && way_icmp_checksum_ok(&ip));
        CU_ASSERT(ip.source == ORIGIN && ip.destination == CLIENT);
        CU_ASSERT_EQUAL_FATAL(way_icmp_parse(&ip, icmp), WAY_PACKET_OK);
        CU_ASSERT(memcmp(icmp->quote.at, packet, way_cursor_left(&icmp->quote)) == 0);
    }
    way_guard_free(&guard);
    return made;
}

static void fragmentation_needed_quotes_the_packet(void)
{
    struct way_icmp icmp = {0};
    CU_ASSERT_EQUAL(error_about(syn_as_sent, SYN_LEN, 576, &icmp), 28 + SYN_LEN);
    CU_ASSERT_EQUAL(icmp.mtu, 1392);
    CU_ASSERT_EQUAL(icmp.type, WAY_ICMP_UNREACHABLE);
    CU_ASSERT_FALSE(icmp.has_length);
}

static void quote_fits_what_there_is(void)
{
    struct way_icmp icmp = {0};
    uint8_t packet[1500] = {0};
    memcpy(packet, syn_as_sent, SYN_LEN);
    way_bytes_put16(packet + 2, sizeof packet);
    reseal_ipv4(packet);
    CU_ASSERT_EQUAL(error_about(packet, sizeof packet, 2000, &icmp), 576);
    CU_ASSERT_EQUAL(error_about(packet, sizeof packet, 56, &icmp), 56);
    CU_ASSERT_EQUAL(error_about(packet, sizeof packet, 55, &icmp), 0);
    CU_ASSERT_EQUAL(error_about(packet, 100, 576, &icmp), 0);
}

/* Is the SYN, with two bytes changed, answered with an error? */
static bool answered_with(size_t at, uint8_t value, size_t also_at, uint8_t also)
{
    const struct way_build_icmp what = {.source = ORIGIN, .type = WAY_ICMP_UNREACHABLE};
    uint8_t packet[SYN_LEN], out[WAY_BUILD_ICMP_MAX];
    memcpy(packet, syn_as_sent, SYN_LEN);
    packet[at] = value;
    packet[also_at] = also;
    return way_build_icmp_error(out, sizeof out, &what, packet, SYN_LEN) > 0;
}

static void some_packets_are_never_answered(void)
{
    CU_ASSERT(answered_with(9, 17, 7, 0));             /* a datagram is */
    CU_ASSERT(answered_with(9, 1, 20, WAY_ICMP_ECHO)); /* an echo request is */
    CU_ASSERT_FALSE(answered_with(9, 1, 20, WAY_ICMP_UNREACHABLE));
    CU_ASSERT_FALSE(answered_with(9, 17, 7, 1));      /* a later fragment */
    CU_ASSERT_FALSE(answered_with(16, 224, 17, 0));   /* to a group */
    CU_ASSERT_FALSE(answered_with(16, 255, 17, 255)); /* to all */
    CU_ASSERT_FALSE(answered_with(12, 127, 13, 0));   /* from nowhere */
    CU_ASSERT_FALSE(answered_with(12, 0, 13, 0));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the reset to the SYN is as by hand", reset_to_the_syn_is_as_by_hand},
        {"data in the SYN is acknowledged", data_in_the_syn_is_acknowledged},
        {"a segment with ACK is refused at its own word",
         segment_with_ack_is_refused_at_its_own_word},
        {"a reset is never answered", reset_is_never_answered},
        {"fragmentation needed quotes the packet", fragmentation_needed_quotes_the_packet},
        {"the quote fits what there is", quote_fits_what_there_is},
        {"some packets are never answered", some_packets_are_never_answered},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "build", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
