/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of link headers, VLAN tags and ARP.
 */
#include "analysis/dissect/field_table.h"

#include "analysis/capture/link.h"
#include "analysis/dissect/view_link.h"

enum { AT_ETH_DST = 0, AT_ETH_SRC = 6, AT_ETH_TYPE = 12, ETH_LEN = 14, MAC_LEN = 6 };

/* Both addresses, in Wireshark's order, or bits of both. */
static enum way_presence get_both(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    const uint8_t *header = level->header[WAY_LAYER_ETH].at;
    const struct way_field_info *info = field->info;
    (void)view;

    for (unsigned at = AT_ETH_DST; at <= AT_ETH_SRC; at += AT_ETH_SRC) {
        uint64_t mac = way_number_at(header + at, MAC_LEN);
        way_values_add(out, info->type, info->mask ? mac >> info->shift & info->mask : mac);
    }
    return WAY_PRESENT;
}

/* The field at 12 is a type or, in 802.3 frames, a length; `argument`: the latter
 * is asked for. */
static enum way_presence get_type_or_len(const struct way_field *field, const struct way_view *view,
                                         const struct way_level *level, struct way_values *out)
{
    uint16_t value = way_bytes_get16(level->header[WAY_LAYER_ETH].at + AT_ETH_TYPE);
    (void)view;

    if ((value < WAY_ETHERTYPE_LEAST) != field->info->argument)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, value);
}

/* Where what the Ethernet frame carries ends by its own lengths; NULL where nobody knows. */
static const uint8_t *payload_end(const struct way_level *level)
{
    enum { ETHERTYPE_IPV6 = 0x86dd, IPV6_LEN = 40 };
    uint16_t type = way_bytes_get16(level->header[WAY_LAYER_ETH].at + AT_ETH_TYPE);
    struct way_cursor rest = level->header[WAY_LAYER_FRAME];
    const uint8_t *ipv6;

    if (way_level_has(level, WAY_LAYER_IP) == WAY_PRESENT)
        return way_level_is_whole(level, WAY_LAYER_IP) ? level->ip.payload.end : NULL;
    if (way_level_has(level, WAY_LAYER_ARP) == WAY_PRESENT)
        return level->header[WAY_LAYER_ARP].end;
    way_cursor_peel(&rest, ETH_LEN + 4UL * level->vlan_count); /* they are there: they were read */
    if (level->ethertype == ETHERTYPE_IPV6)
        return (ipv6 = way_cursor_peel(&rest, IPV6_LEN)) &&
                       way_cursor_peel(&rest, way_bytes_get16(ipv6 + 4))
                   ? rest.at
                   : NULL;
    return type < WAY_ETHERTYPE_LEAST && way_cursor_peel(&rest, type) ? rest.at : NULL;
}

/* What stands behind that, in Wireshark's order: zeroes up to the least length of a frame; a
 * trailer; of frames that are long enough for it, a check sequence of four bytes. */
enum behind { PADDING, TRAILER, CHECK_SEQUENCE };

static enum way_presence get_behind(const struct way_field *field, const struct way_view *view,
                                    const struct way_level *level, struct way_values *out)
{
    enum { FRAME_LEAST = 60, CHECK_LEN = 4, WITH_CHECK_LEAST = FRAME_LEAST + CHECK_LEN };
    const struct way_record *record = view->record;
    const uint8_t *end = level->how == WAY_LEVEL_OUTERMOST ? payload_end(level) : NULL;

    if (record->len < record->wire_len)
        return WAY_BROKEN;
    if (!end)
        return WAY_ABSENT;
    size_t len = (size_t)(level->header[WAY_LAYER_FRAME].end - end), used = record->len - len;
    size_t padding = record->len >= FRAME_LEAST && used < FRAME_LEAST ? FRAME_LEAST - used : 0;
    for (size_t i = 0; i < padding; i++)
        if (end[i])
            padding = 0;
    bool tagged = level->vlan_count > 0; /* what stands behind a tag's payload is the tag's */
    bool checked = !tagged && record->len >= WITH_CHECK_LEAST && len - padding >= CHECK_LEN;
    size_t trailer = len - padding - (checked ? CHECK_LEN : 0);
    switch ((enum behind)field->info->argument) {
    case PADDING:
        if (padding)
            way_values_add_span(out, field->info->type, end, padding);
        break;
    case TRAILER:
        if (trailer && !tagged)
            way_values_add_span(out, field->info->type, end + padding, trailer);
        break;
    case CHECK_SEQUENCE:
        if (checked)
            way_values_add(out, field->info->type, way_bytes_get32(end + padding + trailer));
        break;
    }
    return way_values_any(out);
}

