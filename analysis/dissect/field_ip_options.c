/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IPv4 options: RFC 791, section 3.1; router alert, RFC 2113; CIPSO and the
 * security options by their bytes.
 *
 * Each row of a family walks the options with one of the pickers below, which
 * takes what it wants from an option of its type.
 */
#include "analysis/dissect/field_options.h"
#include "core/packet/ipv4.h"

enum option_type {
    TIMESTAMP = 68,
    SECURITY = 130,
    LOOSE = WAY_IPV4_OPTION_LOOSE_SOURCE_ROUTE,
    RECORD = WAY_IPV4_OPTION_RECORD_ROUTE,
    CIPSO = 134,
    STREAM_ID = 136,
    STRICT = WAY_IPV4_OPTION_STRICT_SOURCE_ROUTE,
    ROUTER_ALERT = 148
};

enum { AT_POINTER = 2, ROUTE_AT = 3, STAMPS_AT = 4, ADDRESS_LEN = 4 };

static bool is_route(const struct way_option *option)
{
    return option->type == RECORD || option->type == LOOSE || option->type == STRICT;
}

static bool pick_pointer(const struct way_field_info *info, const struct way_option *option,
                         struct way_values *out)
{
    if (!is_route(option) && option->type != TIMESTAMP)
        return true;
    if (option->len <= AT_POINTER)
        return false;
    way_values_add(out, info->type, option->bytes[AT_POINTER]);
    return true;
}

/* Which addresses of a route are asked for. */
enum part { FILLED, UNFILLED, ALL };

/* The route's addresses before the pointer, behind it, or all of them. */
static void add_route(const struct way_field_info *info, const struct way_option *option,
                      enum part part, struct way_values *out)
{
    if (option->len <= AT_POINTER)
        return;
    unsigned pointer = option->bytes[AT_POINTER];
    for (unsigned at = ROUTE_AT; at + ADDRESS_LEN <= option->len; at += ADDRESS_LEN) {
        bool filled = at + 1 < pointer; /* the pointer counts from 1 */
        if (part == ALL || filled == (part == FILLED))
            way_values_add(out, info->type, way_bytes_get32(option->bytes + at));
    }
}

static bool pick_recorded(const struct way_field_info *info, const struct way_option *option,
                          struct way_values *out)
{
    if (option->type == RECORD)
        add_route(info, option, FILLED, out);
    return option->type != RECORD || option->len > AT_POINTER;
}

static bool pick_empty(const struct way_field_info *info, const struct way_option *option,
                       struct way_values *out)
{
    if (option->type == RECORD)
        add_route(info, option, UNFILLED, out);
    return option->type != RECORD || option->len > AT_POINTER;
}

static bool pick_source_route(const struct way_field_info *info, const struct way_option *option,
                              struct way_values *out)
{
    if (option->type == LOOSE || option->type == STRICT)
        add_route(info, option, ALL, out);
    return true;
}

/* The timestamp option's entries: with flag 0 stamps alone, else address and
 * stamp. */
static bool pick_stamps(const struct way_field_info *info, const struct way_option *option,
                        struct way_values *out)
{
    if (option->type != TIMESTAMP)
        return true;
    if (option->len < STAMPS_AT)
        return false;
    bool addressed = option->bytes[3] & 0xf;
    unsigned step = addressed ? 2 * ADDRESS_LEN : ADDRESS_LEN;
    bool addresses = info->type == WAY_TYPE_ADDRESS;
    if (addresses && !addressed)
        return true;
    for (unsigned at = STAMPS_AT; at + step <= option->len; at += step)
        way_values_add(
            out, info->type,
            way_bytes_get32(option->bytes + at + (addressed && !addresses ? ADDRESS_LEN : 0)));
    return true;
}

static bool pick_addresses(const struct way_field_info *info, const struct way_option *option,
                           struct way_values *out)
{
    if (is_route(option))
        add_route(info, option, ALL, out);
    else if (option->type == TIMESTAMP)
        return pick_stamps(info, option, out);
    return true;
}

WAY_WALKED(get_types, way_pick_type)
WAY_WALKED(get_lens, way_pick_len)
WAY_WALKED(get_bytes, way_pick_bytes)
WAY_WALKED(get_pointers, pick_pointer)
WAY_WALKED(get_fixed, way_pick_fixed)
WAY_WALKED(get_recorded, pick_recorded)
WAY_WALKED(get_empty, pick_empty)
WAY_WALKED(get_source_route, pick_source_route)
WAY_WALKED(get_stamps, pick_stamps)
WAY_WALKED(get_addresses, pick_addresses)

/* The first Record Route: with Waylay, ours. */
static enum way_presence find_record_route(const struct way_level *level, struct way_option *option)
{
    return way_options_find(level, RECORD, option);
}

static enum way_presence get_rr_addresses(const struct way_field *field,
                                          const struct way_view *view,
                                          const struct way_level *level, struct way_values *out)
{
    struct way_option option;
    (void)view;

    enum way_presence presence = find_record_route(level, &option);
    if (presence != WAY_PRESENT)
        return presence;
    add_route(field->info, &option, ALL, out);
    return way_values_any(out);
}

