/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What holds for every packet: thousands of generated ones, pushed and popped.
 * A failure names the packet's number, and the seed is fixed: it comes back.
 */
#include <stdio.h>
#include <string.h>

#include "core/packet/ipv4.h"
#include "core/packet/route_push.h"
#include "core/packet/tcp.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

enum { PACKETS = 20000, ROOM_FOR_OURS = 32, OPTIONS_MAX = 40, SEED = 20261123 };

/* A packet's checksums are right; a partial one, once completed on a copy. */
static bool checksums_right(const struct way_packet *packet, enum way_csum_kind kind)
{
    struct way_ipv4 ip;
    uint8_t copy[2048 + WAY_PACKET_ROOM];
    struct way_packet complete = {.data = copy, .len = packet->len};
    memcpy(copy, packet->data, packet->len);
    if (kind == WAY_CSUM_PARTIAL)
        complete_checksum(&complete);
    return way_ipv4_parse(complete.data, complete.len, &ip) == WAY_PACKET_OK &&
           way_ipv4_checksum_ok(&ip) && way_tcp_checksum_ok(&ip);
}

/* Pushes and applies the delta. */
static bool push(struct way_packet *packet, enum way_csum_kind kind,
                 struct way_route_change *change)
{
    if (way_route_push(packet, PROXY, change) != WAY_ROUTE_DONE)
        return false;
    way_tcp_checksum_apply(packet, change->l4_delta, kind);
    return checksums_right(packet, kind) && way_bytes_get_address(packet->data + 16) == PROXY &&
           memcmp(packet->data + 20, "\x01\x07\x07\x08", 4) == 0;
}

/* Pops, applies the delta, and compares the origin. */
static bool pop(struct way_packet *packet, enum way_csum_kind kind, const struct generated *as_sent)
{
    struct way_route_change change;
    way_be32 origin;
    if (way_route_pop(packet, &origin, &change) != WAY_ROUTE_DONE)
        return false;
    way_tcp_checksum_apply(packet, change.l4_delta, kind);
    return checksums_right(packet, kind) && change.grown == -8 &&
           memcmp(&origin, as_sent->bytes + 16, 4) == 0;
}

/* The popped packet is what was sent: wholly, or but for its options. */
static bool came_back(const struct way_packet *packet, const struct generated *as_sent,
                      const struct way_route_change *pushed)
{
    if (!pushed->record_route_removed && !pushed->options_removed)
        return packet->len == as_sent->len &&
               memcmp(packet->data, as_sent->bytes, packet->len) == 0;
    size_t header_len = (size_t)(packet->data[0] & 15) * 4, payload_len = packet->len - header_len;
    return payload_len == as_sent->len - as_sent->header_len &&
           memcmp(packet->data + 4, as_sent->bytes + 4, 6) == 0 &&
           memcmp(packet->data + 12, as_sent->bytes + 12, 8) == 0 &&
           memcmp(packet->data + header_len, as_sent->bytes + as_sent->header_len, payload_len) ==
               0;
}

static bool holds(const struct generated *as_sent, enum way_csum_kind kind)
{
    struct way_route_change change;
    struct way_guard guard = way_guard_new(as_sent->bytes, as_sent->len, WAY_PACKET_ROOM);
    struct way_packet packet = {.data = guard.data, .len = guard.len, .room = WAY_PACKET_ROOM};
    bool ok = push(&packet, kind, &change) &&
              change.record_route_removed == as_sent->has_record_route &&
              pop(&packet, kind, as_sent) && came_back(&packet, as_sent, &change);
    way_guard_free(&guard);
    return ok;
}

static void hold_for_all(size_t options_max, bool record_routes, enum way_csum_kind kind)
{
    struct generator generator = {.state = SEED};
    for (int i = 0; i < PACKETS; i++) {
        struct generated as_sent = generate_packet(&generator, options_max, record_routes, kind);
        if (!holds(&as_sent, kind)) {
            printf("# packet %d, header of %zu bytes\n", i, as_sent.header_len);
            CU_FAIL_FATAL("pop(push(p)) != p, or a checksum is wrong");
        }
    }
}

static void without_options(void)
{
    hold_for_all(0, false, WAY_CSUM_WHOLE);
}

static void with_options(void)
{
    hold_for_all(ROOM_FOR_OURS, false, WAY_CSUM_WHOLE);
}

static void with_partial_checksums(void)
{
    hold_for_all(ROOM_FOR_OURS, false, WAY_CSUM_PARTIAL);
}

static void with_record_routes_and_full_headers(void)
{
    hold_for_all(OPTIONS_MAX, true, WAY_CSUM_WHOLE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"packets without options come back", without_options},
        {"packets with options come back", with_options},
        {"partial checksums stay right, too", with_partial_checksums},
        {"of Record Routes and full headers, all but options does",
         with_record_routes_and_full_headers},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "for every packet", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
