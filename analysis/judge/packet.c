/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keeping packets, and writing them in one line.
 */
#include "analysis/judge/packet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

/* The texts of values, together: bytes that they take, or (`to` not NULL) their copies,
 * to which the values then point. */
static size_t copy_texts(struct way_values *values, uint8_t *to)
{
    size_t size = 0;

    for (unsigned i = 0; i < values->count; i++) {
        struct way_value *value = &values->items[i];
        if (!way_type_is_span(value->type))
            continue;
        if (to && value->bytes.len)
            memcpy(to + size, value->bytes.at, value->bytes.len);
        size += value->bytes.len;
        if (to)
            value->bytes.at = to + size - value->bytes.len;
    }
    return size;
}

/* What fields that need the stream say now: later nobody knows. */
static void remember(const struct way_program *program, const struct way_stand *stand,
                     struct way_kept *kept)
{
    size_t count = program->remembered_count, size = 0;

    kept->remembered = way_memory_array(count, sizeof *kept->remembered);
    kept->presences = way_memory_array(count, sizeof *kept->presences);
    for (size_t i = 0; i < count; i++) {
        kept->presences[i] =
            way_field_get(program->remembered[i], stand->seen.view, &kept->remembered[i]);
        size += copy_texts(&kept->remembered[i], NULL);
    }
    kept->texts = way_memory_array(size, 1);
    kept->size += size + count * (sizeof *kept->remembered + sizeof *kept->presences);
    size = 0;
    for (size_t i = 0; i < count; i++)
        size += copy_texts(&kept->remembered[i], kept->texts + size);
}

void way_kept_free(struct way_kept *kept)
{
    free(kept->remembered);
    free(kept->presences);
    free(kept->texts);
    free(kept);
}

struct way_kept *way_keep(const struct way_program *program, const struct way_stand *stand,
                          uint64_t order)
{
    size_t size = sizeof(struct way_kept) + stand->record.len;
    struct way_kept *kept = way_memory_array(1, size);

    *kept = (struct way_kept){
        .record = stand->record, .tap = stand->seen.tap, .order = order, .size = size};
    memcpy(kept->bytes, stand->record.bytes, stand->record.len);
    kept->record.bytes = kept->bytes;
    if (program->remembered_count)
        remember(program, stand, kept);
    return kept;
}

void way_stand_on(struct way_stand *stand, const struct way_kept *kept)
{
    stand->record = kept->record;
    way_view_begin(&stand->view, &stand->record);
    stand->seen = (struct way_seen){.view = &stand->view,
                                    .tap = kept->tap,
                                    .remembered = kept->remembered,
                                    .presences = kept->presences};
}

struct way_at way_at_of(const struct way_stand *stand)
{
    return (struct way_at){.tap = stand->seen.tap,
                           .source = stand->record.source,
                           .number = stand->record.number,
                           .time = stand->record.time};
}

struct way_at way_at_kept(const struct way_kept *kept)
{
    return (struct way_at){.tap = kept->tap,
                           .source = kept->record.source,
                           .number = kept->record.number,
                           .time = kept->record.time};
}

/* Appends to a text of `size` bytes, as far as it goes. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
                                                         const char *format, ...)
{
    size_t at = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + at, size - at, format, arguments);
    va_end(arguments);
}

static void append_address(char *text, size_t size, way_be32 address)
{
    const uint8_t *b = (const uint8_t *)&address;

    append(text, size, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
}

static void append_tcp(char *text, size_t size, const struct way_tcp *tcp)
{
    static const char letters[] = "FSRP.UEW";

    append(text, size, " TCP %u > %u [", tcp->source_port, tcp->destination_port);
    for (unsigned bit = 0; bit < 8; bit++)
        if (tcp->flags >> bit & 1)
            append(text, size, "%c", letters[bit]);
    append(text, size, "] seq %" PRIu32 " ack %" PRIu32 " len %zu", tcp->seq, tcp->ack,
           way_cursor_left(&tcp->payload));
}

void way_packet_line(struct way_stand *stand, char *text, size_t size)
{
    const struct way_level *level = way_view_level(&stand->view, 0);

    text[0] = '\0';
    if (!(level->present >> WAY_LAYER_IP & 1)) {
        append(text, size, "%s, %" PRIu32 " bytes",
               level->present >> WAY_LAYER_ARP & 1 ? "ARP" : "no IPv4", stand->record.wire_len);
        return;
    }
    append_address(text, size, level->ip.source);
    append(text, size, " > ");
    append_address(text, size, level->ip.destination);
    if (level->present >> WAY_LAYER_TCP & 1)
        append_tcp(text, size, &level->tcp);
    else if (level->present >> WAY_LAYER_UDP & 1)
        append(text, size, " UDP %u > %u", level->udp.source_port, level->udp.destination_port);
    else if (level->present >> WAY_LAYER_ICMP & 1)
        append(text, size, " ICMP type %u code %u", level->icmp.type, level->icmp.code);
    else
        append(text, size, " protocol %u", level->ip.protocol);
    append(text, size, " ttl %u id %u", level->ip.ttl, level->ip.identification);
}

void way_packet_filter(const struct way_at *at, char *text, size_t size)
{
    snprintf(text, size, "frame.number == %" PRIu64, at->number);
}