/* Where version 1 and 2 of the cooked header have the same thing; offset is
 * version 1's, argument version 2's place. */
static enum way_presence get_cooked(const struct way_field *field, const struct way_view *view,
                                    const struct way_level *level, struct way_values *out)
{
    const struct way_field_info *info = field->info;
    bool second = view->record->link == WAY_LINK_SLL2;
    size_t size = second && info->shift ? info->shift : info->size; /* shift: its size there */
    const uint8_t *at = level->header[WAY_LAYER_SLL].at + (second ? info->argument : info->offset);

    return way_values_one(out, info->type, way_number_at(at, size));
}

static enum way_presence get_cooked_mac(const struct way_field *field, const struct way_view *view,
                                        const struct way_level *level, struct way_values *out)
{
    bool second = view->record->link == WAY_LINK_SLL2;
    const uint8_t *header = level->header[WAY_LAYER_SLL].at;
    unsigned len = second ? header[11] : way_bytes_get16(header + 4);

    if (len != MAC_LEN)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, way_number_at(header + (second ? 12 : 6), 6));
}

static enum way_presence get_cooked_index(const struct way_field *field,
                                          const struct way_view *view,
                                          const struct way_level *level, struct way_values *out)
{
    if (view->record->link != WAY_LINK_SLL2)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type,
                          way_bytes_get32(level->header[WAY_LAYER_SLL].at + 4));
}

/* The EtherType that announced the first tag. */
static uint16_t first_tag_type(const struct way_view *view, const struct way_level *level)
{
    if (way_level_has(level, WAY_LAYER_ETH) == WAY_PRESENT)
        return way_bytes_get16(level->header[WAY_LAYER_ETH].at + AT_ETH_TYPE);
    return way_bytes_get16(level->header[WAY_LAYER_SLL].at +
                           (view->record->link == WAY_LINK_SLL2 ? 0 : 14));
}

/* Of each tag that the EtherType `argument` announced: the tag (offset 0) or the
 * type behind it (offset 2). */
static enum way_presence get_tags(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    const struct way_field_info *info = field->info;
    struct way_cursor rest = level->header[WAY_LAYER_VLAN];
    uint16_t type = first_tag_type(view, level);
    const uint8_t *tag;

    while ((tag = way_cursor_peel(&rest, 4))) {
        uint32_t value = way_bytes_get16(tag + info->offset);
        if (type == info->argument)
            way_values_add(out, info->type, info->mask ? value >> info->shift & info->mask : value);
        type = way_bytes_get16(tag + 2);
    }
    return way_values_any(out);
}

static enum way_presence get_gratuitous(const struct way_field *field, const struct way_view *view,
                                        const struct way_level *level, struct way_values *out)
{
    const uint8_t *arp = level->header[WAY_LAYER_ARP].at;
    (void)view;

    return way_values_one(out, field->info->type,
                          way_bytes_get_address(arp + 14) == way_bytes_get_address(arp + 24));
}

#define TAGS(name, kind, tag, at, drop, keep, text)                                                \
    LISTED(name, kind, VLAN, get_tags, text, .argument = WAY_ETHERTYPE_##tag, .offset = (at),      \
           .shift = (drop), .mask = (keep))

