/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How the rows of the table of fields are written. Internal to
 * analysis/dissect/field*.c, each of which has one group's rows and getters.
 *
 *     FIXED(name, type, layer, offset, size, shift, mask, about)   bits at a fixed place
 *     GIVEN(name, type, layer, getter, about)                      one value, from a getter
 *     LISTED(name, type, layer, getter, about)                     several
 *
 * After `about`, further members of struct way_field_info may follow, as
 * designated initialisers.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FIELD_TABLE_H
#define WAYLAY_ANALYSIS_DISSECT_FIELD_TABLE_H

#include <assert.h>

#include "analysis/dissect/field.h"
#include "core/packet/bytes.h"

#define WAY_FIELD_ROW(field, kind, where, text, ...)                                               \
    .name = (field), .type = WAY_TYPE_##kind, .layer = WAY_LAYER_##where,                          \
    .about = (text)__VA_OPT__(, ) __VA_ARGS__
#define FIXED(field, kind, where, at, bytes, drop, keep, text, ...)                                \
    {                                                                                              \
        WAY_FIELD_ROW(field, kind, where, text, .get = way_get_fixed, .offset = (at),              \
                      .size = (bytes), .shift = (drop), .mask = (keep)__VA_OPT__(, ) __VA_ARGS__)  \
    }
#define GIVEN(field, kind, where, getter, text, ...)                                               \
    {                                                                                              \
        WAY_FIELD_ROW(field, kind, where, text, .get = (getter)__VA_OPT__(, ) __VA_ARGS__)         \
    }
#define LISTED(field, kind, where, getter, text, ...)                                              \
    {                                                                                              \
        WAY_FIELD_ROW(field, kind, where, text, .get = (getter),                                   \
                      .many = true __VA_OPT__(, ) __VA_ARGS__)                                     \
    }
#define WAY_FIELD_GROUP(symbol, about)                                                             \
    const struct way_field_group symbol = {(about), rows, sizeof rows / sizeof rows[0]}

/* The groups, in the order of the docs. */
extern const struct way_field_group way_fields_frame, way_fields_link, way_fields_ip,
    way_fields_ip_options, way_fields_icmp, way_fields_tcp, way_fields_tcp_options,
    way_fields_tcp_flow, way_fields_udp, way_fields_gre, way_fields_http;

/* Adds a number (of the field's type, no span) to the values; one too many is left
 * out and noted. */
static inline void way_values_add(struct way_values *out, enum way_type type, uint64_t number)
{
    if (out->count < WAY_VALUES_MAX)
        out->items[out->count++] = (struct way_value){.type = type, .number = number};
    else
        out->more = true;
}

/* Likewise a span. */
static inline void way_values_add_span(struct way_values *out, enum way_type type,
                                       const uint8_t *at, size_t len)
{
    if (out->count < WAY_VALUES_MAX)
        out->items[out->count++] = (struct way_value){.type = type, .bytes = {at, len}};
    else
        out->more = true;
}

/* One number, and PRESENT. */
static inline enum way_presence way_values_one(struct way_values *out, enum way_type type,
                                               uint64_t number)
{
    way_values_add(out, type, number);
    return WAY_PRESENT;
}

/* What a list has come to: a field of which there is nothing is absent. */
static inline enum way_presence way_values_any(const struct way_values *out)
{
    return out->count ? WAY_PRESENT : WAY_ABSENT;
}

/* An address as a value's number. */
static inline uint64_t way_number_of_address(way_be32 address)
{
    uint8_t bytes[4];
    way_bytes_put_address(bytes, address);
    return way_bytes_get32(bytes);
}

/* A big-endian number of `size` bytes, 1 to 8. */
static inline uint64_t way_number_at(const uint8_t *at, size_t size)
{
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

/* Whether the layer's header is all there: else only its bytes can be asked for. */
static inline bool way_level_is_whole(const struct way_level *level, enum way_layer layer)
{
    return !(level->partial >> layer & 1);
}

/* Getters that several groups use. */
way_field_getter way_get_fixed;  /* offset, size, shift, mask of the layer's header */
way_field_getter way_get_header; /* the bytes of the layer's header */
way_field_getter way_get_pair;   /* two numbers of `size` bytes, one behind the other */

#endif
