/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one pass over all packets.
 */
#include "analysis/judge/meant.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/dissect/flow.h"
#include "analysis/lang/memory.h"

/* Adds the selects that look at the tap, those of running numbers or the others. */
static size_t list_of_tap(struct way_pass *pass, size_t tap, bool running,
                          struct way_select_state **list)
{
    size_t count = 0;

    for (const struct way_select *select = pass->program->selects; select; select = select->next)
        for (size_t i = 0; select->running == running && i < select->tap_count; i++)
            if (select->taps[i] == tap) {
                list[count++] = &pass->states[select->number];
                break;
            }
    return count;
}

/* For each tap, the selects that look there: a packet is counted before it is judged. */
static void sort_by_tap(struct way_pass *pass)
{
    const struct way_program *program = pass->program;

    pass->by_tap = way_memory_array(program->tap_count + 1, sizeof(void *));
    for (size_t tap = 0; tap < program->tap_count; tap++) {
        struct way_select_state **list =
            way_arena_take(&pass->arena, (program->select_count + 1) * sizeof(void *));
        size_t count = list_of_tap(pass, tap, true, list);
        list_of_tap(pass, tap, false, list + count);
        pass->by_tap[tap] = list;
    }
}

/* A table of streams for each capture, if any field needs one. */
static void begin_flows(struct way_pass *pass)
{
    unsigned count = way_merge_count(pass->setup->merge);

    if (pass->program->needs == WAY_NEEDS_PACKET)
        return;
    pass->flow_room = (struct way_flow_room){WAY_FLOW_STREAMS, WAY_FLOW_BYTES};
    pass->flows = way_memory_array(count, sizeof(void *));
    for (unsigned i = 0; i < count; i++) {
        pass->flows[i] = way_flows_new(pass->program->needs, &pass->flow_room);
        if (!pass->flows[i]) {
            fputs("waylay-assert: out of memory\n", stderr);
            exit(2);
        }
    }
}

static void end_flows(struct way_pass *pass)
{
    for (unsigned i = 0; pass->flows && i < way_merge_count(pass->setup->merge); i++)
        way_flows_free(&pass->flows[i]);
    free(pass->flows);
}

void way_pass_begin(struct way_pass *pass, const struct way_judge_setup *setup)
{
    const struct way_program *program = setup->program;

    memset(pass, 0, sizeof *pass);
    pass->setup = setup;
    pass->first = INT64_MAX;
    pass->program = program;
    pass->states = way_memory_array(program->select_count, sizeof *pass->states);
    for (const struct way_select *select = program->selects; select; select = select->next)
        pass->states[select->number].select = select;
    pass->tap_packets = way_memory_array(program->tap_count, sizeof *pass->tap_packets);
    pass->tap_last = way_memory_array(program->tap_count, sizeof *pass->tap_last);
    pass->tap_errors = way_memory_array(program->tap_count, sizeof *pass->tap_errors);
    for (size_t tap = 0; tap < program->tap_count; tap++)
        pass->tap_errors[tap] = setup->taps[tap].error;
    pass->kept_max = program->kept_max ? (size_t)program->kept_max : WAY_JUDGE_KEPT_MAX;
    pass->evaluation.program = program;
    pass->evaluation.uncertainty = setup->uncertainty;
    pass->evaluation.tap_errors = pass->tap_errors;
    pass->evaluation.context = pass;
    sort_by_tap(pass);
    begin_flows(pass);
    if (setup->has_log)
        way_log_begin(pass);
}

void way_pass_end(struct way_pass *pass)
{
    for (size_t i = 0; i < pass->all_count; i++)
        way_kept_free(pass->all_kept[i]);
    free(pass->all_kept);
    for (size_t i = 0; i < pass->program->select_count; i++) {
        free(pass->states[i].kept.items);
        free(pass->states[i].kept.inside);
        way_meant_free(&pass->states[i]);
    }
    free(pass->states);
    free(pass->by_tap);
    free(pass->tap_packets);
    free(pass->tap_errors);
    free(pass->tap_last);
    end_flows(pass);
    way_log_end(pass);
    way_arena_free(&pass->arena);
}