/* `argument`: the option's byte that is asked for. */
static enum way_presence get_rr_byte(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    struct way_option option;
    (void)view;

    enum way_presence presence = find_record_route(level, &option);
    if (presence != WAY_PRESENT)
        return presence;
    if (option.len <= field->info->argument)
        return WAY_BROKEN;
    return way_values_one(out, field->info->type, option.bytes[field->info->argument]);
}

static enum way_presence get_rr_offset(const struct way_field *field, const struct way_view *view,
                                       const struct way_level *level, struct way_values *out)
{
    struct way_option option;
    (void)view;

    enum way_presence presence = find_record_route(level, &option);
    if (presence != WAY_PRESENT)
        return presence;
    return way_values_one(out, field->info->type, (uint64_t)(option.bytes - level->ip.header.at));
}

static enum way_presence get_rr(const struct way_field *field, const struct way_view *view,
                                const struct way_level *level, struct way_values *out)
{
    struct way_option option;
    (void)view;

    enum way_presence presence = find_record_route(level, &option);
    if (presence != WAY_PRESENT)
        return presence;
    way_values_add_span(out, field->info->type, option.bytes, option.len);
    return WAY_PRESENT;
}

#define OPTION(name, kind, option, at, bytes, drop, keep, text)                                    \
    LISTED(name, kind, IP, get_fixed, text, .argument = (option), .offset = (at), .size = (bytes), \
           .shift = (drop), .mask = (keep))

static const struct way_field_info rows[] = {
    GIVEN("options", BYTES, IP, way_options_get_all, "all options, as they stand in the header",
          .ours = true),
    LISTED("ip.opt.type", NUMBER, IP, get_types, "type of each option, NOP and the end included"),
    LISTED("ip.opt.type.copy", BOOL, IP, get_types, "copied on fragmentation", .shift = 7,
           .mask = 1),
    LISTED("ip.opt.type.class", NUMBER, IP, get_types, "0 control, 2 measurement", .shift = 5,
           .mask = 3),
    LISTED("ip.opt.type.number", NUMBER, IP, get_types, "number in its class", .mask = 0x1f),
    LISTED("ip.opt.len", NUMBER, IP, get_lens, "bytes of each option that has a length"),
    LISTED("ip.opt.ptr", NUMBER, IP, get_pointers, "pointer of each route and timestamp option"),
    LISTED("ip.opt.bytes", BYTES, IP, get_bytes, "each option, type first", .ours = true),
    LISTED("ip.rec_rt", ADDRESS, IP, get_recorded, "recorded route: slots before the pointer"),
    LISTED("ip.empty_rt", ADDRESS, IP, get_empty, "recorded route: slots that are free"),
    LISTED("ip.opt.source_route", ADDRESS, IP, get_source_route,
           "every address of a loose or strict source route", .ours = true),
    OPTION("ip.opt.overflow", NUMBER, TIMESTAMP, 3, 1, 4, 0xf,
           "timestamp option: hosts that found no room"),
    OPTION("ip.opt.flag", NUMBER, TIMESTAMP, 3, 1, 0, 0xf,
           "timestamp option: 0 stamps, 1 with addresses, 3 prespecified"),
    LISTED("ip.opt.time_stamp", NUMBER, IP, get_stamps, "timestamp option: each stamp"),
    LISTED("ip.opt.time_stamp_addr", ADDRESS, IP, get_stamps, "timestamp option: each address"),
    OPTION("ip.opt.ra", NUMBER, ROUTER_ALERT, 2, 2, 0, 0, "router alert"),
    OPTION("ip.opt.sid", NUMBER, STREAM_ID, 2, 2, 0, 0, "stream identifier"),
    LISTED("ip.opt.security", BYTES, IP, get_bytes, "security option (130), type first",
           .argument = SECURITY, .ours = true),
    LISTED("ip.opt.cipso", BYTES, IP, get_bytes, "commercial security option (134), type first",
           .argument = CIPSO, .ours = true),
    LISTED("options.addresses", ADDRESS, IP, get_addresses,
           "every address in any route or timestamp option, in used and in free slots",
           .ours = true),
    GIVEN("rr", BYTES, IP, get_rr, "the first Record Route option, type first: Waylay's own",
          .ours = true),
    GIVEN("rr.offset", NUMBER, IP, get_rr_offset, "where it stands in the header; Waylay: 21",
          .ours = true),
    GIVEN("rr.len", NUMBER, IP, get_rr_byte, "its length; Waylay: 7", .argument = 1, .ours = true),
    GIVEN("rr.ptr", NUMBER, IP, get_rr_byte, "its pointer; Waylay: 8", .argument = 2, .ours = true),
    LISTED("rr.addresses", ADDRESS, IP, get_rr_addresses, "its slots, used and free", .ours = true),
};
WAY_FIELD_GROUP(way_fields_ip_options, "IPv4 options");
