/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Running numbers: what an aggregate comes to up to a packet, asked while packets pass.
 *
 * Each has the grains of its packets in a heap, one for each of its groups (`per`). In a
 * stretch of time (`over`) those that are older than that are taken out of it.
 *
 * Clocks of two taps differ: which packets of another tap were before the packet at hand
 * is known only of those that were stamped earlier by more than the clocks' error, and
 * those that are stamped later by less may have been, too. So where several taps are
 * asked, the packet waits until all that may have been before it have passed; grains wait
 * beside the heap until they are before any packet that may still ask; and the number lies
 * between what is certain and what may be (of a mean and its like: between the least and the
 * most that any of these make of it).
 *
 * The largest in any stretch (`count(… over 1s)`, not running) is asked of itself at each of
 * its own packets.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge/heap.h"
#include "analysis/lang/memory.h"

/* A grain that is not only in the heap: it waits to be, or has to be taken out again. */
struct entry {
    struct way_grain grain;
    bool other;  /* it is of what the share is among */
    bool is_out; /* taken out, or left out, while the number is worked out */
};

struct group {
    struct way_heap heap, other;
    GArray *entries; /* of struct entry, from `first` on; those before `settled` are in the heap */
    guint first, settled;
};

struct way_running {
    const struct way_term *term;
    GHashTable *groups; /* by key, or by 0 */
    int64_t error;      /* ns: of clocks between the taps that are asked; 0: one tap is */
    bool doubtful;      /* it is not certain that all that was gathered is inside of the window */
    bool is_peak;
    double least_peak, most_peak;
    struct group *none; /* of which there are no packets */
    struct way_running *next;
};

/* ---- groups ---- */

static void group_free(void *pointer)
{
    struct group *group = pointer;

    way_heap_end(&group->heap);
    way_heap_end(&group->other);
    g_array_free(group->entries, TRUE);
    free(group);
}

static struct group *group_new(const struct way_running *running)
{
    struct group *group = way_memory_array(1, sizeof *group);

    way_heap_begin(&group->heap, running->term, true);
    way_heap_begin(&group->other, running->term, true);
    group->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    return group;
}

/* Bytes that it takes, beside itself. */
static size_t size_of(const struct group *group)
{
    return group->entries->len * sizeof(struct entry) + way_heap_size(&group->heap) +
           way_heap_size(&group->other);
}

/* The group of the packet in slot 0; NULL where it lacks a key. */
static struct group *group_of(struct way_pass *pass, struct way_running *running,
                              const struct way_select *select, bool make)
{
    uint64_t key = 0;

    if (select->per_count && !way_key_of(pass, select->per, select->per_count, &key))
        return NULL;
    struct group *group = g_hash_table_lookup(running->groups, way_key_pointer(key));
    if (group || !make)
        return group;
    group = group_new(running);
    pass->running_bytes += sizeof *group + size_of(group);
    g_hash_table_insert(running->groups, way_key_pointer(key), group);
    return group;
}

static struct entry *entry_at(const struct group *group, guint at)
{
    return &g_array_index(group->entries, struct entry, at);
}

static struct way_heap *heap_of(struct group *group, const struct entry *entry)
{
    return entry->other ? &group->other : &group->heap;
}

/* Takes the grains that are before `time` into the heap. */
static void settle(struct way_running *running, struct group *group, int64_t time)
{
    while (group->settled < group->entries->len &&
           entry_at(group, group->settled)->grain.time < time) {
        struct entry *entry = entry_at(group, group->settled++);
        way_heap_add(heap_of(group, entry), &entry->grain);
    }
    if (running->term->over == 0)
        group->first = group->settled;
}

/* Forgets those that are stamped at `time` or before, and what is not needed of the array. */
static void forget(const struct way_running *running, struct group *group, int64_t time)
{
    enum { WASTE = 1024 };

    while (running->term->over && group->first < group->settled &&
           entry_at(group, group->first)->grain.time <= time) {
        struct entry *entry = entry_at(group, group->first++);
        way_heap_take_out(heap_of(group, entry), &entry->grain);
    }
    if (group->first < WASTE || group->first < group->entries->len / 2)
        return;
    g_array_remove_range(group->entries, 0, group->first);
    group->settled -= group->first;
    group->first = 0;
}

/* ---- the number ---- */

