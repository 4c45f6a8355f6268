/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets of one input, kept in memory, and played again with one of them spoilt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/mutation_state.h"
#include "analysis/lang/memory.h"

/* ---- reading ---- */

uint32_t way_mutation_capture_of(struct way_mutation *mutation, const char *path)
{
    for (uint32_t i = 0; i < mutation->capture_count; i++)
        if (strcmp(mutation->captures[i].path, path) == 0)
            return i;
    mutation->captures =
        reallocarray(mutation->captures, mutation->capture_count + 1, sizeof *mutation->captures);
    if (!mutation->captures)
        way_memory_exhausted();
    mutation->captures[mutation->capture_count] =
        (struct way_mutation_capture){.path = way_memory_text(path)};
    return (uint32_t)mutation->capture_count++;
}

/* Keeps a packet, whose bytes go with its capture. NULL beyond the bound. */
static struct way_mutation_packet *keep(struct way_mutation *mutation,
                                        struct way_mutation_capture *capture,
                                        const struct way_record *record)
{
    if (record->number <= capture->count) /* another input has read it already */
        return &capture->packets[record->number - 1];
    mutation->bytes += sizeof(struct way_mutation_packet) + record->len;
    if (mutation->bytes > WAY_MUTATION_BYTES_MAX)
        return NULL;
    capture->packets = way_memory_grown(capture->packets, capture->count, &capture->room,
                                        sizeof *capture->packets);
    struct way_mutation_packet *packet = &capture->packets[capture->count++];
    packet->record = *record;
    packet->bytes = memcpy(way_memory_array(record->len, 1), record->bytes, record->len);
    packet->record.bytes = packet->bytes;
    packet->seen = false;
    return packet;
}

bool way_mutation_read(void *reader, struct way_record *record)
{
    struct way_mutation_replay *replay = reader;
    const struct way_judge_source *source;

    if (replay->overflow || way_merge_next(replay->setup->merge, record, 0) != WAY_SOURCE_PACKET)
        return false;
    uint32_t capture = replay->captures[record->source];
    struct way_mutation_packet *packet =
        keep(replay->mutation, &replay->mutation->captures[capture], record);
    if (!packet) {
        replay->overflow = true;
        return false;
    }
    source = &replay->setup->sources[record->source];
    for (size_t i = 0; i < source->feed_count; i++)
        packet->seen |= way_feed_takes(&source->feeds[i], record);
    replay->records =
        way_memory_grown(replay->records, replay->count, &replay->room, sizeof *replay->records);
    replay->records[replay->count] = *record;
    replay->records[replay->count++].bytes = packet->record.bytes;
    return true;
}

/* ---- replaying with a mutation ---- */

static bool give(struct way_record *record, const struct way_record *from)
{
    *record = *from;
    return true;
}

/* The packet at hand, spoilt if it is the target's turn. False: it is left out. */
static bool spoil(struct way_mutation_replay *replay, size_t at, struct way_record *record)
{
    const struct way_record *target = &replay->records[replay->target];

    *record = replay->records[at];
    if (!replay->change || (at != replay->target && at != replay->next))
        return true;
    switch (replay->kind) {
    case WAY_DROP:
        return at != replay->target;
    case WAY_DUPLICATE:
        replay->again = at == replay->target;
        return true;
    case WAY_DELAY:
        replay->late = replay->late || at == replay->target;
        return at != replay->target;
    case WAY_SWAP: { /* each with the other's time */
        int64_t time = record->time;
        *record = at == replay->target ? replay->records[replay->next] : *target;
        record->time = time;
        return true;
    }
    case WAY_EDIT:
        if (at == replay->target)
            record->bytes = replay->edited;
        return true;
    }
    return true;
}

bool way_mutation_next(void *reader, struct way_record *record)
{
    struct way_mutation_replay *replay = reader;
    const struct way_record *target = &replay->records[replay->target];
    bool there = false;

    if (replay->again) {
        replay->again = false;
        return give(record, target);
    }
    while (!there) {
        bool more = replay->at < replay->count;
        if (replay->late &&
            (!more || replay->records[replay->at].time > target->time + WAY_MUTATION_DELAY)) {
            replay->late = false;
            *record = *target;
            record->time += WAY_MUTATION_DELAY;
            return true;
        }
        if (!more)
            return false;
        there = spoil(replay, replay->at, record);
        replay->at++;
    }
    return true;
}

bool way_mutation_spot(const struct way_mutation_packet *packet, const char *name,
                       struct way_spot *out)
{
    struct way_spot spots[WAY_SPOTS_MAX];
    size_t count = way_spots_of(&packet->record, spots);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(spots[i].name, name) != 0)
            continue;
        *out = spots[i];
        return true;
    }
    return false;
}

bool way_mutation_arm(struct way_mutation_replay *replay, const struct way_mutation_change *change)
{
    const struct way_mutation *mutation = replay->mutation;
    const struct way_mutation_packet *packet =
        &mutation->captures[change->target.capture].packets[change->target.packet];
    const struct way_mutation_bucket *bucket = &mutation->buckets[change->bucket];
    struct way_alteration done;
    struct way_spot spot;
    size_t at = 0;

    while (at < replay->count && replay->records[at].bytes != packet->record.bytes)
        at++;
    if (at == replay->count)
        return false;
    replay->change = change;
    replay->kind = bucket->kind;
    replay->at = 0;
    replay->target = replay->next = at;
    replay->again = replay->late = false;
    if (bucket->kind == WAY_SWAP) {
        do
            replay->next++;
        while (replay->next < replay->count &&
               replay->records[replay->next].source != replay->records[at].source);
        return replay->next < replay->count;
    }
    if (bucket->kind != WAY_EDIT)
        return true;
    if (!way_mutation_spot(packet, bucket->name, &spot))
        return false;
    free(replay->edited);
    replay->edited = way_memory_array(packet->record.len, 1);
    way_alter(&packet->record, &spot, change->random, replay->edited, &done);
    return true;
}
