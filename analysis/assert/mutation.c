/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Making mutations, and judging them.
 */
#include "analysis/assert/mutation.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/assert/mutation_state.h"
#include "analysis/lang/memory.h"

static void *grown(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? 2 * *room : 64;
    void *larger = reallocarray(array, *room, size);
    if (!larger) {
        fputs("waylay-assert: out of memory\n", stderr);
        exit(2);
    }
    return larger;
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(way_memory_array(size, 1), text, size);
}

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t draw(struct way_mutation *mutation)
{
    uint64_t z = mutation->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct way_mutation *way_mutation_new(unsigned wanted, unsigned seed)
{
    struct way_mutation *mutation = way_memory_array(1, sizeof *mutation);

    mutation->wanted = wanted;
    mutation->state = seed;
    return mutation;
}

/* ---- reading ---- */

/* Packets of one input, in the order of its merge, and how they are replayed. */
struct replay {
    struct way_mutation *mutation;
    const struct way_judge_setup *setup;
    uint32_t *captures; /* of each source */
    struct way_record *records;
    size_t count, room;
    bool overflow;
    /* while a mutation is judged: */
    const struct way_mutation_change *change; /* NULL: none */
    enum way_mutation_kind kind;
    size_t at, next, target; /* `next`: of the same capture, behind the target */
    bool again, late;        /* a duplicate is due; a delayed packet is */
    uint8_t *edited;         /* the target's bytes, altered */
};

static uint32_t capture_of(struct way_mutation *mutation, const char *path)
{
    for (uint32_t i = 0; i < mutation->capture_count; i++)
        if (strcmp(mutation->captures[i].path, path) == 0)
            return i;
    mutation->captures =
        reallocarray(mutation->captures, mutation->capture_count + 1, sizeof *mutation->captures);
    if (!mutation->captures) {
        fputs("waylay-assert: out of memory\n", stderr);
        exit(2);
    }
    mutation->captures[mutation->capture_count] =
        (struct way_mutation_capture){.path = copy_of(path)};
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
    capture->packets =
        grown(capture->packets, capture->count, &capture->room, sizeof *capture->packets);
    struct way_mutation_packet *packet = &capture->packets[capture->count++];
    packet->record = *record;
    packet->bytes = memcpy(way_memory_array(record->len, 1), record->bytes, record->len);
    packet->record.bytes = packet->bytes;
    packet->seen = false;
    return packet;
}

/* Reads from the merge, and keeps what is read. */
static bool read_and_keep(void *reader, struct way_record *record)
{
    struct replay *replay = reader;
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
    replay->records = grown(replay->records, replay->count, &replay->room, sizeof *replay->records);
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
static bool spoil(struct replay *replay, size_t at, struct way_record *record)
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

static bool replay_next(void *reader, struct way_record *record)
{
    struct replay *replay = reader;
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

/* Readies the replay for a change. False: this input does not have its packet. */
static bool arm(struct replay *replay, const struct way_mutation_change *change)
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

/* ---- judging ---- */

/* Adds the expectations of an input; returns the index of the first. */
static size_t add_expectations(struct way_mutation *mutation, const struct way_verdicts *verdicts)
{
    size_t first = mutation->expectation_count;

    mutation->expectations = reallocarray(mutation->expectations, first + verdicts->count + 1,
                                          sizeof *mutation->expectations);
    if (!mutation->expectations) {
        fputs("waylay-assert: out of memory\n", stderr);
        exit(2);
    }
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct way_expected *expected = verdicts->outcomes[i].expected;
        mutation->expectations[mutation->expectation_count++] = (struct way_mutation_expectation){
            .file = copy_of(expected->place.script->name),
            .words = copy_of(expected->words),
            .line = expected->place.line,
            .ruling = way_outcome_ruling(&verdicts->outcomes[i]),
            .noticed = way_memory_array(mutation->bucket_count, sizeof(size_t))};
    }
    return first;
}

static void judge_change(struct replay *replay, const struct way_judge_setup *setup, size_t first,
                         struct way_mutation_change *change)
{
    struct way_mutation *mutation = replay->mutation;
    struct way_verdicts verdicts;

    way_judge(setup, &verdicts);
    for (size_t i = 0; i < verdicts.count; i++) {
        struct way_mutation_expectation *one = &mutation->expectations[first + i];
        if (one->ruling != WAY_RULED_PASSED ||
            way_outcome_ruling(&verdicts.outcomes[i]) == WAY_RULED_PASSED)
            continue;
        one->noticed[change->bucket]++;
        mutation->buckets[change->bucket].noticed += change->noticed == 0;
        change->noticed++;
    }
    way_verdicts_free(&verdicts);
}

int way_mutation_take(struct way_mutation *mutation, const struct way_judge_setup *setup)
{
    struct replay replay = {.mutation = mutation, .setup = setup};
    struct way_judge_setup replaying = *setup;
    struct way_verdicts verdicts;
    unsigned sources = way_merge_count(setup->merge);

    replay.captures = way_memory_array(sources, sizeof *replay.captures);
    for (unsigned i = 0; i < sources; i++)
        replay.captures[i] =
            capture_of(mutation, way_source_facts(way_merge_source(setup->merge, i))->name);
    replaying.next = read_and_keep;
    replaying.reader = &replay;
    way_judge(&replaying, &verdicts);
    if (replay.overflow) {
        fprintf(stderr, "waylay-assert: --mutate: more than %d MB of packets\n",
                WAY_MUTATION_BYTES_MAX / 1000000);
    } else if (mutation->chosen) {
        size_t first = add_expectations(mutation, &verdicts);
        replaying.next = replay_next;
        for (size_t i = 0; i < mutation->change_count; i++)
            if (arm(&replay, &mutation->changes[i]))
                judge_change(&replay, &replaying, first, &mutation->changes[i]);
    }
    way_verdicts_free(&verdicts);
    free(replay.captures);
    free(replay.records);
    free(replay.edited);
    return replay.overflow ? -1 : 0;
}

/* ---- choosing ---- */

static void aim(struct way_mutation *mutation, enum way_mutation_kind kind, const char *name,
                struct way_mutation_target target)
{
    size_t i = 0;

    while (i < mutation->bucket_count &&
           (mutation->buckets[i].kind != kind || strcmp(mutation->buckets[i].name, name) != 0))
        i++;
    if (i == mutation->bucket_count) {
        mutation->buckets = grown(mutation->buckets, mutation->bucket_count, &mutation->bucket_room,
                                  sizeof *mutation->buckets);
        mutation->buckets[mutation->bucket_count] = (struct way_mutation_bucket){.kind = kind};
        snprintf(mutation->buckets[mutation->bucket_count++].name, WAY_SPOT_NAME_MAX, "%s", name);
    }
    struct way_mutation_bucket *bucket = &mutation->buckets[i];
    bucket->targets = grown(bucket->targets, bucket->count, &bucket->room, sizeof *bucket->targets);
    bucket->targets[bucket->count++] = target;
}

static void aim_at(struct way_mutation *mutation, struct way_mutation_target target)
{
    const struct way_mutation_capture *capture = &mutation->captures[target.capture];
    struct way_spot spots[WAY_SPOTS_MAX];
    size_t count = way_spots_of(&capture->packets[target.packet].record, spots);

    aim(mutation, WAY_DROP, "drop", target);
    aim(mutation, WAY_DUPLICATE, "duplicate", target);
    if (target.packet + 1 < capture->count)
        aim(mutation, WAY_SWAP, "swap", target);
    aim(mutation, WAY_DELAY, "delay", target);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(spots[i].name, spots[i - 1].name) != 0)
            aim(mutation, WAY_EDIT, spots[i].name, target);
}

/* Draws one that is left in the bucket. */
static void choose_from(struct way_mutation *mutation, size_t n)
{
    struct way_mutation_bucket *bucket = &mutation->buckets[n];
    size_t left = bucket->count - bucket->made;
    size_t drawn = bucket->made + (size_t)(draw(mutation) % left);
    struct way_mutation_target target = bucket->targets[drawn];

    bucket->targets[drawn] = bucket->targets[bucket->made];
    bucket->targets[bucket->made++] = target;
    mutation->changes[mutation->change_count++] =
        (struct way_mutation_change){.bucket = n, .target = target, .random = draw(mutation)};
}

int way_mutation_choose(struct way_mutation *mutation)
{
    bool any = true;

    for (uint32_t i = 0; i < mutation->capture_count; i++)
        for (uint32_t k = 0; k < mutation->captures[i].count; k++)
            if (mutation->captures[i].packets[k].seen)
                aim_at(mutation, (struct way_mutation_target){i, k});
    mutation->changes = way_memory_array(mutation->wanted, sizeof *mutation->changes);
    while (any && mutation->change_count < mutation->wanted) {
        any = false;
        for (size_t n = 0; n < mutation->bucket_count; n++) {
            if (mutation->buckets[n].made == mutation->buckets[n].count ||
                mutation->change_count == mutation->wanted)
                continue;
            choose_from(mutation, n);
            any = true;
        }
    }
    mutation->chosen = true;
    if (mutation->change_count)
        return 0;
    fputs("waylay-assert: --mutate: no tap of any expectation file sees a packet\n", stderr);
    return -1;
}

void way_mutation_free(struct way_mutation **slot)
{
    struct way_mutation *mutation = *slot;

    for (size_t i = 0; i < mutation->capture_count; i++) {
        for (size_t k = 0; k < mutation->captures[i].count; k++)
            free(mutation->captures[i].packets[k].bytes);
        free(mutation->captures[i].packets);
        free(mutation->captures[i].path);
    }
    for (size_t i = 0; i < mutation->bucket_count; i++)
        free(mutation->buckets[i].targets);
    for (size_t i = 0; i < mutation->expectation_count; i++) {
        free(mutation->expectations[i].file);
        free(mutation->expectations[i].words);
        free(mutation->expectations[i].noticed);
    }
    free(mutation->captures);
    free(mutation->buckets);
    free(mutation->changes);
    free(mutation->expectations);
    free(mutation);
    *slot = NULL;
}
