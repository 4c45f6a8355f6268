/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TCP options: RFC 9293, section 3.1; RFC 7323 (window scale, timestamps);
 * RFC 2018 (SACK); others by kind and bytes.
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/tcp.h"

enum { SACK = 5, TIMESTAMPS_LEN = 10, BLOCK_LEN = 8, BLOCKS_AT = 2 };

/* Takes what the field asks for out of one option. Returns false when the option
 * is too short to hold it. */
typedef bool picker(const struct way_field_info *info, const struct way_tcp_option *option,
                    struct way_values *out);

/* Calls the picker for every option, the End of Options last (core/packet stops
 * before it). */
static enum way_presence walk(const struct way_field *field, const struct way_level *level,
                              picker *pick, struct way_values *out)
{
    static const uint8_t end[] = {WAY_TCP_OPTION_END};
    struct way_cursor rest = level->tcp.options;
    struct way_tcp_option option;
    enum way_packet_error error;

    if (!way_level_is_whole(level, WAY_LAYER_TCP))
        return WAY_BROKEN;
    while ((error = way_tcp_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
        if (!pick(field->info, &option, out))
            return WAY_BROKEN;
    if (error != WAY_PACKET_OK)
        return WAY_BROKEN;
    if (way_cursor_left(&rest) > 0) {
        option = (struct way_tcp_option){.bytes = end, .kind = WAY_TCP_OPTION_END, .len = 1};
        pick(field->info, &option, out);
    }
    return way_values_any(out);
}

static bool pick_kind(const struct way_field_info *info, const struct way_tcp_option *option,
                      struct way_values *out)
{
    way_values_add(out, info->type, option->kind);
    return true;
}

static bool pick_len(const struct way_field_info *info, const struct way_tcp_option *option,
                     struct way_values *out)
{
    if (option->kind > WAY_TCP_OPTION_NOP)
        way_values_add(out, info->type, option->len);
    return true;
}

static bool pick_bytes(const struct way_field_info *info, const struct way_tcp_option *option,
                       struct way_values *out)
{
    way_values_add_span(out, info->type, option->bytes, option->len);
    return true;
}

/* A number at a fixed place in the option of kind `argument`. */
static bool pick_fixed(const struct way_field_info *info, const struct way_tcp_option *option,
                       struct way_values *out)
{
    if (option->kind != info->argument)
        return true;
    if (option->len < info->offset + info->size)
        return false;
    way_values_add(out, info->type, way_number_at(option->bytes + info->offset, info->size));
    return true;
}

static bool pick_multiplier(const struct way_field_info *info, const struct way_tcp_option *option,
                            struct way_values *out)
{
    enum { SHIFT_MAX = 14 }; /* RFC 7323, section 2.3 */
    if (option->kind != WAY_TCP_OPTION_WINDOW_SCALE)
        return true;
    if (option->len < 3)
        return false;
    unsigned shift = option->bytes[2] < SHIFT_MAX ? option->bytes[2] : SHIFT_MAX;
    way_values_add(out, info->type, 1U << shift);
    return true;
}

static bool pick_presence(const struct way_field_info *info, const struct way_tcp_option *option,
                          struct way_values *out)
{
    if (option->kind == info->argument)
        way_values_add(out, info->type, 1);
    return true;
}

/* Edges of SACK blocks: `offset` of the left one is 0, of the right one 4. */
static bool pick_edge(const struct way_field_info *info, const struct way_tcp_option *option,
                      struct way_values *out)
{
    if (option->kind != SACK)
        return true;
    for (unsigned at = BLOCKS_AT; at + BLOCK_LEN <= option->len; at += BLOCK_LEN)
        way_values_add(out, info->type, way_bytes_get32(option->bytes + at + info->offset));
    return option->len % BLOCK_LEN == BLOCKS_AT;
}

static bool pick_blocks(const struct way_field_info *info, const struct way_tcp_option *option,
                        struct way_values *out)
{
    if (option->kind == SACK)
        way_values_add(out, info->type, (option->len - BLOCKS_AT) / BLOCK_LEN);
    return true;
}

/* One getter a picker: what the rows name. */
#define WALKED(getter, pick)                                                                       \
    static enum way_presence getter(const struct way_field *field, const struct way_view *view,    \
                                    const struct way_level *level, struct way_values *out)         \
    {                                                                                              \
        (void)view;                                                                                \
        return walk(field, level, pick, out);                                                      \
    }
WALKED(get_kinds, pick_kind)
WALKED(get_lens, pick_len)
WALKED(get_bytes, pick_bytes)
WALKED(get_fixed, pick_fixed)
WALKED(get_multiplier, pick_multiplier)
WALKED(get_presence, pick_presence)
WALKED(get_edges, pick_edge)
WALKED(get_blocks, pick_blocks)

static enum way_presence get_all(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *options = &level->tcp.options;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_TCP))
        return WAY_BROKEN;
    if (way_cursor_left(options) == 0)
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, options->at, way_cursor_left(options));
    return WAY_PRESENT;
}

#define OPTION(name, option, at, bytes, text)                                                      \
    LISTED(name, NUMBER, TCP, get_fixed, text, .argument = WAY_TCP_OPTION_##option,                \
           .offset = (at), .size = (bytes))

static const struct way_field_info rows[] = {
    GIVEN("tcp.options", BYTES, TCP, get_all, "all options, as they stand in the header"),
    LISTED("tcp.option_kind", NUMBER, TCP, get_kinds, "kind of each option, NOP and end included"),
    LISTED("tcp.option_len", NUMBER, TCP, get_lens, "bytes of each option that has a length"),
    LISTED("tcp.option_bytes", BYTES, TCP, get_bytes, "each option, kind first", .ours = true),
    OPTION("tcp.options.mss_val", MSS, 2, 2, "maximum segment size"),
    OPTION("tcp.options.wscale.shift", WINDOW_SCALE, 2, 1, "window scale"),
    LISTED("tcp.options.wscale.multiplier", NUMBER, TCP, get_multiplier, "the same as a factor"),
    LISTED("tcp.options.sack_perm", BOOL, TCP, get_presence, "SACK is permitted",
           .argument = WAY_TCP_OPTION_SACK_PERMITTED),
    LISTED("tcp.options.sack.count", NUMBER, TCP, get_blocks, "SACK blocks"),
    LISTED("tcp.options.sack_le_raw", NUMBER, TCP, get_edges, "left edges, as they stand",
           .offset = 2 - BLOCKS_AT, .ours = true),
    LISTED("tcp.options.sack_re_raw", NUMBER, TCP, get_edges, "right edges, as they stand",
           .offset = 4, .ours = true),
    OPTION("tcp.options.timestamp.tsval", TIMESTAMPS, 2, 4, "the sender's clock"),
    OPTION("tcp.options.timestamp.tsecr", TIMESTAMPS, 6, 4, "the clock that is echoed"),
};
WAY_FIELD_GROUP(way_fields_tcp_options, "TCP options");
