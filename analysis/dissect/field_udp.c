/* SPDX-License-Identifier: BSD-2-Clause
 *
 * UDP (RFC 768).
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/checksum.h"

enum { HEADER_LEN = 8 };

static enum way_presence get_payload(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *payload = &level->udp.payload;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_UDP))
        return WAY_BROKEN;
    if (level->udp.len <= HEADER_LEN)
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, payload->at, way_cursor_left(payload));
    return WAY_PRESENT;
}

/* `argument`: as Wireshark's status, which has a number for "there is none". */
static enum way_presence get_checksum_valid(const struct way_field *field,
                                            const struct way_view *view,
                                            const struct way_level *level, struct way_values *out)
{
    enum { STATUS_NOT_PRESENT = 3 };
    const struct way_udp *udp = &level->udp;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_UDP))
        return WAY_BROKEN;
    if (udp->checksum == 0)
        return field->info->argument ? way_values_one(out, field->info->type, STATUS_NOT_PRESENT)
                                     : WAY_ABSENT;
    if (way_ipv4_is_fragment(&level->ip) || udp->len < HEADER_LEN ||
        way_cursor_left(&level->ip.payload) < udp->len)
        return WAY_BROKEN; /* nobody can say */
    uint16_t sum =
        way_csum_pseudo(level->ip.source, level->ip.destination, level->ip.protocol, udp->len);
    return way_values_one(out, field->info->type,
                          way_csum_add(sum, level->ip.payload.at, udp->len) == 0xffff);
}

static const struct way_field_info rows[] = {
    GIVEN("udp", BYTES, UDP, way_get_header, "the header, 8 bytes"),
    FIXED("udp.srcport", NUMBER, UDP, 0, 2, 0, 0, "source port"),
    FIXED("udp.dstport", NUMBER, UDP, 2, 2, 0, 0, "destination port"),
    LISTED("udp.port", NUMBER, UDP, way_get_pair, "source and destination port", .size = 2),
    FIXED("udp.length", NUMBER, UDP, 4, 2, 0, 0, "bytes of header and data"),
    FIXED("udp.checksum", NUMBER, UDP, 6, 2, 0, 0, "as the field stands; 0: there is none"),
    GIVEN("udp.checksum.status", NUMBER, UDP, get_checksum_valid, "1 good, 0 bad, 3 none",
          .argument = 1),
    GIVEN("udp.checksum.valid", BOOL, UDP, get_checksum_valid,
          "the checksum is right; absent where there is none", .ours = true),
    GIVEN("udp.payload", BYTES, UDP, get_payload,
          "the data, as far as captured; absent without any"),
};
WAY_FIELD_GROUP(way_fields_udp, "UDP");
