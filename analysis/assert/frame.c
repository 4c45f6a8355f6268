/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decoding a frame: Ethernet (with VLAN tags), then ARP or IPv4, then TCP or
 * ICMP, each peeled off the same cursor.
 */
#include "analysis/assert/frame.h"

#include "core/packet/bytes.h"
#include "core/packet/cursor.h"

/* EtherTypes (IEEE 802). */
enum { ETHER_IPV4 = 0x0800, ETHER_ARP = 0x0806, ETHER_VLAN = 0x8100, ETHER_QINQ = 0x88a8 };

enum { ETHER_ADDRESSES_LEN = 12, ARP_LEN = 28, VLAN_TAGS_MAX = 2 };

static void malformed(struct way_frame *frame, enum way_packet_error error)
{
    frame->kind = WAY_FRAME_MALFORMED;
    frame->error = error;
}

/* ARP for IPv4 over Ethernet (RFC 826); any other kind of ARP is not read. */
static void decode_arp(struct way_frame *frame, struct way_cursor *rest)
{
    const uint32_t ethernet_and_ipv4 = 1 << 16 | ETHER_IPV4;
    const uint16_t lengths_6_and_4 = 6 << 8 | 4;
    const uint8_t *arp = way_cursor_peel(rest, ARP_LEN);

    if (!arp) {
        malformed(frame, WAY_PACKET_TRUNCATED);
        return;
    }
    if (way_bytes_get32(&arp[0]) != ethernet_and_ipv4 ||
        way_bytes_get16(&arp[4]) != lengths_6_and_4)
        return;
    frame->kind = WAY_FRAME_ARP;
    frame->arp.sender = way_bytes_get_address(&arp[14]);
    frame->arp.target = way_bytes_get_address(&arp[24]);
}

static void decode_ipv4(struct way_frame *frame, const struct way_cursor *rest)
{
    frame->error = way_ipv4_parse(rest->at, way_cursor_left(rest), &frame->ip);
    if (frame->error != WAY_PACKET_OK) {
        frame->kind = WAY_FRAME_MALFORMED;
        return;
    }
    frame->kind = WAY_FRAME_IPV4;
    if (frame->ip.protocol == WAY_PROTOCOL_TCP) {
        frame->error = way_tcp_parse(&frame->ip, &frame->tcp);
        if (frame->error == WAY_PACKET_OK)
            frame->kind = WAY_FRAME_TCP;
    } else if (frame->ip.protocol == WAY_PROTOCOL_ICMP) {
        frame->error = way_icmp_parse(&frame->ip, &frame->icmp);
        if (frame->error == WAY_PACKET_OK)
            frame->kind = WAY_FRAME_ICMP;
    }
}

/* Peels the addresses, any VLAN tags and the EtherType; returns 0 when the
 * frame ends before. */
static uint16_t peel_ethernet(struct way_cursor *rest)
{
    if (!way_cursor_peel(rest, ETHER_ADDRESSES_LEN))
        return 0;
    for (int tags = 0; tags <= VLAN_TAGS_MAX; tags++) {
        const uint8_t *type = way_cursor_peel(rest, 2);
        if (!type)
            return 0;
        uint16_t value = way_bytes_get16(type);
        if (value != ETHER_VLAN && value != ETHER_QINQ)
            return value;
        if (!way_cursor_peel(rest, 2)) /* the tag itself */
            return 0;
    }
    return ETHER_VLAN; /* more tags than we peel: some other protocol to us */
}

void way_frame_decode(struct way_frame *frame)
{
    struct way_cursor rest = way_cursor_over(frame->bytes, frame->len);
    uint16_t type = peel_ethernet(&rest);

    frame->kind = WAY_FRAME_OTHER;
    frame->error = WAY_PACKET_OK;
    if (type == 0)
        malformed(frame, WAY_PACKET_TRUNCATED);
    else if (type == ETHER_ARP)
        decode_arp(frame, &rest);
    else if (type == ETHER_IPV4)
        decode_ipv4(frame, &rest);
}
