/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the levels of a packet: each layer is peeled off what is left of the
 * one before it, until a layer that holds nothing for us, or a broken one.
 */
#include "analysis/dissect/view.h"

#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/dissect/view_link.h"
#include "analysis/dissect/view_transport.h"
#include "core/packet/bytes.h"

const char *way_layer_name(enum way_layer layer)
{
#define WAY_LAYER_NAME(suffix, name) name,
    static const char *const names[] = {WAY_LAYERS(WAY_LAYER_NAME)};
#undef WAY_LAYER_NAME

    return (unsigned)layer < WAY_LAYER_COUNT ? names[layer] : "unknown";
}

/* A header whose options are not all there, at `rest`: what its first 20 bytes say.
 * Returns false when not even these are there, or they contradict themselves. */
static bool read_cut_ip(struct way_level *level, struct way_cursor rest)
{
    uint8_t base[WAY_IPV4_BASE_LEN];
    struct way_cursor look = rest;
    const uint8_t *at = way_cursor_peel(&look, sizeof base);

    if (!at)
        return false;
    memcpy(base, at, sizeof base);
    base[0] = 0x45; /* as if it had no options */
    if (way_ipv4_parse_quote(base, sizeof base, &level->ip) != WAY_PACKET_OK)
        return false;
    level->ip.header_len = (uint16_t)((*at & 0xf) * 4);
    level->ip.header = rest;
    level->ip.options = level->ip.payload = way_cursor_over(rest.end, 0);
    way_level_add(level, WAY_LAYER_IP, rest);
    level->partial = (uint16_t)(level->partial | 1U << WAY_LAYER_IP);
    level->ip_payload_len = (size_t)level->ip.total_len - level->ip.header_len;
    return true;
}

/* IPv4 from the front of `rest`. A packet that ends before its total length is
 * read as far as it goes; that it does is an error only where nobody has cut it
 * (`whole`). */
static void read_ip(struct way_level *level, const struct way_cursor *rest, bool whole)
{
    size_t len = way_cursor_left(rest);
    enum way_packet_error error = way_ipv4_parse_quote(rest->at, len, &level->ip);

    if (error == WAY_PACKET_TRUNCATED && read_cut_ip(level, *rest)) {
        if (whole)
            level->error = error;
        return;
    }
    if (error != WAY_PACKET_OK) {
        way_level_break(level, WAY_LAYER_IP, error);
        return;
    }
    way_level_add(level, WAY_LAYER_IP, level->ip.header);
    level->ip_payload_len = (size_t)level->ip.total_len - level->ip.header_len;
    if (whole && level->ip.total_len > len)
        level->error = WAY_PACKET_IP_TOTAL_LENGTH;
    way_transport_read(level);
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
    level->present = level->partial = level->broken = 0;
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
