/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the levels of a packet: each layer is peeled off what is left of the
 * one before it, until a layer that holds nothing for us, or a broken one.
 */
#include "analysis/dissect/view.h"

#include <assert.h>
#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/dissect/view_link.h"
#include "core/packet/bytes.h"

const char *way_layer_name(enum way_layer layer)
{
#define WAY_LAYER_NAME(suffix, name) name,
    static const char *const names[] = {WAY_LAYERS(WAY_LAYER_NAME)};
#undef WAY_LAYER_NAME

    return (unsigned)layer < WAY_LAYER_COUNT ? names[layer] : "unknown";
}

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

/* Bytes of the layer's header, from where `rest` stood to where it stands. */
static struct way_cursor between(const uint8_t *from, const struct way_cursor *rest)
{
    return way_cursor_over(from, (size_t)(rest->at - from));
}

static void read_tcp(struct way_level *level)
{
    struct way_cursor payload = level->ip.payload;
    enum way_packet_error error = way_tcp_parse(&level->ip, &level->tcp);

    if (error == WAY_PACKET_OK) {
        struct way_cursor header = way_cursor_first(&payload, level->tcp.header_len);
        way_level_add(level, WAY_LAYER_TCP, header);
    } else if (error != WAY_PACKET_IP_FRAGMENT) {
        way_level_break(level, WAY_LAYER_TCP, error);
    }
}

static void read_icmp(struct way_level *level)
{
    struct way_cursor payload = level->ip.payload;
    enum way_packet_error error = way_icmp_parse(&level->ip, &level->icmp);

    if (error == WAY_PACKET_OK) {
        way_level_add(level, WAY_LAYER_ICMP, way_cursor_first(&payload, WAY_ICMP_HEADER_LEN));
        if (way_icmp_is_error(level->icmp.type))
            set_next(level, level->icmp.quote, WAY_ETHERTYPE_IPV4, WAY_LEVEL_QUOTED);
    } else if (error != WAY_PACKET_IP_FRAGMENT) {
        way_level_break(level, WAY_LAYER_ICMP, error);
    }
}

static void read_udp(struct way_level *level)
{
    enum { HEADER_LEN = 8 };
    struct way_cursor rest = level->ip.payload;
    const uint8_t *header = way_cursor_peel(&rest, HEADER_LEN);

    if (!header) {
        way_level_break(level, WAY_LAYER_UDP, WAY_PACKET_TRUNCATED);
        return;
    }
    level->udp = (struct way_udp){.source_port = way_bytes_get16(header),
                                  .destination_port = way_bytes_get16(header + 2),
                                  .len = way_bytes_get16(header + 4),
                                  .checksum = way_bytes_get16(header + 6)};
    size_t data_len = level->udp.len >= HEADER_LEN ? (size_t)level->udp.len - HEADER_LEN : 0;
    level->udp.payload = way_cursor_first(&rest, data_len);
    way_level_add(level, WAY_LAYER_UDP, way_cursor_over(header, HEADER_LEN));
}

/* RFC 2784, section 2.1, and RFC 2890. Bits that RFC 1701 gave to source routes,
 * and other versions (1 is PPTP's), make a header that we cannot read. */
static void read_gre(struct way_level *level)
{
    enum { CHECKSUM = 0x8000, KEY = 0x2000, SEQUENCE = 0x1000, ROUTING = 0x4000, VERSION = 7 };
    struct way_cursor rest = level->ip.payload;
    struct way_gre *gre = &level->gre;
    const uint8_t *start = rest.at, *at = way_cursor_peel(&rest, 4);

    *gre = (struct way_gre){0};
    if (at) {
        gre->flags = way_bytes_get16(at);
        gre->protocol = way_bytes_get16(at + 2);
    }
    gre->has_checksum = gre->flags & CHECKSUM;
    gre->has_key = gre->flags & KEY;
    gre->has_sequence = gre->flags & SEQUENCE;
    if (at && gre->has_checksum && (at = way_cursor_peel(&rest, 4)))
        gre->checksum = way_bytes_get16(at);
    if (at && gre->has_key && (at = way_cursor_peel(&rest, 4)))
        gre->key = way_bytes_get32(at);
    if (at && gre->has_sequence && (at = way_cursor_peel(&rest, 4)))
        gre->sequence = way_bytes_get32(at);
    if (!at || gre->flags & (ROUTING | VERSION)) {
        way_level_break(level, WAY_LAYER_GRE, at ? WAY_PACKET_IP_VERSION : WAY_PACKET_TRUNCATED);
        return;
    }
    gre->payload = rest;
    way_level_add(level, WAY_LAYER_GRE, between(start, &rest));
    if (gre->protocol == WAY_ETHERTYPE_IPV4 || gre->protocol == WAY_ETHERTYPE_BRIDGED)
        set_next(level, rest, gre->protocol, WAY_LEVEL_INNER);
}