void way_pass_watch(struct way_pass *pass, const struct way_select *select, way_see *see,
                    void *self)
{
    struct way_seer *seer = way_arena_take(&pass->arena, sizeof *seer);
    struct way_seer **tail = &pass->states[select->number].seers;

    while (*tail)
        tail = &(*tail)->next;
    *seer = (struct way_seer){.see = see, .self = self};
    *tail = seer;
}

void way_pass_keep(struct way_pass *pass, const struct way_select *select)
{
    pass->states[select->number].keep = true;
}

void way_pass_put(struct way_pass *pass, unsigned slot, const struct way_kept *kept)
{
    pass->bound[slot] = kept;
    pass->evaluation.slots[slot] = NULL;
    if (!kept)
        return;
    way_stand_on(&pass->stands[slot], kept);
    pass->evaluation.slots[slot] = &pass->stands[slot].seen;
}

/* ---- keeping ---- */

bool way_pass_take(struct way_pass *pass, size_t bytes)
{
    if (pass->kept_bytes + pass->running_bytes + bytes > pass->kept_max)
        return false;
    pass->kept_bytes += bytes;
    return true;
}

void way_pass_give_back(struct way_pass *pass, size_t bytes)
{
    assert(bytes <= pass->kept_bytes);
    pass->kept_bytes -= bytes;
}

/* The packet at hand, kept once however many selects want it; NULL beyond the
 * bound. */
static struct way_kept *keep_current(struct way_pass *pass, const struct way_stand *stand)
{
    if (pass->current || pass->overflow)
        return pass->current;
    struct way_kept *kept = way_keep(pass->program, stand, pass->packets);
    if (!way_pass_take(pass, kept->size + 2 * sizeof(void *))) {
        way_kept_free(kept);
        pass->overflow = true;
        return NULL;
    }
    pass->all_kept =
        way_memory_grown(pass->all_kept, pass->all_count, &pass->all_room, sizeof(void *));
    pass->all_kept[pass->all_count++] = kept;
    return pass->current = kept;
}

static void keep(struct way_pass *pass, struct way_select_state *state,
                 const struct way_stand *stand, enum way_truth inside)
{
    enum { PLACE = 40 }; /* bytes in the list, and in what is sorted of it afterwards */
    struct way_kept_list *list = &state->kept;
    struct way_kept *kept = keep_current(pass, stand);
    size_t room = list->room;

    if (!kept)
        return;
    if (!way_pass_take(pass, PLACE)) {
        pass->overflow = true;
        return;
    }
    list->items = way_memory_grown(list->items, list->count, &room, sizeof(void *));
    list->inside = way_memory_grown(list->inside, list->count, &list->room, sizeof(*list->inside));
    list->inside[list->count] = (uint8_t)inside;
    list->items[list->count++] = kept;
}

/* ---- the pass ---- */

/* Shows the packet to a select; returns whether it was selected. */
static void offer(struct way_pass *pass, struct way_select_state *state, struct way_stand *stand)
{
    const struct way_select *select = state->select;
    enum way_truth inside = way_window_fixed(pass, select, stand);

    if (inside == WAY_FALSE)
        return;
    if (select->where) {
        enum way_truth where = way_evaluate(&pass->evaluation, select->where);
        if (where != WAY_TRUE && where != WAY_UNDECIDED)
            return;
        inside = where < inside ? where : inside;
    }
    state->selected++;
    if (state->keep)
        keep(pass, state, stand, inside);
    for (struct way_seer *seer = state->seers; seer; seer = seer->next)
        seer->see(seer->self, pass, stand, inside);
}

