/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Summaries of packets, and how they differ.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analysis/judge/nearly.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In the order in which differences are told. */
enum summary_field {
    SUMMARY_SOURCE,
    SUMMARY_DESTINATION,
    SUMMARY_SOURCE_PORT,
    SUMMARY_DESTINATION_PORT,
    SUMMARY_SEQ,
    SUMMARY_ACK,
    SUMMARY_FLAGS,
    SUMMARY_ID,
    SUMMARY_LEN,
    SUMMARY_PAYLOAD
};
_Static_assert(SUMMARY_PAYLOAD + 1 == WAY_SUMMARY_FIELDS, "a name for each");

static const char *const names[WAY_SUMMARY_FIELDS] = {[SUMMARY_SOURCE] = "ip.src",
                                                      [SUMMARY_DESTINATION] = "ip.dst",
                                                      [SUMMARY_SOURCE_PORT] = "the source port",
                                                      [SUMMARY_DESTINATION_PORT] =
                                                          "the destination port",
                                                      [SUMMARY_SEQ] = "tcp.seq_raw",
                                                      [SUMMARY_ACK] = "tcp.ack_raw",
                                                      [SUMMARY_FLAGS] = "tcp.flags",
                                                      [SUMMARY_ID] = "ip.id",
                                                      [SUMMARY_LEN] = "the payload's length",
                                                      [SUMMARY_PAYLOAD] = "the payload"};

static void summarise_payload(struct way_summary *out, struct way_cursor payload)
{
    size_t len = way_cursor_left(&payload);

    out->fields[SUMMARY_LEN] = len;
    out->fields[SUMMARY_PAYLOAD] = len ? XXH3_64bits(payload.at, len) : 0;
}

bool way_summarise(struct way_stand *stand, struct way_summary *out)
{
    const struct way_level *level = way_view_level(&stand->view, 0);

    if (!(level->present >> WAY_LAYER_IP & 1))
        return false;
    *out = (struct way_summary){.at = way_at_of(stand)};
    out->fields[SUMMARY_SOURCE] = level->ip.source;
    out->fields[SUMMARY_DESTINATION] = level->ip.destination;
    out->fields[SUMMARY_ID] = level->ip.identification;
    if (level->present >> WAY_LAYER_TCP & 1) {
        out->fields[SUMMARY_SOURCE_PORT] = level->tcp.source_port;
        out->fields[SUMMARY_DESTINATION_PORT] = level->tcp.destination_port;
        out->fields[SUMMARY_SEQ] = level->tcp.seq;
        out->fields[SUMMARY_ACK] = level->tcp.ack;
        out->fields[SUMMARY_FLAGS] = level->tcp.flags;
        summarise_payload(out, level->tcp.payload);
    } else if (level->present >> WAY_LAYER_UDP & 1) {
        out->fields[SUMMARY_SOURCE_PORT] = level->udp.source_port;
        out->fields[SUMMARY_DESTINATION_PORT] = level->udp.destination_port;
        summarise_payload(out, level->udp.payload);
    } else {
        summarise_payload(out, level->ip.payload);
    }
    return true;
}

void way_nearly_add(struct way_nearly *nearly, struct way_stand *stand)
{
    if (way_summarise(stand, &nearly->ring[nearly->added % WAY_NEARLY_MAX]))
        nearly->added++;
}

/* A field's value in words. */
static void value_text(enum summary_field field, uint64_t value, char *text, size_t size)
{
    struct in_addr address = {.s_addr = (in_addr_t)value};
    char quad[INET_ADDRSTRLEN];

    if (field == SUMMARY_SOURCE || field == SUMMARY_DESTINATION)
        snprintf(text, size, "%s", inet_ntop(AF_INET, &address, quad, sizeof quad));
    else if (field == SUMMARY_FLAGS)
        snprintf(text, size, "0x%02" PRIx64, value);
    else
        snprintf(text, size, "%" PRIu64, value);
}

/* Writes how the two differ; returns in how many fields. A payload of another length
 * is one difference, not two. */
static unsigned differ(const struct way_summary *wanted, const struct way_summary *one, bool exact,
                       char text[WAY_NOTE_TEXT_MAX])
{
    unsigned differences = 0;
    size_t at = 0;

    text[0] = '\0';
    for (unsigned field = 0; field < WAY_SUMMARY_FIELDS; field++) {
        char found[64], was[64];
        if (wanted->fields[field] == one->fields[field] ||
            (field == SUMMARY_DESTINATION && !exact) ||
            (field == SUMMARY_PAYLOAD && wanted->fields[SUMMARY_LEN] != one->fields[SUMMARY_LEN]))
            continue;
        differences++;
        value_text(field, one->fields[field], found, sizeof found);
        value_text(field, wanted->fields[field], was, sizeof was);
        const char *comma = at ? "; " : "";
        if (field == SUMMARY_PAYLOAD)
            snprintf(text + at, WAY_NOTE_TEXT_MAX - at, "%s%s differs", comma, names[field]);
        else
            snprintf(text + at, WAY_NOTE_TEXT_MAX - at, "%s%s is %s (wanted: %s)", comma,
                     names[field], found, was);
        at = strlen(text);
    }
    return differences;
}

void way_nearly_offer(const struct way_summary *wanted, const struct way_summary *one, int64_t span,
                      bool exact, struct way_near *near)
{
    char text[WAY_NOTE_TEXT_MAX];
    int64_t later = one->at.time - wanted->at.time;

    if (later > span || later < -span ||
        (one->at.source == wanted->at.source && one->at.number == wanted->at.number))
        return;
    unsigned differences = differ(wanted, one, exact, text);
    if (differences <= WAY_NEARLY_DIFFERENT)
        way_near_put(near, &one->at, differences,
                     differences ? text : "it is the same, but another's, or out of its time");
}

void way_nearly_rank(const struct way_nearly *nearly, const struct way_summary *wanted,
                     int64_t span, bool exact, struct way_near *near)
{
    size_t count = nearly->added < WAY_NEARLY_MAX ? nearly->added : WAY_NEARLY_MAX;

    for (size_t i = 0; i < count; i++)
        way_nearly_offer(wanted, &nearly->ring[(nearly->added - count + i) % WAY_NEARLY_MAX], span,
                         exact, near);
}
