/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of the packet as a whole.
 */
#include <string.h>

#include "analysis/dissect/field_table.h"

static enum way_presence get_number(const struct way_field *field, const struct way_view *view,
                                    const struct way_level *level, struct way_values *out)
{
    (void)level;
    return way_values_one(out, field->info->type, view->record->number);
}

static enum way_presence get_time(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    (void)level;
    return way_values_one(out, field->info->type, (uint64_t)view->record->time);
}

/* Both as they are in Wireshark: of stamps that run backwards they are negative there; here
 * a duration never is. */
static enum way_presence get_relative(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    int64_t since = view->record->time - view->record->first;
    (void)level;

    if (since < 0)
        return WAY_BROKEN;
    return way_values_one(out, field->info->type, (uint64_t)since);
}

static enum way_presence get_delta(const struct way_field *field, const struct way_view *view,
                                   const struct way_level *level, struct way_values *out)
{
    int64_t since = view->record->time - view->record->before;
    (void)level;

    if (since < 0)
        return WAY_BROKEN;
    return way_values_one(out, field->info->type, (uint64_t)since);
}

static enum way_presence get_len(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    (void)level;
    return way_values_one(out, field->info->type, view->record->wire_len);
}

static enum way_presence get_captured(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    (void)level;
    return way_values_one(out, field->info->type, view->record->len);
}

static enum way_presence get_link(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    (void)level;
    return way_values_one(out, field->info->type, view->record->link);
}

static enum way_packet_error ip_options_error(const struct way_level *level)
{
    struct way_cursor rest = level->ip.options;
    struct way_ipv4_option option;
    enum way_packet_error error;

    while ((error = way_ipv4_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
        ;
    return error;
}

static enum way_packet_error tcp_options_error(const struct way_level *level)
{
    struct way_cursor rest = level->tcp.options;
    struct way_tcp_option option;
    enum way_packet_error error;

    while ((error = way_tcp_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
        ;
    return error;
}

static bool is_whole(const struct way_level *level, enum way_layer layer)
{
    return way_level_has(level, layer) == WAY_PRESENT && way_level_is_whole(level, layer);
}

/* What is wrong with the level: as it was read, or with its options, which nobody has
 * walked yet. */
static enum way_packet_error error_of(const struct way_level *level)
{
    enum way_packet_error error = level->error;

    if (error == WAY_PACKET_OK && is_whole(level, WAY_LAYER_IP))
        error = ip_options_error(level);
    if (error == WAY_PACKET_OK && is_whole(level, WAY_LAYER_TCP))
        error = tcp_options_error(level);
    return error;
}

/* The first level that says so; reading them all is what this field is for. */
static enum way_presence get_malformed(const struct way_field *field, const struct way_view *view,
                                       const struct way_level *level, struct way_values *out)
{
    struct way_view copy = *view;

    enum way_packet_error error = WAY_PACKET_OK;
    for (unsigned n = 0; error == WAY_PACKET_OK && (level = way_view_level(&copy, n)); n++)
        error = error_of(level);
    if (error == WAY_PACKET_OK)
        return WAY_ABSENT;
    const char *name = way_packet_error_name(error);
    way_values_add_span(out, field->info->type, (const uint8_t *)name, strlen(name));
    return WAY_PRESENT;
}

static const struct way_field_info rows[] = {
    GIVEN("frame", BYTES, FRAME, way_get_header, "the whole packet, as captured"),
    GIVEN("frame.number", NUMBER, FRAME, get_number, "its number in its file, from 1"),
    GIVEN("frame.time_epoch", TIME, FRAME, get_time, "when it was captured"),
    GIVEN("frame.time_relative", SPAN, FRAME, get_relative,
          "since the first packet of its capture; broken where the stamp is before that one's"),
    GIVEN("frame.time_delta", SPAN, FRAME, get_delta,
          "since the packet before it in its capture; broken where the stamp is before that one's"),
    GIVEN("frame.len", NUMBER, FRAME, get_len, "bytes on the wire, link header included"),
    GIVEN("frame.cap_len", NUMBER, FRAME, get_captured, "bytes that the capture has of it"),
    GIVEN("frame.link", NUMBER, FRAME, get_link,
          "its link type, as libpcap numbers them (DLT_): 1 is Ethernet", .ours = true),
    GIVEN("frame.malformed", STRING, FRAME, get_malformed,
          "what is wrong with it (ip_total_length, tcp_data_offset, ...); absent where nothing is",
          .ours = true),
};
WAY_FIELD_GROUP(way_fields_frame, "The packet");
