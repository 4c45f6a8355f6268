/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GRE (RFC 2784, RFC 2890). The packet it carries is a level of its own: inner.*.
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/checksum.h"

static enum way_presence get_checksum(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    (void)view;
    if (!level->gre.has_checksum)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, level->gre.checksum);
}

static enum way_presence get_checksum_valid(const struct way_field *field,
                                            const struct way_view *view,
                                            const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *payload = &level->ip.payload;
    (void)view;

    if (!level->gre.has_checksum)
        return WAY_ABSENT;
    if (way_ipv4_is_fragment(&level->ip) || way_cursor_left(payload) < level->ip_payload_len)
        return WAY_BROKEN; /* nobody can say */
    return way_values_one(out, field->info->type,
                          way_csum_of(payload->at, way_cursor_left(payload)) == 0);
}

static enum way_presence get_key(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    (void)view;
    if (!level->gre.has_key)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, level->gre.key);
}

static enum way_presence get_sequence(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    (void)view;
    if (!level->gre.has_sequence)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, level->gre.sequence);
}

static enum way_presence get_payload(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *payload = &level->gre.payload;
    (void)view;

    way_values_add_span(out, field->info->type, payload->at, way_cursor_left(payload));
    return WAY_PRESENT;
}

static const struct way_field_info rows[] = {
    GIVEN("gre", BYTES, GRE, way_get_header, "the header, 4 to 16 bytes"),
    FIXED("gre.flags_and_version", NUMBER, GRE, 0, 2, 0, 0, "the first 16 bits"),
    FIXED("gre.flags.checksum", BOOL, GRE, 0, 1, 7, 1, "there is a checksum"),
    FIXED("gre.flags.key", BOOL, GRE, 0, 1, 5, 1, "there is a key"),
    FIXED("gre.flags.sequence_number", BOOL, GRE, 0, 1, 4, 1, "there is a sequence number"),
    FIXED("gre.flags.version", NUMBER, GRE, 1, 1, 0, 7, "0"),
    FIXED("gre.proto", NUMBER, GRE, 2, 2, 0, 0, "EtherType of what is carried"),
    GIVEN("gre.checksum", NUMBER, GRE, get_checksum, "as the field stands"),
    GIVEN("gre.checksum.status", NUMBER, GRE, get_checksum_valid, "1 good, 0 bad"),
    GIVEN("gre.checksum.valid", BOOL, GRE, get_checksum_valid, "the checksum is right",
          .ours = true),
    GIVEN("gre.key", NUMBER, GRE, get_key, "key"),
    GIVEN("gre.sequence_number", NUMBER, GRE, get_sequence, "sequence number"),
    GIVEN("gre.payload", BYTES, GRE, get_payload, "what is carried", .ours = true),
};
WAY_FIELD_GROUP(way_fields_gre, "GRE");
