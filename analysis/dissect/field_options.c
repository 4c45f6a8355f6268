/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The walk, over core/packet's two.
 */
#include "analysis/dissect/field_options.h"

#include "core/packet/tcp.h"

static const struct way_cursor *options_of(const struct way_level *level, enum way_layer layer)
{
    return layer == WAY_LAYER_IP ? &level->ip.options : &level->tcp.options;
}

/* The next option; without bytes when there are no more. Returns false where it leads out of
 * the header. */
static bool next(enum way_layer layer, struct way_cursor *rest, struct way_option *out)
{
    struct way_ipv4_option ip = {0};
    struct way_tcp_option tcp = {0};
    enum way_packet_error error =
        layer == WAY_LAYER_IP ? way_ipv4_option_next(rest, &ip) : way_tcp_option_next(rest, &tcp);

    *out = layer == WAY_LAYER_IP ? (struct way_option){ip.bytes, ip.type, ip.len}
                                 : (struct way_option){tcp.bytes, tcp.kind, tcp.len};
    return error == WAY_PACKET_OK;
}

enum way_presence way_options_walk(const struct way_field *field, const struct way_level *level,
                                   way_option_picker *pick, struct way_values *out)
{
    static const uint8_t end[] = {WAY_OPTION_END};
    enum way_layer layer = field->info->layer;
    struct way_cursor rest = *options_of(level, layer);
    struct way_option option;
    bool good;

    if (!way_level_is_whole(level, layer))
        return WAY_BROKEN;
    while ((good = next(layer, &rest, &option)) && option.bytes)
        if (!pick(field->info, &option, out))
            return WAY_BROKEN;
    if (!good)
        return WAY_BROKEN;
    if (way_cursor_left(&rest) > 0) { /* core/packet stops before the end */
        option = (struct way_option){end, WAY_OPTION_END, sizeof end};
        pick(field->info, &option, out);
    }
    return way_values_any(out);
}

enum way_presence way_options_find(const struct way_level *level, uint8_t type,
                                   struct way_option *out)
{
    struct way_cursor rest = level->ip.options;
    bool good;

    if (!way_level_is_whole(level, WAY_LAYER_IP))
        return WAY_BROKEN;
    while ((good = next(WAY_LAYER_IP, &rest, out)) && out->bytes)
        if (out->type == type)
            return WAY_PRESENT;
    return good ? WAY_ABSENT : WAY_BROKEN;
}

enum way_presence way_options_get_all(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *options = options_of(level, field->info->layer);
    (void)view;

    if (!way_level_is_whole(level, field->info->layer))
        return WAY_BROKEN;
    if (way_cursor_left(options) == 0)
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, options->at, way_cursor_left(options));
    return WAY_PRESENT;
}

bool way_pick_type(const struct way_field_info *info, const struct way_option *option,
                   struct way_values *out)
{
    uint32_t type = option->type;

    way_values_add(out, info->type, info->mask ? type >> info->shift & info->mask : type);
    return true;
}

bool way_pick_len(const struct way_field_info *info, const struct way_option *option,
                  struct way_values *out)
{
    if (option->type > WAY_OPTION_NOP)
        way_values_add(out, info->type, option->len);
    return true;
}

bool way_pick_bytes(const struct way_field_info *info, const struct way_option *option,
                    struct way_values *out)
{
    if (info->argument == 0 || option->type == info->argument)
        way_values_add_span(out, info->type, option->bytes, option->len);
    return true;
}

bool way_pick_fixed(const struct way_field_info *info, const struct way_option *option,
                    struct way_values *out)
{
    if (option->type != info->argument)
        return true;
    if (option->len < info->offset + info->size)
        return false;
    uint64_t number = way_number_at(option->bytes + info->offset, info->size) >> info->shift;
    way_values_add(out, info->type, info->mask ? number & info->mask : number);
    return true;
}
