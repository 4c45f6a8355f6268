/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ICMP (RFC 792), next-hop MTU (RFC 1191), extensions (RFC 4884). The packet that
 * an error quotes is a level of its own: icmp.quoted.*.
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/checksum.h"
#include "core/packet/icmp.h"

enum { TIMESTAMP_REQUEST = 13, TIMESTAMP_REPLY = 14, MASK_REQUEST = 17, MASK_REPLY = 18 };
enum { INFORMATION_REQUEST = 15, INFORMATION_REPLY = 16 };

static bool has_identifier(uint8_t type)
{
    return type == WAY_ICMP_ECHO || type == WAY_ICMP_ECHO_REPLY ||
           (type >= TIMESTAMP_REQUEST && type <= MASK_REPLY);
}

/* Bytes of the message behind its header, as far as captured. */
static struct way_cursor body_of(const struct way_level *level)
{
    struct way_cursor rest = level->ip.payload;

    way_cursor_peel(&rest, WAY_ICMP_HEADER_LEN);
    return rest;
}

static enum way_presence get_identifier(const struct way_field *field, const struct way_view *view,
                                        const struct way_level *level, struct way_values *out)
{
    if (!way_level_is_whole(level, WAY_LAYER_ICMP))
        return WAY_BROKEN;
    return has_identifier(level->icmp.type) ? way_get_fixed(field, view, level, out) : WAY_ABSENT;
}

static enum way_presence get_mtu(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    (void)view;
    if (!way_level_is_whole(level, WAY_LAYER_ICMP))
        return WAY_BROKEN;
    if (level->icmp.type != WAY_ICMP_UNREACHABLE ||
        level->icmp.code != WAY_ICMP_FRAGMENTATION_NEEDED)
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, level->icmp.mtu);
}

/* Of messages of the type `argument`. */
static enum way_presence get_of_type(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    if (!way_level_is_whole(level, WAY_LAYER_ICMP))
        return WAY_BROKEN;
    return level->icmp.type == field->info->argument ? way_get_fixed(field, view, level, out)
                                                     : WAY_ABSENT;
}

static enum way_presence get_length(const struct way_field *field, const struct way_view *view,
                                    const struct way_level *level, struct way_values *out)
{
    if (!way_level_is_whole(level, WAY_LAYER_ICMP))
        return WAY_BROKEN;
    return level->icmp.has_length ? way_get_fixed(field, view, level, out) : WAY_ABSENT;
}

static enum way_presence get_payload(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    struct way_cursor body = body_of(level);
    (void)view;

    way_values_add_span(out, field->info->type, body.at, way_cursor_left(&body));
    return WAY_PRESENT;
}

static enum way_presence get_quote(const struct way_field *field, const struct way_view *view,
                                   const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *quote = &level->icmp.quote;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_ICMP))
        return WAY_BROKEN;
    if (!way_icmp_is_error(level->icmp.type))
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, quote->at, way_cursor_left(quote));
    return WAY_PRESENT;
}

static enum way_presence get_checksum_valid(const struct way_field *field,
                                            const struct way_view *view,
                                            const struct way_level *level, struct way_values *out)
{
    (void)view;
    if (way_ipv4_is_fragment(&level->ip) ||
        way_cursor_left(&level->ip.payload) < level->ip_payload_len)
        return WAY_BROKEN; /* nobody can say */
    return way_values_one(out, field->info->type, way_icmp_checksum_ok(&level->ip));
}

/* The extension structure's header, 4 bytes (RFC 4884, section 7). */
static const uint8_t *extension_header(const struct way_level *level, struct way_cursor *objects)
{
    *objects = level->icmp.extensions;
    return way_cursor_peel(objects, 4);
}

static enum way_presence get_extensions(const struct way_field *field, const struct way_view *view,
                                        const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *extensions = &level->icmp.extensions;
    (void)view;

    if (way_cursor_left(extensions) == 0)
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, extensions->at, way_cursor_left(extensions));
    return WAY_PRESENT;
}

static enum way_presence get_extension_fixed(const struct way_field *field,
                                             const struct way_view *view,
                                             const struct way_level *level, struct way_values *out)
{
    const struct way_field_info *info = field->info;
    struct way_cursor objects;
    const uint8_t *header = extension_header(level, &objects);
    (void)view;

    if (!header)
        return way_cursor_left(&level->icmp.extensions) ? WAY_BROKEN : WAY_ABSENT;
    uint64_t number = way_number_at(header + info->offset, info->size) >> info->shift;
    return way_values_one(out, info->type, info->mask ? number & info->mask : number);
}