/* What an IPv4 packet that is no later fragment carries. */
static void read_transport(struct way_level *level)
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

/* IPv4 from the front of `rest`. A packet that ends before its total length is
 * read as far as it goes; that it does is an error only where nobody has cut it
 * (`whole`). */
static void read_ip(struct way_level *level, const struct way_cursor *rest, bool whole)
{
    size_t len = way_cursor_left(rest);
    enum way_packet_error error = way_ipv4_parse_quote(rest->at, len, &level->ip);

    if (error != WAY_PACKET_OK) {
        way_level_break(level, WAY_LAYER_IP, error);
        return;
    }
    way_level_add(level, WAY_LAYER_IP, level->ip.header);
    level->ip_payload_len = (size_t)level->ip.total_len - level->ip.header_len;
    if (whole && level->ip.total_len > len)
        level->error = WAY_PACKET_IP_TOTAL_LENGTH;
    read_transport(level);
}

/* ARP for IPv4 over Ethernet (RFC 826); any other kind is absent. */
static void read_arp(struct way_level *level, struct way_cursor *rest)
{
    enum { FIXED_LEN = 8, ARP_LEN = 28 };
    struct way_cursor fixed = *rest;
    const uint8_t *arp = way_cursor_peel(&fixed, FIXED_LEN);
    static const uint8_t ethernet_and_ipv4[] = {0, 1, 8, 0, 6, 4};

    if (arp && memcmp(arp, ethernet_and_ipv4, sizeof ethernet_and_ipv4) != 0)
        return;
    arp = way_cursor_peel(rest, ARP_LEN);
    if (arp)
        way_level_add(level, WAY_LAYER_ARP, way_cursor_over(arp, ARP_LEN));
    else
        way_level_break(level, WAY_LAYER_ARP, WAY_PACKET_TRUNCATED);
}

/* What the link header leads to. */
static void read_payload(struct way_level *level, struct way_cursor *rest, bool whole)
{
    if (level->ethertype == WAY_ETHERTYPE_IPV4)
        read_ip(level, rest, whole);
    else if (level->ethertype == WAY_ETHERTYPE_ARP)
        read_arp(level, rest);
}

/* Sets what must be; the views and the cursors of absent layers stay undefined. */
static void begin_level(struct way_level *level, enum way_level_how how)
{
    level->how = how;
    level->present = level->broken = 0;
    level->error = WAY_PACKET_OK;
    level->ethertype = 0;
    level->vlan_count = 0;
    level->next = (struct way_cursor){0};
    level->next_type = 0;
    level->next_how = WAY_LEVEL_OUTERMOST;
}

static void read_outermost(const struct way_record *record, struct way_level *level)
{
    struct way_cursor rest = way_cursor_over(record->bytes, record->len);

    begin_level(level, WAY_LEVEL_OUTERMOST);
    way_level_add(level, WAY_LAYER_FRAME, rest);
    way_link_read(level, record->link, &rest);
    read_payload(level, &rest, record->len == record->wire_len);
}

static void read_nested(const struct way_level *outer, struct way_level *level)
{
    struct way_cursor rest = outer->next;

    begin_level(level, outer->next_how);
    level->ethertype = outer->next_type;
    if (outer->next_type == WAY_ETHERTYPE_BRIDGED)
        way_link_read(level, WAY_LINK_ETHERNET, &rest);
    read_payload(level, &rest, false);
}

const struct way_level *way_view_level_read(struct way_view *view, unsigned n)
{
    if (view->depth == 0) {
        read_outermost(view->record, &view->levels[0]);
        view->depth = 1;
    }
    while (n >= view->depth) {
        const struct way_level *last = &view->levels[view->depth - 1];
        if (last->next_type == 0 || view->depth == WAY_VIEW_LEVELS_MAX)
            return NULL;
        read_nested(last, &view->levels[view->depth]);
        view->depth++;
    }
    return &view->levels[n];
}
