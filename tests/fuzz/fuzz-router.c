/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whatever a client sends, and whatever virtio header stands before it: the
 * router's decision reads nothing that is not there, and what comes out of push
 * or fragmentation fits the path to the proxy, is addressed to it, and bears a
 * virtio header that does not contradict it.
 *
 * The first 10 bytes of the input are the virtio header, the rest the packet; its
 * IPv4 checksum is made right first, or hardly any input would pass the door.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/checksum.h"
#include "core/packet/route_option.h"
#include "core/router/policy.h"
#include "core/router/redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct way_router_settings settings = {
    .prefix_count = 1,
    .prefixes = {{.address = 0x0000000a, .mask = 0x000000ff}}, /* 10.0.0.0/8 */
    .services = {.count = 1, .ports = {80}},
    .proxy = 0x0202000a,
};
static struct way_fragments fragments;
static uint64_t counters[WAY_ROUTER_COUNTER_COUNT];
static struct way_diverted piece;

static void lay(struct way_diverted *frame, const uint8_t *data, size_t len)
{
    memcpy(&frame->header, data, sizeof(frame->header));
    frame->packet.data = frame->memory + WAY_DIVERTED_ROOM;
    frame->packet.room = WAY_DIVERTED_ROOM;
    frame->packet.len = len - sizeof(frame->header);
    memcpy(frame->packet.data, data + sizeof(frame->header), frame->packet.len);
    size_t header = frame->packet.len ? (size_t)(frame->packet.data[0] & 15) * 4 : 0;
    if (header >= WAY_IPV4_BASE_LEN && header <= frame->packet.len) {
        way_bytes_put16(frame->packet.data + WAY_IPV4_AT_CHECKSUM, 0);
        way_bytes_put16(frame->packet.data + WAY_IPV4_AT_CHECKSUM,
                        way_csum_of(frame->packet.data, header));
    }
}

/* What was pushed is a redirected packet. */
static void check_pushed(const struct way_diverted *frame)
{
    struct way_ipv4 ip;
    enum way_packet_error error = way_ipv4_parse(frame->packet.data, frame->packet.len, &ip);
    assert(error == WAY_PACKET_OK && way_ipv4_checksum_ok(&ip));
    assert(ip.destination == settings.proxy && ip.header_len >= 28);
    assert(!(frame->header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) ||
           (size_t)frame->header.csum_start + frame->header.csum_offset + 2 <= frame->packet.len);
    (void)error;
}

static void cut_and_push(struct way_diverted *frame, size_t mtu)
{
    struct way_ipv4 whole;
    if (!way_diverted_complete(frame) ||
        way_ipv4_parse(frame->packet.data, frame->packet.len, &whole) != WAY_PACKET_OK)
        return;
    struct way_cursor rest = whole.payload;
    for (;;) {
        piece.header = (struct virtio_net_hdr){0};
        piece.packet.data = piece.memory + WAY_DIVERTED_ROOM;
        piece.packet.room = WAY_DIVERTED_ROOM;
        piece.packet.len = way_fragment_cut(&whole, &rest, mtu - WAY_ROUTE_OPTION_LEN,
                                            piece.packet.data, WAY_DIVERTED_PACKET_MAX);
        if (piece.packet.len == 0)
            return;
        if (way_redirect_push(&piece, settings.proxy, WAY_ROUTER_PUSHED, counters)) {
            check_pushed(&piece);
            assert(piece.packet.len <= mtu);
        }
    }
}

static void decide_and_do(const uint8_t *data, size_t len, uint32_t mtu)
{
    static struct way_diverted frame;
    struct way_policy policy = {.settings = &settings, .mtu = mtu};
    struct way_policy_state state = {&fragments, 0};
    lay(&frame, data, len);
    /* the decision gets bytes that end where the packet does */
    uint8_t *exact = malloc(frame.packet.len + 1);
    assert(exact);
    memcpy(exact, frame.packet.data, frame.packet.len);
    exact = realloc(exact, frame.packet.len ? frame.packet.len : 1);
    assert(exact);
    struct way_decision decision = way_policy_decide(&policy, &state, exact, frame.packet.len,
                                                     way_diverted_segment_len(&frame));
    assert(decision.counter < WAY_ROUTER_COUNTER_COUNT);
    free(exact);
    if (decision.verdict == WAY_VERDICT_FRAGMENT)
        cut_and_push(&frame, mtu);
    else if (decision.verdict == WAY_VERDICT_PUSH &&
             way_redirect_push(&frame, settings.proxy, decision.counter, counters))
        check_pushed(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < sizeof(struct virtio_net_hdr) ||
        len > sizeof(struct virtio_net_hdr) + WAY_DIVERTED_PACKET_MAX)
        return 0;
    decide_and_do(data, len, 1500);
    decide_and_do(data, len, 68);
    return 0;
}