static enum way_presence get_extension_valid(const struct way_field *field,
                                             const struct way_view *view,
                                             const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *extensions = &level->icmp.extensions;
    (void)view;

    if (way_cursor_left(extensions) == 0)
        return WAY_ABSENT;
    if (way_cursor_left(&level->ip.payload) < level->ip_payload_len)
        return WAY_BROKEN;
    return way_values_one(out, field->info->type,
                          way_csum_of(extensions->at, way_cursor_left(extensions)) == 0);
}

/* Of each object: a number at a fixed place of its 4-byte header, or (size 0) the
 * data behind it. */
static enum way_presence get_objects(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    enum { HEADER_LEN = 4 };
    const struct way_field_info *info = field->info;
    struct way_cursor rest;
    (void)view;

    if (!extension_header(level, &rest))
        return way_cursor_left(&level->icmp.extensions) ? WAY_BROKEN : WAY_ABSENT;
    while (way_cursor_left(&rest) > 0) {
        struct way_cursor look = rest;
        const uint8_t *header = way_cursor_peel(&look, HEADER_LEN);
        size_t len = header ? way_bytes_get16(header) : 0;
        if (len < HEADER_LEN || !way_cursor_peel(&rest, len))
            return WAY_BROKEN;
        if (info->size)
            way_values_add(out, info->type, way_number_at(header + info->offset, info->size));
        else if (len > HEADER_LEN)
            way_values_add_span(out, info->type, look.at, len - HEADER_LEN);
    }
    return way_values_any(out);
}

static const struct way_field_info rows[] = {
    GIVEN("icmp", BYTES, ICMP, way_get_header, "the header, 8 bytes"),
    FIXED("icmp.type", NUMBER, ICMP, 0, 1, 0, 0, "0 echo reply, 3 unreachable, 8 echo, ..."),
    FIXED("icmp.code", NUMBER, ICMP, 1, 1, 0, 0, "code, of unreachable: 4 fragmentation needed"),
    FIXED("icmp.checksum", NUMBER, ICMP, 2, 2, 0, 0, "as the field stands"),
    GIVEN("icmp.checksum.status", NUMBER, ICMP, get_checksum_valid, "1 good, 0 bad"),
    GIVEN("icmp.checksum.valid", BOOL, ICMP, get_checksum_valid, "the checksum is right",
          .ours = true),
    GIVEN("icmp.ident", NUMBER, ICMP, get_identifier, "identifier of echo, timestamp, ...",
          .offset = 4, .size = 2),
    GIVEN("icmp.seq", NUMBER, ICMP, get_identifier, "sequence number of the same", .offset = 6,
          .size = 2),
    GIVEN("icmp.mtu", NUMBER, ICMP, get_mtu, "next-hop MTU of fragmentation needed"),
    GIVEN("icmp.redir_gw", ADDRESS, ICMP, get_of_type, "the router that a redirect names",
          .argument = WAY_ICMP_REDIRECT, .offset = 4, .size = 4),
    GIVEN("icmp.pointer", NUMBER, ICMP, get_of_type, "offset of a parameter problem",
          .argument = WAY_ICMP_PARAMETER_PROBLEM, .offset = 4, .size = 1),
    GIVEN("icmp.length", NUMBER, ICMP, get_length,
          "RFC 4884: words of 4 bytes that are quoted; absent where it is 0", .offset = 5,
          .size = 1),
    GIVEN("icmp.payload", BYTES, ICMP, get_payload, "what follows the header", .ours = true),
    GIVEN("icmp.quote", BYTES, ICMP, get_quote, "the quoted packet, padding included",
          .ours = true),
    GIVEN("icmp.extensions", BYTES, ICMP, get_extensions, "RFC 4884: all extensions", .ours = true),
    GIVEN("icmp.ext.version", NUMBER, ICMP, get_extension_fixed, "RFC 4884: 2", .offset = 0,
          .size = 1, .shift = 4, .mask = 0xf),
    GIVEN("icmp.ext.checksum", NUMBER, ICMP, get_extension_fixed, "as the field stands",
          .offset = 2, .size = 2),
    GIVEN("icmp.ext.checksum.status", NUMBER, ICMP, get_extension_valid, "1 good, 0 bad"),
    GIVEN("icmp.ext.checksum.valid", BOOL, ICMP, get_extension_valid, "the checksum is right",
          .ours = true),
    LISTED("icmp.ext.length", NUMBER, ICMP, get_objects, "bytes of each object", .offset = 0,
           .size = 2),
    LISTED("icmp.ext.class", NUMBER, ICMP, get_objects, "class of each object", .offset = 2,
           .size = 1),
    LISTED("icmp.ext.ctype", NUMBER, ICMP, get_objects, "type in its class", .offset = 3,
           .size = 1),
    LISTED("icmp.ext.data", BYTES, ICMP, get_objects, "data of each object that has any"),
};
WAY_FIELD_GROUP(way_fields_icmp, "ICMP");