static const struct way_field_info rows[] = {
    GIVEN("eth", BYTES, ETH, way_get_header, "the Ethernet header, 14 bytes"),
    FIXED("eth.dst", MAC, ETH, AT_ETH_DST, 6, 0, 0, "destination address"),
    FIXED("eth.src", MAC, ETH, AT_ETH_SRC, 6, 0, 0, "source address"),
    LISTED("eth.addr", MAC, ETH, get_both, "destination and source address"),
    FIXED("eth.dst.lg", BOOL, ETH, 0, 1, 1, 1, "the destination is locally administered"),
    FIXED("eth.dst.ig", BOOL, ETH, 0, 1, 0, 1, "the destination is a group"),
    FIXED("eth.src.lg", BOOL, ETH, 6, 1, 1, 1, "the source is locally administered"),
    FIXED("eth.src.ig", BOOL, ETH, 6, 1, 0, 1, "the source is a group"),
    LISTED("eth.lg", BOOL, ETH, get_both, "both: locally administered", .shift = 41, .mask = 1),
    LISTED("eth.ig", BOOL, ETH, get_both, "both: a group", .shift = 40, .mask = 1),
    GIVEN("eth.type", NUMBER, ETH, get_type_or_len, "EtherType; of a tagged frame, the tag's"),
    GIVEN("eth.len", NUMBER, ETH, get_type_or_len, "length, in IEEE 802.3 frames", .argument = 1),

    GIVEN("eth.padding", BYTES, ETH, get_behind,
          "zeroes behind what it carries (IP, ARP, 802.3) up to 60 bytes; of the outermost frame",
          .argument = PADDING),
    GIVEN("eth.trailer", BYTES, ETH, get_behind, "what else stands there, of untagged frames",
          .argument = TRAILER),
    GIVEN("eth.fcs", NUMBER, ETH, get_behind,
          "check sequence: the last four bytes there, of untagged frames of 64 or more",
          .argument = CHECK_SEQUENCE),

    GIVEN("sll", BYTES, SLL, way_get_header, "the Linux cooked header, 16 (v1) or 20 (v2) bytes"),
    GIVEN("sll.pkttype", NUMBER, SLL, get_cooked,
          "0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us", .offset = 0,
          .size = 2, .argument = 10, .shift = 1),
    GIVEN("sll.hatype", NUMBER, SLL, get_cooked, "ARPHRD_ type of the device", .offset = 2,
          .size = 2, .argument = 8),
    GIVEN("sll.halen", NUMBER, SLL, get_cooked, "bytes of the sender's hardware address",
          .offset = 4, .size = 2, .argument = 11, .shift = 1),
    GIVEN("sll.src.eth", MAC, SLL, get_cooked_mac, "the sender's hardware address, if of 6 bytes"),
    GIVEN("sll.ifindex", NUMBER, SLL, get_cooked_index, "index of the device (v2 only)"),
    GIVEN("sll.etype", NUMBER, SLL, get_cooked, "EtherType", .offset = 14, .size = 2,
          .argument = 0),

    GIVEN("vlan", BYTES, VLAN, way_get_header, "all tags, each with the EtherType behind it"),
    TAGS("vlan.id", NUMBER, VLAN, 0, 0, 0xfff, "VLAN of each 802.1Q tag"),
    TAGS("vlan.dei", BOOL, VLAN, 0, 12, 1, "drop eligible"),
    TAGS("vlan.priority", NUMBER, VLAN, 0, 13, 7, "priority code point"),
    TAGS("vlan.etype", NUMBER, VLAN, 2, 0, 0, "EtherType behind the tag"),
    TAGS("ieee8021ad.id", NUMBER, QINQ, 0, 0, 0xfff, "VLAN of each 802.1ad tag"),
    TAGS("ieee8021ad.dei", BOOL, QINQ, 0, 12, 1, "drop eligible"),
    TAGS("ieee8021ad.priority", NUMBER, QINQ, 0, 13, 7, "priority code point"),

    GIVEN("arp", BYTES, ARP, way_get_header, "ARP for IPv4 over Ethernet, 28 bytes"),
    FIXED("arp.hw.type", NUMBER, ARP, 0, 2, 0, 0, "hardware type: 1"),
    FIXED("arp.proto.type", NUMBER, ARP, 2, 2, 0, 0, "protocol type: 0x0800"),
    FIXED("arp.hw.size", NUMBER, ARP, 4, 1, 0, 0, "bytes of a hardware address: 6"),
    FIXED("arp.proto.size", NUMBER, ARP, 5, 1, 0, 0, "bytes of a protocol address: 4"),
    FIXED("arp.opcode", NUMBER, ARP, 6, 2, 0, 0, "1 request, 2 reply"),
    GIVEN("arp.isgratuitous", BOOL, ARP, get_gratuitous, "sender and target address are the same"),
    FIXED("arp.src.hw_mac", MAC, ARP, 8, 6, 0, 0, "the sender's hardware address"),
    FIXED("arp.src.proto_ipv4", ADDRESS, ARP, 14, 4, 0, 0, "the sender's address"),
    FIXED("arp.dst.hw_mac", MAC, ARP, 18, 6, 0, 0, "the target's hardware address"),
    FIXED("arp.dst.proto_ipv4", ADDRESS, ARP, 24, 4, 0, 0, "the target's address"),
};
WAY_FIELD_GROUP(way_fields_link, "Link headers, VLAN tags, ARP");
