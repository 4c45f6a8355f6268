/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transport headers, with the parsers of core/packet where it has them.
 */
#include "analysis/dissect/view_transport.h"

#include "analysis/dissect/view_link.h"
#include "core/packet/bytes.h"

/* Protocol numbers (IANA) beside those of core/packet. */
enum { PROTOCOL_IP_IN_IP = 4, PROTOCOL_GRE = 47 };

static void set_next(struct way_level *level, struct way_cursor rest, uint16_t type,
                     enum way_level_how how)
{
    if (way_cursor_left(&rest) == 0)
        return;
    level->next = rest;
    level->next_type = type;
    level->next_how = how;
}

/* Notes a header of which only some bytes can be used. Whether that is an error
 * depends on who has cut it: a packet that is all there has no excuse. */
static void add_partial(struct way_level *level, enum way_layer layer, size_t len,
                        enum way_packet_error error)
{
    const struct way_cursor *payload = &level->ip.payload;
    bool all_there = way_cursor_left(payload) == level->ip_payload_len;

    if (all_there)
        level->error = error;
    if (way_cursor_left(payload) == 0) {
        level->broken = (uint16_t)(level->broken | 1U << layer);
        return;
    }
    way_level_add(level, layer, way_cursor_first(payload, len));
    level->partial = (uint16_t)(level->partial | 1U << layer);
}

static void read_tcp(struct way_level *level)
{
    enum way_packet_error error = way_tcp_parse(&level->ip, &level->tcp);

    if (error == WAY_PACKET_OK) {
        way_level_add(level, WAY_LAYER_TCP,
                      way_cursor_first(&level->ip.payload, level->tcp.header_len));
        return;
    }
    level->tcp = (struct way_tcp){0};
    add_partial(level, WAY_LAYER_TCP, WAY_TCP_BASE_LEN, error);
}

static void read_icmp(struct way_level *level)
{
    struct way_ipv4 ip = level->ip;
    struct way_cursor rest = ip.payload;

    ip.more_fragments = false; /* of a first fragment, what there is */
    enum way_packet_error error = way_icmp_parse(&ip, &level->icmp);
    const uint8_t *header = way_cursor_peel(&rest, WAY_ICMP_HEADER_LEN);
    if (!header) {
        level->icmp = (struct way_icmp){0};
        add_partial(level, WAY_LAYER_ICMP, WAY_ICMP_HEADER_LEN, error);
        return;
    }
    if (error != WAY_PACKET_OK) { /* a length beyond the message: all of it is the quote */
        level->icmp.quote = rest;
        level->icmp.extensions = way_cursor_over(rest.end, 0);
        if (way_cursor_left(&ip.payload) == level->ip_payload_len)
            level->error = error;
    }
    way_level_add(level, WAY_LAYER_ICMP, way_cursor_over(header, WAY_ICMP_HEADER_LEN));
    if (way_icmp_is_error(level->icmp.type))
        set_next(level, level->icmp.quote, WAY_ETHERTYPE_IPV4, WAY_LEVEL_QUOTED);
}

static void read_udp(struct way_level *level)
{
    enum { HEADER_LEN = 8 };
    struct way_cursor rest = level->ip.payload;
    const uint8_t *header = way_cursor_peel(&rest, HEADER_LEN);

    level->udp = (struct way_udp){.payload = rest};
    if (!header) {
        add_partial(level, WAY_LAYER_UDP, HEADER_LEN, WAY_PACKET_TRUNCATED);
        return;
    }
    level->udp.source_port = way_bytes_get16(header);
    level->udp.destination_port = way_bytes_get16(header + 2);
    level->udp.len = way_bytes_get16(header + 4);
    level->udp.checksum = way_bytes_get16(header + 6);
    bool too_long = level->udp.len > level->ip_payload_len && !way_ipv4_is_fragment(&level->ip);
    if (level->udp.len < HEADER_LEN || too_long)
        level->error = WAY_PACKET_UDP_LENGTH;
    size_t data_len = level->udp.len >= HEADER_LEN ? (size_t)level->udp.len - HEADER_LEN : 0;
    level->udp.payload = way_cursor_first(&rest, data_len);
    way_level_add(level, WAY_LAYER_UDP, way_cursor_over(header, HEADER_LEN));
}

/* Peels the fields that the flags announce. Returns false when the header ends
 * before. */
static bool peel_gre(struct way_gre *gre, struct way_cursor *rest)
{
    enum { CHECKSUM = 0x8000, KEY = 0x2000, SEQUENCE = 0x1000 };
    const uint8_t *at = way_cursor_peel(rest, 4);

    *gre = (struct way_gre){0};
    if (!at)
        return false;
    gre->flags = way_bytes_get16(at);
    gre->protocol = way_bytes_get16(at + 2);
    gre->has_checksum = gre->flags & CHECKSUM;
    gre->has_key = gre->flags & KEY;
    gre->has_sequence = gre->flags & SEQUENCE;
    if (gre->has_checksum && (at = way_cursor_peel(rest, 4)))
        gre->checksum = way_bytes_get16(at);
    if (at && gre->has_key && (at = way_cursor_peel(rest, 4)))
        gre->key = way_bytes_get32(at);
    if (at && gre->has_sequence && (at = way_cursor_peel(rest, 4)))
        gre->sequence = way_bytes_get32(at);
    return at;
}

/* RFC 2784, section 2.1, and RFC 2890. A header with the routing of RFC 1701, or
 * of another version (1 is PPTP's), cannot be read. */
static void read_gre(struct way_level *level)
{
    enum { ROUTING = 0x4000, VERSION = 7 };
    const uint8_t *start = level->ip.payload.at;
    struct way_cursor rest = level->ip.payload;
    struct way_gre *gre = &level->gre;

    if (!peel_gre(gre, &rest)) {
        way_level_break(level, WAY_LAYER_GRE, WAY_PACKET_TRUNCATED);
        return;
    }
    if (gre->flags & (ROUTING | VERSION)) {
        way_level_break(level, WAY_LAYER_GRE, WAY_PACKET_IP_VERSION);
        return;
    }
    gre->payload = rest;
    way_level_add(level, WAY_LAYER_GRE, way_cursor_over(start, (size_t)(rest.at - start)));
    if (gre->protocol == WAY_ETHERTYPE_IPV4 || gre->protocol == WAY_ETHERTYPE_BRIDGED)
        set_next(level, rest, gre->protocol, WAY_LEVEL_INNER);
}

void way_transport_read(struct way_level *level)
{
    if (level->ip.fragment_offset != 0)
        return;
    switch (level->ip.protocol) {
    case WAY_PROTOCOL_ICMP:
        read_icmp(level);
        break;
    case WAY_PROTOCOL_TCP:
        read_tcp(level);
        break;
    case WAY_PROTOCOL_UDP:
        read_udp(level);
        break;
    case PROTOCOL_GRE:
        read_gre(level);
        break;
    case PROTOCOL_IP_IN_IP:
        set_next(level, level->ip.payload, WAY_ETHERTYPE_IPV4, WAY_LEVEL_INNER);
        break;
    default:
        break;
    }
}