static double number(const struct way_term *term, const struct group *group,
                     const struct way_grain *at)
{
    int64_t span = term->over ? term->over : at->time - group->heap.first;

    return way_heap_result(term, &group->heap, &group->other, (double)span / 1e9);
}

static void put(struct group *group, struct entry *entry, bool in)
{
    struct way_heap *heap = heap_of(group, entry);

    if (in)
        way_heap_add(heap, &entry->grain);
    else
        way_heap_take_out(heap, &entry->grain);
}

/* Of the settled, the oldest: those outside of the stretch (of `at`'s own tap) are taken
 * out; those of which clocks cannot tell, only if `doubtful`. Puts back what it finds out. */
static void old_ones(const struct way_running *running, struct group *group,
                     const struct way_grain *at, bool doubtful, bool out)
{
    int64_t edge = at->time - running->term->over;

    for (guint i = group->first; running->term->over && i < group->settled; i++) {
        struct entry *entry = entry_at(group, i);
        int64_t error = entry->grain.tap == at->tap ? 0 : running->error;
        if (entry->grain.time > edge + running->error)
            return;
        bool is_old = entry->grain.time <= edge - error;
        bool meant = doubtful ? !is_old && entry->grain.time <= edge + error : is_old;
        if (!meant || entry->is_out == out)
            continue;
        entry->is_out = out;
        put(group, entry, !out);
    }
}

/* Of those that wait: adds the ones that were before `at` (of its own tap), or
 * (`doubtful`) may have been; or takes them out again. A stretch may be shorter than they wait. */
static void new_ones(const struct way_running *running, struct group *group,
                     const struct way_grain *at, bool doubtful, bool in)
{
    int64_t edge = running->term->over ? at->time - running->term->over : INT64_MIN / 2;

    for (guint i = group->settled; i < group->entries->len; i++) {
        struct entry *entry = entry_at(group, i);
        bool own = entry->grain.tap == at->tap;
        bool before =
            own ? entry->grain.order <= at->order : entry->grain.time <= at->time + running->error;
        bool behind = entry->grain.time > (own ? edge : edge - running->error);
        if (before && behind && own != doubtful)
            put(group, entry, in);
    }
}

/* The grains that clocks cannot tell of, when the others are in the heap and the old ones out
 * of it. Returns them, and how many there are of what a share is among. */
static GArray *laid_aside(const struct way_running *running, struct group *group,
                          const struct way_grain *at, double *others)
{
    GArray *grains = g_array_new(FALSE, FALSE, sizeof(struct way_grain));
    int64_t edge = running->term->over ? at->time - running->term->over : INT64_MIN / 2;

    for (guint i = group->first; running->error && i < group->entries->len; i++) {
        const struct entry *entry = entry_at(group, i);
        bool own = entry->grain.tap == at->tap;
        bool doubtful = i < group->settled ? entry->is_out
                                           : !own && entry->grain.time <= at->time + running->error;
        if (!doubtful || entry->grain.time <= edge - (own ? 0 : running->error))
            continue;
        if (entry->other)
            *others += 1;
        else
            g_array_append_val(grains, entry->grain);
    }
    return grains;
}

static void bounds(const struct way_running *running, struct group *group,
                   const struct way_grain *at, double *least, double *most)
{
    double others = 0;
    GArray *grains = laid_aside(running, group, at, &others);

    way_heap_bounds(running->term, &group->heap, &group->other, grains, others, least, most);
    g_array_free(grains, TRUE);
}

/* What the number is at the packet at least, and at most. */
static void work_out(const struct way_running *running, struct group *group,
                     const struct way_grain *at, double *least, double *most)
{
    const struct way_heap heap = group->heap, other = group->other;

    *least = *most = NAN;
    old_ones(running, group, at, false, true);
    old_ones(running, group, at, true, true);
    new_ones(running, group, at, false, true);
    if (way_heap_goes_both_ways(running->term))
        bounds(running, group, at, least, most);
    else
        *least = number(running->term, group, at);
    old_ones(running, group, at, true, false);
    new_ones(running, group, at, true, true);
    if (!way_heap_goes_both_ways(running->term))
        *most = number(running->term, group, at);
    new_ones(running, group, at, true, false);
    new_ones(running, group, at, false, false);
    old_ones(running, group, at, false, false);
    group->heap = heap; /* the scalars: what is taken out leaves no trace in them */
    group->other = other;
}

