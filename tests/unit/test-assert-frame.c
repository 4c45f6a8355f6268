/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decoding frames: what each kind yields, and that no frame, cut anywhere, is
 * read past its end; and the checks' sensitivity: no flipped bit of a
 * redirected packet goes unnoticed.
 */
#include <string.h>

#include "tests/unit/assert-judge.h"
#include "tests/unit/guard.h"

enum { FRAME_MAX = 512, ETHERNET_LEN = 14, FIRST_BIT = 8 * ETHERNET_LEN };

static struct way_frame decode(const uint8_t *bytes, size_t len)
{
    struct way_frame frame = {.bytes = bytes, .len = len, .wire_len = len};

    way_frame_decode(&frame);
    return frame;
}

/* The frame of one of the good run's packets; returns its length. */
static size_t render(enum way_tap_name tap, const char *label, uint8_t *bytes)
{
    struct world *world = world_new();
    size_t len = world_render(world_packet(world, tap, label), bytes);

    world_free(&world);
    return len;
}

static void kinds_are_told_apart(void)
{
    uint8_t bytes[FRAME_MAX];
    struct way_frame frame = decode(bytes, render(WAY_TAP_PROXY, "miss.request", bytes));

    CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_TCP);
    CU_ASSERT_EQUAL(frame.ip.header_len, 28);
    CU_ASSERT_EQUAL(frame.tcp.destination_port, 80);
    CU_ASSERT_EQUAL(way_frame_data_len(&frame), strlen("GET / HTTP/1.1"));
    frame = decode(bytes, render(WAY_TAP_PROXY, "miss.arp", bytes));
    CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_ARP);
    frame = decode(bytes, render(WAY_TAP_PROXY, "miss.ipv6", bytes));
    CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_OTHER);
    CU_ASSERT_FALSE(way_frame_has_ip(&frame));
}

static void tags_are_looked_behind(void)
{
    static const uint8_t tags[8] = {0x88, 0xa8, 0, 1, 0x81, 0, 0, 2};
    uint8_t bytes[FRAME_MAX];
    size_t len = render(WAY_TAP_PROXY, "miss.request", bytes);

    memmove(bytes + 12 + sizeof tags, bytes + 12, len - 12);
    memcpy(bytes + 12, tags, sizeof tags);
    struct way_frame frame = decode(bytes, len + sizeof tags);
    CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_TCP);
}

static void a_frame_cut_anywhere_is_malformed(void)
{
    static const char *const labels[] = {"miss.request", "miss.arp"};
    uint8_t bytes[FRAME_MAX];

    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        size_t whole = render(WAY_TAP_PROXY, labels[i], bytes);
        for (size_t len = 0; len < whole; len++) {
            struct way_guard guard = way_guard_new(bytes, len, 0);
            struct way_frame frame = decode(guard.data, len);
            CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_MALFORMED);
            CU_ASSERT_TRUE(way_frame_is_malformed(&frame));
            way_guard_free(&guard);
        }
    }
}

/* A broken TCP header leaves the IPv4 header readable. */
static void a_broken_segment_is_still_a_packet(void)
{
    uint8_t bytes[FRAME_MAX];
    size_t len = render(WAY_TAP_CLIENT, "miss.request", bytes);

    bytes[ETHERNET_LEN + 20 + 12] = 0; /* data offset */
    struct way_frame frame = decode(bytes, len);
    CU_ASSERT_EQUAL(frame.kind, WAY_FRAME_IPV4);
    CU_ASSERT_EQUAL(frame.error, WAY_PACKET_TCP_DATA_OFFSET);
    CU_ASSERT_TRUE(way_frame_has_ip(&frame));
}

static void no_flipped_bit_goes_unnoticed(void)
{
    static const char *const labels[] = {"miss.syn", "hit.request"};
    uint8_t bytes[FRAME_MAX];
    unsigned unnoticed = 0;

    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        size_t bits = 8 * render(WAY_TAP_PROXY, labels[i], bytes);
        for (size_t bit = FIRST_BIT; bit < bits; bit++) {
            struct world *world = world_new();
            world_packet(world, WAY_TAP_PROXY, labels[i])->flipped_bit = bit;
            unnoticed += world_verdicts(world)[0] != 'f';
            world_free(&world);
        }
    }
    CU_ASSERT_EQUAL(unnoticed, 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"kinds are told apart", kinds_are_told_apart},
        {"tags are looked behind", tags_are_looked_behind},
        {"a frame cut anywhere is malformed", a_frame_cut_anywhere_is_malformed},
        {"a broken segment is still a packet", a_broken_segment_is_still_a_packet},
        {"no flipped bit goes unnoticed", no_flipped_bit_goes_unnoticed},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "frame", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
