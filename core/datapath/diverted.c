/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a change of the IPv4 header means for the virtio header.
 */
#include "core/datapath/diverted.h"

#include "core/packet/tcp.h"

/* The length of the IPv4 header as its first byte says. */
static size_t ip_header_len(const struct way_packet *packet)
{
    return packet->len ? (size_t)(packet->data[0] & 0x0f) * 4 : 0;
}

bool way_diverted_adjust(struct way_diverted *frame, uint16_t l4_delta, int grown)
{
    struct virtio_net_hdr header = frame->header;
    bool partial = header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
    bool segments = header.gso_type != VIRTIO_NET_HDR_GSO_NONE;

    if (partial) {
        header.csum_start = (uint16_t)(header.csum_start + grown);
        if (header.csum_start != ip_header_len(&frame->packet) ||
            (size_t)header.csum_start + header.csum_offset + 2 > frame->packet.len)
            return false;
    }
    if (segments) {
        header.hdr_len = (uint16_t)(header.hdr_len + grown);
        if (!partial || header.hdr_len > frame->packet.len)
            return false;
    }
    frame->header = header;
    way_tcp_checksum_apply(&frame->packet, l4_delta, partial ? WAY_CSUM_PARTIAL : WAY_CSUM_WHOLE);
    return true;
}

bool way_diverted_complete(struct way_diverted *frame)
{
    const struct virtio_net_hdr *header = &frame->header;
    struct way_cursor rest = way_cursor_over(frame->packet.data, frame->packet.len);
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return false;
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        size_t field = (size_t)header->csum_start + header->csum_offset;
        if (header->csum_start != ip_header_len(&frame->packet) ||
            !way_cursor_peel(&rest, header->csum_start) || field + 2 > frame->packet.len)
            return false;
        uint16_t sum = way_csum_add(0, rest.at, way_cursor_left(&rest));
        way_bytes_put16(frame->packet.data + field, (uint16_t)~sum);
    }
    frame->header = (struct virtio_net_hdr){0};
    return true;
}

/* hdr_len is no help here: the kernel puts the length of its linear part there. */
size_t way_diverted_segment_len(const struct way_diverted *frame)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    if (frame->header.gso_type == VIRTIO_NET_HDR_GSO_NONE ||
        way_ipv4_parse(frame->packet.data, frame->packet.len, &ip) != WAY_PACKET_OK ||
        ip.protocol != WAY_PROTOCOL_TCP || way_tcp_parse(&ip, &tcp) != WAY_PACKET_OK)
        return frame->packet.len;
    size_t one = (size_t)ip.header_len + tcp.header_len + frame->header.gso_size;
    return one < frame->packet.len ? one : frame->packet.len;
}
