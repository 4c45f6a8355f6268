/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Link headers: Ethernet, Linux cooked (https://www.tcpdump.org/linktypes.html),
 * none at all; then VLAN tags.
 */
#include "analysis/dissect/view_link.h"

#include "analysis/capture/link.h"
#include "core/packet/bytes.h"

enum { VLAN_TAGS_MAX = 8, TAG_LEN = 4 };

/* A header of fixed length; NULL, and noted as broken, when it is not there. */
static const uint8_t *peel(struct way_level *level, enum way_layer layer, size_t len,
                           struct way_cursor *rest)
{
    const uint8_t *header = way_cursor_peel(rest, len);

    if (header)
        way_level_add(level, layer, way_cursor_over(header, len));
    else
        way_level_break(level, layer, WAY_PACKET_TRUNCATED);
    return header;
}

static bool is_tag(uint16_t type)
{
    return type == WAY_ETHERTYPE_VLAN || type == WAY_ETHERTYPE_QINQ;
}

/* Tags, if `type` announces one. Returns the type behind them. */
static uint16_t peel_tags(struct way_level *level, uint16_t type, struct way_cursor *rest)
{
    const uint8_t *first = rest->at;

    while (is_tag(type)) {
        const uint8_t *tag =
            level->vlan_count < VLAN_TAGS_MAX ? way_cursor_peel(rest, TAG_LEN) : NULL;
        if (!tag) {
            way_level_break(level, WAY_LAYER_VLAN, WAY_PACKET_TRUNCATED);
            type = 0;
            break;
        }
        level->vlan_count++;
        type = way_bytes_get16(tag + 2);
    }
    if (level->vlan_count)
        way_level_add(level, WAY_LAYER_VLAN,
                      way_cursor_over(first, (size_t)level->vlan_count * TAG_LEN));
    return type;
}

/* An IP packet without a link header says by itself which version it is. */
static uint16_t raw_type(const struct way_cursor *rest)
{
    enum { ETHERTYPE_IPV6 = 0x86dd };
    struct way_cursor look = *rest;
    const uint8_t *first = way_cursor_peel(&look, 1);

    return first && *first >> 4 == 6 ? ETHERTYPE_IPV6 : WAY_ETHERTYPE_IPV4;
}

void way_link_read(struct way_level *level, uint16_t link, struct way_cursor *rest)
{
    enum { ETH_LEN = 14, SLL_LEN = 16, SLL2_LEN = 20 };
    const uint8_t *header;
    uint16_t type = 0;

    switch (link) {
    case WAY_LINK_ETHERNET:
        if ((header = peel(level, WAY_LAYER_ETH, ETH_LEN, rest)))
            type = way_bytes_get16(header + 12);
        break;
    case WAY_LINK_SLL:
        if ((header = peel(level, WAY_LAYER_SLL, SLL_LEN, rest)))
            type = way_bytes_get16(header + 14);
        break;
    case WAY_LINK_SLL2:
        if ((header = peel(level, WAY_LAYER_SLL, SLL2_LEN, rest)))
            type = way_bytes_get16(header);
        break;
    case WAY_LINK_IPV4:
        type = WAY_ETHERTYPE_IPV4;
        break;
    default:
        type = raw_type(rest);
        break;
    }
    level->ethertype = peel_tags(level, type >= WAY_ETHERTYPE_LEAST ? type : 0, rest);
}
