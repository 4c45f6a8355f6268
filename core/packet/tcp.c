/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * TCP headers: lengths first, fields after.
 */
#include "core/packet/tcp.h"

#include <assert.h>

enum { AT_SEQ = 4, AT_ACK = 8, AT_DATA_OFFSET = 12, AT_FLAGS = 13, AT_WINDOW = 14, AT_URGENT = 18 };

/* The fixed fields, from a base header that is known to be there. */
static void read_fields(const uint8_t *base, struct way_tcp *out)
{
    out->source_port = way_bytes_get16(base);
    out->destination_port = way_bytes_get16(base + 2);
    out->seq = way_bytes_get32(base + AT_SEQ);
    out->ack = way_bytes_get32(base + AT_ACK);
    out->flags = base[AT_FLAGS];
    out->header_len = (uint8_t)((base[AT_DATA_OFFSET] >> 4) * 4);
    out->window = way_bytes_get16(base + AT_WINDOW);
    out->checksum = way_bytes_get16(base + WAY_TCP_AT_CHECKSUM);
    out->urgent = way_bytes_get16(base + AT_URGENT);
}

enum way_packet_error way_tcp_parse(const struct way_ipv4 *ip, struct way_tcp *out)
{
    assert(ip->protocol == WAY_PROTOCOL_TCP);
    if (ip->fragment_offset != 0)
        return WAY_PACKET_IP_FRAGMENT;

    struct way_cursor rest = ip->payload;
    const uint8_t *base = way_cursor_peel(&rest, WAY_TCP_BASE_LEN);
    if (!base)
        return WAY_PACKET_TRUNCATED;
    read_fields(base, out);
    if (out->header_len < WAY_TCP_BASE_LEN)
        return WAY_PACKET_TCP_DATA_OFFSET;

    size_t options_len = out->header_len - (size_t)WAY_TCP_BASE_LEN;
    out->options = way_cursor_first(&rest, options_len);
    if (!way_cursor_peel(&rest, options_len))
        return WAY_PACKET_TCP_DATA_OFFSET;
    out->payload = rest;
    return WAY_PACKET_OK;
}

enum way_packet_error way_tcp_ports(const struct way_ipv4 *ip, uint16_t *source_port,
                                    uint16_t *destination_port)
{
    assert(ip->protocol == WAY_PROTOCOL_TCP);
    if (ip->fragment_offset != 0)
        return WAY_PACKET_IP_FRAGMENT;

    struct way_cursor rest = ip->payload;
    const uint8_t *ports = way_cursor_peel(&rest, 4);
    if (!ports)
        return WAY_PACKET_TRUNCATED;
    *source_port = way_bytes_get16(ports);
    *destination_port = way_bytes_get16(ports + 2);
    return WAY_PACKET_OK;
}

bool way_tcp_checksum_ok(const struct way_ipv4 *ip)
{
    size_t len = way_cursor_left(&ip->payload);
    if (way_ipv4_is_fragment(ip) || len < WAY_TCP_BASE_LEN)
        return false;
    uint16_t sum = way_csum_pseudo(ip->source, ip->destination, ip->protocol, (uint16_t)len);
    return way_csum_add(sum, ip->payload.at, len) == 0xffff;
}

void way_tcp_checksum_apply(struct way_packet *packet, uint16_t delta, enum way_csum_kind kind)
{
    struct way_ipv4 ip;
    enum way_packet_error error = way_ipv4_parse(packet->data, packet->len, &ip);
    assert(error == WAY_PACKET_OK);
    if (error != WAY_PACKET_OK || ip.protocol != WAY_PROTOCOL_TCP || ip.fragment_offset != 0 ||
        way_cursor_left(&ip.payload) < WAY_TCP_AT_CHECKSUM + 2)
        return;
    uint8_t *field = packet->data + ip.header_len + WAY_TCP_AT_CHECKSUM;
    way_bytes_put16(field, way_csum_apply(way_bytes_get16(field), delta, kind));
}

uint32_t way_tcp_seq_len(const struct way_tcp *tcp)
{
    uint32_t len = (uint32_t)way_cursor_left(&tcp->payload);
    return len + !!(tcp->flags & WAY_TCP_SYN) + !!(tcp->flags & WAY_TCP_FIN);
}

enum way_packet_error way_tcp_option_next(struct way_cursor *options, struct way_tcp_option *out)
{
    enum { SHORTEST_LEN = 2 };
    struct way_cursor rest = *options;
    const uint8_t *kind = way_cursor_peel(&rest, 1);

    *out = (struct way_tcp_option){0};
    if (!kind || *kind == WAY_TCP_OPTION_END)
        return WAY_PACKET_OK;

    uint8_t len = 1;
    if (*kind != WAY_TCP_OPTION_NOP) {
        const uint8_t *length = way_cursor_peel(&rest, 1);
        if (!length || *length < SHORTEST_LEN)
            return WAY_PACKET_TCP_OPTION_LENGTH;
        len = *length;
    }
    const uint8_t *bytes = way_cursor_peel(options, len);
    if (!bytes)
        return WAY_PACKET_TCP_OPTION_LENGTH;
    *out = (struct way_tcp_option){.bytes = bytes, .kind = *kind, .len = len};
    return WAY_PACKET_OK;
}

uint16_t way_tcp_mss(const struct way_tcp *tcp)
{
    enum { MSS_LEN = 4 };
    struct way_cursor rest = tcp->options;
    struct way_tcp_option option;
    uint16_t mss = 0;
    enum way_packet_error error;

    while ((error = way_tcp_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
        if (option.kind == WAY_TCP_OPTION_MSS && option.len == MSS_LEN)
            mss = way_bytes_get16(option.bytes + 2);
    return error == WAY_PACKET_OK ? mss : 0;
}
