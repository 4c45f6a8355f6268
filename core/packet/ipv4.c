/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * IPv4 headers: lengths first, fields after.
 */
#include "core/packet/ipv4.h"

#include "core/packet/checksum.h"

enum {
    AT_IDENTIFICATION = 4,
    AT_FRAGMENT = 6,
    AT_PROTOCOL = 9,
    FLAG_DONT_FRAGMENT = 0x4000,
    FLAG_MORE_FRAGMENTS = 0x2000,
    FRAGMENT_OFFSET_MASK = 0x1fff,
};

/* The fixed fields, from a base header that is known to be there. */
static void read_fields(const uint8_t *base, struct way_ipv4 *out)
{
    uint16_t fragment = way_bytes_get16(base + AT_FRAGMENT);

    out->source = way_bytes_get_address(base + WAY_IPV4_AT_SOURCE);
    out->destination = way_bytes_get_address(base + WAY_IPV4_AT_DESTINATION);
    out->total_len = way_bytes_get16(base + WAY_IPV4_AT_TOTAL_LEN);
    out->header_len = (uint16_t)((base[0] & 0x0f) * 4);
    out->identification = way_bytes_get16(base + AT_IDENTIFICATION);
    out->fragment_offset = (uint16_t)((fragment & FRAGMENT_OFFSET_MASK) * 8);
    out->dont_fragment = fragment & FLAG_DONT_FRAGMENT;
    out->more_fragments = fragment & FLAG_MORE_FRAGMENTS;
    out->tos = base[1];
    out->ttl = base[WAY_IPV4_AT_TTL];
    out->protocol = base[AT_PROTOCOL];
    out->checksum = way_bytes_get16(base + WAY_IPV4_AT_CHECKSUM);
}

enum way_packet_error way_ipv4_parse_quote(const uint8_t *data, size_t len, struct way_ipv4 *out)
{
    struct way_cursor packet = way_cursor_over(data, len);
    struct way_cursor rest = packet;
    const uint8_t *base = way_cursor_peel(&rest, WAY_IPV4_BASE_LEN);

    if (!base)
        return WAY_PACKET_TRUNCATED;
    if (base[0] >> 4 != 4)
        return WAY_PACKET_IP_VERSION;
    read_fields(base, out);
    if (out->header_len < WAY_IPV4_BASE_LEN || out->header_len > out->total_len)
        return WAY_PACKET_IP_HEADER_LENGTH;

    size_t options_len = out->header_len - (size_t)WAY_IPV4_BASE_LEN;
    out->header = way_cursor_first(&packet, out->header_len);
    out->options = way_cursor_first(&rest, options_len);
    if (!way_cursor_peel(&rest, options_len))
        return WAY_PACKET_TRUNCATED;
    out->payload = way_cursor_first(&rest, out->total_len - (size_t)out->header_len);
    return WAY_PACKET_OK;
}

enum way_packet_error way_ipv4_parse(const uint8_t *data, size_t len, struct way_ipv4 *out)
{
    enum way_packet_error error = way_ipv4_parse_quote(data, len, out);
    if (error == WAY_PACKET_OK && out->total_len > len)
        return WAY_PACKET_IP_TOTAL_LENGTH;
    return error;
}

bool way_ipv4_checksum_ok(const struct way_ipv4 *ip)
{
    return way_csum_of(ip->header.at, way_cursor_left(&ip->header)) == 0;
}

bool way_ipv4_is_host_address(way_be32 address)
{
    enum { THIS_NETWORK = 0, LOOPBACK = 127, FIRST_MULTICAST = 224 };
    uint8_t bytes[4];
    way_bytes_put_address(bytes, address);
    return bytes[0] != THIS_NETWORK && bytes[0] != LOOPBACK && bytes[0] < FIRST_MULTICAST;
}

enum way_packet_error way_ipv4_option_next(struct way_cursor *options, struct way_ipv4_option *out)
{
    enum { SHORTEST_LEN = 2 };
    struct way_cursor rest = *options;
    const uint8_t *type = way_cursor_peel(&rest, 1);

    *out = (struct way_ipv4_option){0};
    if (!type || *type == WAY_IPV4_OPTION_END)
        return WAY_PACKET_OK;

    uint8_t len = 1;
    if (*type != WAY_IPV4_OPTION_NOP) {
        const uint8_t *length = way_cursor_peel(&rest, 1);
        if (!length || *length < SHORTEST_LEN)
            return WAY_PACKET_IP_OPTION_LENGTH;
        len = *length;
    }
    const uint8_t *bytes = way_cursor_peel(options, len);
    if (!bytes)
        return WAY_PACKET_IP_OPTION_LENGTH;
    *out = (struct way_ipv4_option){.bytes = bytes, .type = *type, .len = len};
    return WAY_PACKET_OK;
}