/* What is ever asked at packets from here on is not before `time`: settles what is. */
static void move_on(struct way_pass *pass, struct way_running *running, struct group *group,
                    int64_t time)
{
    pass->running_bytes -= size_of(group);
    settle(running, group, running->error ? time - running->error : INT64_MAX);
    forget(running, group, time - running->term->over - running->error);
    pass->running_bytes += size_of(group);
    pass->overflow |= !way_pass_take(pass, 0);
}

/* ---- while packets pass ---- */

static void note_peak(struct way_running *running, struct group *group, const struct way_grain *at)
{
    double least, most;

    work_out(running, group, at, &least, &most);
    if (least > running->least_peak || isnan(running->least_peak))
        running->least_peak = least;
    if (most > running->most_peak || isnan(running->most_peak))
        running->most_peak = most;
}

static void take(struct way_running *running, struct way_pass *pass, struct way_stand *stand,
                 enum way_truth inside, bool other)
{
    const struct way_term *term = running->term;
    const struct way_select *select = other ? term->other : term->select;
    struct entry entry = {.other = other};

    if (pass->overflow || !way_grain_of(pass, term, other ? NULL : term->kids[0], &entry.grain))
        return;
    struct group *group = group_of(pass, running, select, true);
    if (!group)
        return; /* it is of none */
    entry.grain.time = stand->record.time;
    entry.grain.tap = stand->seen.tap;
    entry.grain.order = pass->packets;
    running->doubtful |= inside != WAY_TRUE;
    g_array_append_val(group->entries, entry);
    pass->running_bytes += sizeof entry;
    /* Packets that wait to be judged are not older than the clocks' error. */
    move_on(pass, running, group, stand->record.time - running->error);
    if (running->is_peak)
        note_peak(running, group, &entry.grain);
}

static void see_one(void *self, struct way_pass *pass, struct way_stand *stand,
                    enum way_truth inside)
{
    take(self, pass, stand, inside, false);
}

static void see_other(void *self, struct way_pass *pass, struct way_stand *stand,
                      enum way_truth inside)
{
    take(self, pass, stand, inside, true);
}

void way_running_begin(struct way_pass *pass, const struct way_term *term, bool certain)
{
    if (!term)
        return;
    for (size_t i = 0; i < WAY_TERM_KIDS; i++)
        way_running_begin(pass, term->kids[i], certain);
    for (size_t i = 0; i < term->count; i++)
        way_running_begin(pass, term->items[i], certain);
    if (term->kind != WAY_TERM_AGGREGATE || !(term->running || term->over))
        return;
    struct way_running *running = way_arena_take(&pass->arena, sizeof *running);
    *running = (struct way_running){.term = term,
                                    .groups = g_hash_table_new_full(NULL, NULL, NULL, group_free),
                                    .error = certain ? 0 : pass->setup->uncertainty,
                                    .is_peak = !term->running,
                                    .least_peak = NAN,
                                    .most_peak = NAN,
                                    .next = pass->runnings};
    running->none = group_new(running);
    pass->runnings = running;
    pass->evaluation.aggregate = way_gather_value;
    way_pass_watch(pass, term->select, see_one, running);
    if (term->other)
        way_pass_watch(pass, term->other, see_other, running);
}

void way_running_end(struct way_pass *pass)
{
    for (struct way_running *running = pass->runnings; running; running = running->next) {
        g_hash_table_destroy(running->groups);
        group_free(running->none);
    }
}

bool way_running_value(struct way_pass *pass, const struct way_term *term, struct way_datum *out)
{
    struct way_running *running = pass->runnings;
    double least, most;

    while (running && running->term != term)
        running = running->next;
    if (!running)
        return false;
    least = running->least_peak;
    most = running->most_peak;
    if (!running->is_peak) {
        const struct way_stand *stand = pass->asked;
        const struct way_grain at = {
            .time = stand->record.time, .tap = stand->seen.tap, .order = pass->asked_order};
        struct group *group = group_of(pass, running, term->select, false);
        if (group)
            move_on(pass, running, group, at.time);
        work_out(running, group ? group : running->none, &at, &least, &most);
    }
    if (!way_heap_datum(term, least, most, out))
        return false;
    out->error = running->doubtful ? INFINITY : out->error;
    return true;
}
