/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TCP options: RFC 9293, section 3.1; RFC 7323 (window scale, timestamps);
 * RFC 2018 (SACK); others by kind and bytes.
 */
#include "analysis/dissect/field_options.h"
#include "core/packet/tcp.h"

enum { SACK = 5, TIMESTAMPS_LEN = 10, BLOCK_LEN = 8, BLOCKS_AT = 2 };

static bool pick_multiplier(const struct way_field_info *info, const struct way_option *option,
                            struct way_values *out)
{
    enum { SHIFT_MAX = 14 }; /* RFC 7323, section 2.3 */
    if (option->type != WAY_TCP_OPTION_WINDOW_SCALE)
        return true;
    if (option->len < 3)
        return false;
    unsigned shift = option->bytes[2] < SHIFT_MAX ? option->bytes[2] : SHIFT_MAX;
    way_values_add(out, info->type, 1U << shift);
    return true;
}

static bool pick_presence(const struct way_field_info *info, const struct way_option *option,
                          struct way_values *out)
{
    if (option->type == info->argument)
        way_values_add(out, info->type, 1);
    return true;
}

/* Edges of SACK blocks: `offset` of the left one is 0, of the right one 4. */
static bool pick_edge(const struct way_field_info *info, const struct way_option *option,
                      struct way_values *out)
{
    if (option->type != SACK)
        return true;
    for (unsigned at = BLOCKS_AT; at + BLOCK_LEN <= option->len; at += BLOCK_LEN)
        way_values_add(out, info->type, way_bytes_get32(option->bytes + at + info->offset));
    return option->len % BLOCK_LEN == BLOCKS_AT;
}

static bool pick_blocks(const struct way_field_info *info, const struct way_option *option,
                        struct way_values *out)
{
    if (option->type == SACK)
        way_values_add(out, info->type, (option->len - BLOCKS_AT) / BLOCK_LEN);
    return true;
}

WAY_WALKED(get_kinds, way_pick_type)
WAY_WALKED(get_lens, way_pick_len)
WAY_WALKED(get_bytes, way_pick_bytes)
WAY_WALKED(get_fixed, way_pick_fixed)
WAY_WALKED(get_multiplier, pick_multiplier)
WAY_WALKED(get_presence, pick_presence)
WAY_WALKED(get_edges, pick_edge)
WAY_WALKED(get_blocks, pick_blocks)

#define OPTION(name, option, at, bytes, text)                                                      \
    LISTED(name, NUMBER, TCP, get_fixed, text, .argument = WAY_TCP_OPTION_##option,                \
           .offset = (at), .size = (bytes))

static const struct way_field_info rows[] = {
    GIVEN("tcp.options", BYTES, TCP, way_options_get_all,
          "all options, as they stand in the header"),
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
