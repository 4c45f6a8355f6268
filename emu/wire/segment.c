/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Headers are copied from the GSO packet and corrected; payload is cut.
 */
#include "emu/wire/segment.h"

#include <linux/virtio_net.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "emu/wire/offload.h"

enum {
    AT_ETHERTYPE = 12,
    VLAN = 0x8100,
    VLAN_LEN = 4,
    IPV4 = 0x0800,
    IPV6 = 0x86dd,
    IPV4_LEN = 20, /* at least */
    IPV6_LEN = 40,
    TCP_LEN = 20, /* at least */
    UDP_LEN = 8,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    TCP_AT_CHECKSUM = 16,
    UDP_AT_CHECKSUM = 6,
    TCP_FIN = 0x01,
    TCP_PSH = 0x08,
    TCP_CWR = 0x80
};

/* Where things are in a GSO packet; checked against its length. */
struct layout {
    size_t ip, transport, payload; /* offsets */
    size_t size;                   /* bytes of payload in each packet but the last */
    bool is_ipv6, is_tcp;
};

/* ---- where things are ---- */

/* Finds the IP header; false when there is none of this version. */
static bool find_ip(const struct way_frame *frame, struct layout *at)
{
    size_t ethertype = AT_ETHERTYPE;
    if (frame->len < WAY_FRAME_ETHERNET + VLAN_LEN + IPV6_LEN)
        return false;
    if (way_bytes_get16(frame->bytes + ethertype) == VLAN)
        ethertype += VLAN_LEN;
    at->ip = ethertype + 2;
    at->is_ipv6 = way_bytes_get16(frame->bytes + ethertype) == IPV6;
    size_t header = at->is_ipv6 ? IPV6_LEN : IPV4_LEN;
    if (!at->is_ipv6 && way_bytes_get16(frame->bytes + ethertype) == IPV4)
        header = (size_t)(frame->bytes[at->ip] & 0x0f) * 4;
    else if (!at->is_ipv6)
        return false;
    return header >= IPV4_LEN && at->transport >= at->ip + header &&
           (at->is_ipv6 || at->transport == at->ip + header);
}

/* Reads the virtio header; false when it is of no kind that can be cut, or
 * contradicts the frame. */
static bool find_layout(const struct way_frame *frame, struct layout *at)
{
    struct virtio_net_hdr header;
    memcpy(&header, frame->offload, sizeof(header));
    int type = header.gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
    at->is_tcp = type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6;
    at->transport = header.csum_start;
    at->size = header.gso_size;
    if ((!at->is_tcp && type != WAY_SEGMENT_UDP_L4) ||
        !(header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || at->size == 0 ||
        header.csum_offset != (at->is_tcp ? TCP_AT_CHECKSUM : UDP_AT_CHECKSUM) ||
        !find_ip(frame, at) || frame->len < at->transport + (at->is_tcp ? TCP_LEN : UDP_LEN))
        return false;
    at->payload = at->transport + UDP_LEN;
    if (at->is_tcp)
        at->payload = at->transport + (size_t)(frame->bytes[at->transport + 12] >> 4) * 4;
    return at->payload >= at->transport + (at->is_tcp ? TCP_LEN : UDP_LEN) &&
           at->payload < frame->len;
}

/* ---- correcting a packet's headers ---- */

static uint16_t pseudo_sum(const struct way_frame *packet, const struct layout *at)
{
    size_t len = packet->len - at->transport;
    uint16_t addresses = at->is_ipv6 ? way_csum_add(0, packet->bytes + at->ip + 8, 32)
                                     : way_csum_add(0, packet->bytes + at->ip + 12, 8);
    return way_csum_fold((uint32_t)addresses + (at->is_tcp ? PROTOCOL_TCP : PROTOCOL_UDP) +
                         (uint32_t)len);
}

static void correct_ip(struct way_frame *packet, const struct layout *at, size_t index)
{
    uint8_t *ip = packet->bytes + at->ip;
    if (at->is_ipv6) {
        way_bytes_put16(ip + 4, (uint16_t)(packet->len - at->ip - IPV6_LEN));
        return;
    }
    way_bytes_put16(ip + 2, (uint16_t)(packet->len - at->ip));
    way_bytes_put16(ip + 4, (uint16_t)(way_bytes_get16(ip + 4) + index));
    way_bytes_put16(ip + 10, 0);
    way_bytes_put16(ip + 10, way_csum_of(ip, at->transport - at->ip));
}

static void correct_transport(struct way_frame *packet, const struct layout *at, size_t index,
                              bool is_last)
{
    uint8_t *transport = packet->bytes + at->transport;
    uint8_t *checksum = transport + (at->is_tcp ? TCP_AT_CHECKSUM : UDP_AT_CHECKSUM);
    if (at->is_tcp) {
        way_bytes_put32(transport + 4,
                        (uint32_t)(way_bytes_get32(transport + 4) + index * at->size));
        if (!is_last)
            transport[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
        if (index > 0)
            transport[13] &= (uint8_t)~TCP_CWR;
    } else {
        way_bytes_put16(transport + 4, (uint16_t)(packet->len - at->transport));
    }
    way_bytes_put16(checksum, 0);
    uint16_t sum =
        (uint16_t)~way_csum_add(pseudo_sum(packet, at), transport, packet->len - at->transport);
    way_bytes_put16(checksum, sum || at->is_tcp ? sum : UINT16_MAX);
}

/* ---- cutting ---- */

static struct way_frame *cut(struct way_frames *frames, const struct way_frame *whole,
                             const struct layout *at, size_t index)
{
    size_t from = at->payload + index * at->size;
    size_t part = whole->len - from < at->size ? whole->len - from : at->size;
    struct way_frame *packet = way_frame_new(frames, at->payload + part);
    if (!packet)
        return NULL;
    memcpy(packet->bytes, whole->bytes, at->payload);
    memcpy(packet->bytes + at->payload, whole->bytes + from, part);
    memset(packet->offload, 0, sizeof(packet->offload));
    correct_ip(packet, at, index);
    correct_transport(packet, at, index, from + part == whole->len);
    return packet;
}

bool way_segment(struct way_frames *frames, struct way_frame **frame, struct way_fifo *packets)
{
    struct layout at;
    struct way_fifo made = {0};
    if (way_offload_finish(*frame)) {
        way_fifo_push(packets, frame);
        return true;
    }
    if (!find_layout(*frame, &at))
        return false;
    size_t count = ((*frame)->len - at.payload + at.size - 1) / at.size;
    for (size_t i = 0; i < count; i++) {
        struct way_frame *packet = cut(frames, *frame, &at, i);
        if (!packet)
            break;
        way_fifo_push(&made, &packet);
    }
    bool all = made.count == count;
    for (struct way_frame *each; (each = way_fifo_pop(&made)) != NULL;) {
        if (all)
            way_fifo_push(packets, &each);
        else
            way_frame_free(frames, &each);
    }
    if (all)
        way_frame_free(frames, frame);
    return all;
}