/* A packet as one tap sees it; it stands already where streams are followed. */
static void see(struct way_pass *pass, const struct way_record *record, unsigned tap,
                const uint64_t *filters, struct way_stand *stand)
{
    bool stands = pass->flows != NULL;

    stand->seen = (struct way_seen){.view = &stand->view, .tap = (int)tap};
    if (pass->log) {
        if (!stands) {
            stand->record = *record;
            way_view_begin(&stand->view, &stand->record);
            stands = true;
        }
        way_claims_note(pass, stand);
    }
    pass->tap_packets[tap]++;
    if (record->time > pass->tap_last[tap])
        pass->tap_last[tap] = record->time;
    pass->current = NULL;
    for (struct way_select_state **state = pass->by_tap[tap]; *state; state++) {
        const struct way_select *select = (*state)->select;
        if (select->filter_number >= 0 &&
            !way_selections_has(filters, (unsigned)select->filter_number))
            continue;
        if (!stands) {
            stand->record = *record;
            way_view_begin(&stand->view, &stand->record);
            stands = true;
        }
        pass->evaluation.slots[WAY_SLOT_SELF] = &stand->seen;
        offer(pass, *state, stand);
    }
}

bool way_feed_takes(const struct way_feed *feed, const struct way_record *record)
{
    enum { MAC_LEN = 6 };

    if (feed->which == WAY_FEED_ALL || record->len < 2 * MAC_LEN)
        return true;
    for (size_t i = 0; i < feed->mac_count; i++)
        if (memcmp(record->bytes + MAC_LEN, feed->macs[i], MAC_LEN) == 0)
            return false;
    return true;
}

static bool next_record(struct way_pass *pass, struct way_record *record)
{
    const struct way_judge_setup *setup = pass->setup;

    enum { LIVE_WAIT = 100 * 1000 * 1000 }; /* ns; files are never waited for */
    enum way_source_result result;

    if (setup->next)
        return setup->next(setup->reader, record);
    do {
        result = way_merge_next(setup->merge, record, LIVE_WAIT);
    } while (result == WAY_SOURCE_LATER);
    return result == WAY_SOURCE_PACKET;
}

/* Live sources, and their taps, were live up to now, whatever their last packet. */
static void note_live_end(struct way_pass *pass)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t end = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    for (unsigned i = 0; i < way_merge_count(pass->setup->merge); i++) {
        if (way_source_facts(way_merge_source(pass->setup->merge, i))->end != WAY_SOURCE_DEADLINE)
            continue;
        pass->live_end = end;
        pass->last = end > pass->last ? end : pass->last;
        for (size_t f = 0; f < pass->setup->sources[i].feed_count; f++) {
            int64_t *last = &pass->tap_last[pass->setup->sources[i].feeds[f].tap];
            *last = end > *last ? end : *last;
        }
    }
}

void way_pass_run(struct way_pass *pass)
{
    static struct way_stand stand; /* large, and needed once */
    struct way_record record;

    while (next_record(pass, &record)) {
        const struct way_judge_source *source = &pass->setup->sources[record.source];
        const uint64_t *filters = way_selections_run(pass->program->filters, &record);
        if (pass->waiting)
            way_running_tick(pass, record.time);
        pass->first = record.time < pass->first ? record.time : pass->first;
        pass->last = record.time > pass->last ? record.time : pass->last;
        if (pass->flows) {
            stand.record = record;
            way_view_begin(&stand.view, &stand.record);
            way_flows_see(pass->flows[record.source], &stand.view);
        }
        for (size_t i = 0; i < source->feed_count; i++)
            if (way_feed_takes(&source->feeds[i], &record))
                see(pass, &record, source->feeds[i].tap, filters, &stand);
        pass->packets++;
    }
    way_running_tick(pass, INT64_MAX);
    pass->evaluation.slots[WAY_SLOT_SELF] = NULL;
    note_live_end(pass);
}
