/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Aggregates: counts, sums and the like over selected packets.
 *
 * One whose window has fixed ends is gathered while the packets pass, and keeps no
 * packet (a percentile keeps the values). One whose window packets bound is
 * computed from those that were kept. What the clocks cannot place inside of the window or
 * outside of it is laid aside: the number lies between that without it and that with it.
 */
#include <stdlib.h>

#include "analysis/judge/heap.h"
#include "analysis/judge/meant.h"

/* What is gathered of one selection. */
struct pile {
    struct way_heap heap;
    GArray *doubtful; /* grains that are within error of the window's edge */
    size_t bytes;     /* taken of what may be kept */
};

struct way_gather {
    const struct way_term *term;
    struct pile pile, other;
    bool done; /* it has been worked out */
    double least, most;
    struct way_gather *next;
};

static void pile_begin(struct pile *pile, const struct way_term *term)
{
    way_heap_begin(&pile->heap, term, false);
    pile->bytes = 0;
    pile->doubtful = g_array_new(FALSE, FALSE, sizeof(struct way_grain));
}

static void pile_end(struct way_pass *pass, struct pile *pile)
{
    way_pass_give_back(pass, pile->bytes);
    way_heap_end(&pile->heap);
    g_array_free(pile->doubtful, TRUE);
}

/* Takes in the packet in slot 0. */
static void pile_take(struct way_pass *pass, struct pile *pile, const struct way_term *term,
                      const struct way_term *of, int64_t time, enum way_truth inside)
{
    struct way_grain grain = {.time = time};

    if (pass->overflow || !way_grain_of(pass, term, of, &grain))
        return; /* it has none */
    size_t growth = inside == WAY_TRUE ? way_heap_growth(&pile->heap) : sizeof grain;
    if (!way_pass_take(pass, growth)) {
        pass->overflow = true;
        return;
    }
    pile->bytes += growth;
    if (inside == WAY_TRUE)
        way_heap_add(&pile->heap, &grain);
    else
        g_array_append_val(pile->doubtful, grain);
}

static void add_doubtful(struct pile *pile)
{
    for (guint i = 0; i < pile->doubtful->len; i++)
        way_heap_add(&pile->heap, &g_array_index(pile->doubtful, struct way_grain, i));
}

/* The length of a window, s: between its edges, or else between the first and the
 * last packet. */
static double seconds(const struct way_pass *pass, const struct way_select *select,
                      const struct way_heap *heap)
{
    int64_t from = heap->first, to = heap->last;

    way_edge_time(pass, &select->from, &from);
    way_edge_time(pass, &select->to, &to);
    return (double)(to - from) / 1e9;
}

/* What the piles come to: without what is doubtful, and with it; or the least and the most. They
 * are used up. */
static void work_out(const struct way_pass *pass, const struct way_term *term, struct pile *pile,
                     struct pile *other, double *one, double *two)
{
    struct way_heap *heap = &pile->heap, *among = &other->heap;

    if (way_heap_goes_both_ways(term)) {
        way_heap_bounds(term, heap, among, pile->doubtful, other->doubtful->len, one, two);
        return;
    }
    *one = way_heap_result(term, heap, among, seconds(pass, term->select, heap));
    add_doubtful(pile);
    *two = way_heap_result(term, heap, among, seconds(pass, term->select, heap));
}

/* ---- while packets pass ---- */

static void see_one(void *self, struct way_pass *pass, struct way_stand *stand,
                    enum way_truth inside)
{
    struct way_gather *gather = self;

    pile_take(pass, &gather->pile, gather->term, gather->term->kids[0], stand->record.time, inside);
}

static void see_other(void *self, struct way_pass *pass, struct way_stand *stand,
                      enum way_truth inside)
{
    struct way_gather *gather = self;

    pile_take(pass, &gather->other, gather->term, NULL, stand->record.time, inside);
}

static bool is_fixed(const struct way_select *select)
{
    return select->slots == 0 && !select->late;
}

void way_gather_keep(struct way_pass *pass, struct way_select *select)
{
    if (!select)
        return;
    way_pass_keep(pass, select);
    if (select->late)
        way_gather_begin(pass, select->late);
}

void way_gather_begin(struct way_pass *pass, struct way_term *term)
{
    if (term->kind != WAY_TERM_AGGREGATE) {
        for (size_t i = 0; i < WAY_TERM_KIDS; i++)
            if (term->kids[i])
                way_gather_begin(pass, term->kids[i]);
        for (size_t i = 0; i < term->count; i++)
            way_gather_begin(pass, term->items[i]);
        return;
    }
    pass->evaluation.aggregate = way_gather_value;
    if (term->over) {
        way_running_begin(pass, term, way_running_is_certain(pass, NULL, term));
        return;
    }
    if (!is_fixed(term->select) || (term->other && !is_fixed(term->other))) {
        way_gather_keep(pass, term->select);
        way_gather_keep(pass, term->other);
        return;
    }
    struct way_gather *gather = way_arena_take(&pass->arena, sizeof *gather);
    gather->term = term;
    pile_begin(&gather->pile, term);
    pile_begin(&gather->other, term);
    gather->next = pass->gathers;
    pass->gathers = gather;
    way_pass_watch(pass, term->select, see_one, gather);
    if (term->other)
        way_pass_watch(pass, term->other, see_other, gather);
}

void way_gather_end(struct way_pass *pass)
{
    for (struct way_gather *gather = pass->gathers; gather; gather = gather->next) {
        pile_end(pass, &gather->pile);
        pile_end(pass, &gather->other);
    }
}

/* ---- afterwards ---- */

/* Gathers what was kept and is inside. */
static void pile_of_kept(struct way_pass *pass, const struct way_select *select,
                         const struct way_term *term, const struct way_term *of, struct pile *pile)
{
    const struct way_kept_list *list = &pass->states[select->number].kept;
    struct way_meant meant = way_meant_of(pass, select);

    for (size_t n = 0; n < meant.count; n++) {
        size_t i = way_meant_at(&meant, n);
        enum way_truth inside = way_related_inside(pass, select, i);
        if (inside >= WAY_UNDECIDED)
            pile_take(pass, pile, term, of, list->items[i]->record.time, inside);
    }
    way_pass_put(pass, WAY_SLOT_SELF, NULL);
}

static struct way_gather *gather_of(const struct way_pass *pass, const struct way_term *term)
{
    struct way_gather *gather = pass->gathers;

    while (gather && gather->term != term)
        gather = gather->next;
    return gather;
}

static bool value_of(struct way_pass *pass, const struct way_term *term, struct way_datum *out)
{
    struct way_gather *known = gather_of(pass, term), here = {.term = term};
    struct way_gather *gather = known ? known : &here;

    if (!known) {
        pile_begin(&here.pile, term);
        pile_begin(&here.other, term);
        pile_of_kept(pass, term->select, term, term->kids[0], &here.pile);
        if (term->other)
            pile_of_kept(pass, term->other, term, NULL, &here.other);
    }
    if (!gather->done)
        work_out(pass, term, &gather->pile, &gather->other, &gather->least, &gather->most);
    gather->done = true;
    pass->gathered = (term->other ? &gather->other : &gather->pile)->heap.count;
    if (!known) {
        pile_end(pass, &here.pile);
        pile_end(pass, &here.other);
    }
    return way_heap_datum(term, gather->least, gather->most, out);
}

/* Evaluations of what is gathered use the evaluation's room behind what stands in it. */
bool way_gather_value(void *context, const struct way_term *term, struct way_evaluation *evaluation,
                      struct way_datum *out)
{
    struct way_pass *pass = context;
    size_t room = evaluation->room_used, bytes = evaluation->bytes_used;
    size_t room_from = evaluation->room_from, bytes_from = evaluation->bytes_from;
    const struct way_term *cause = evaluation->cause;
    enum way_presence why = evaluation->why;
    const struct way_seen *self = evaluation->slots[WAY_SLOT_SELF];
    const struct way_kept *kept = pass->bound[WAY_SLOT_SELF];

    evaluation->room_from = room;
    evaluation->bytes_from = bytes;
    bool known = term->running || term->over ? way_running_value(pass, term, out)
                                             : value_of(pass, term, out);
    evaluation->room_from = room_from;
    evaluation->bytes_from = bytes_from;
    evaluation->room_used = room;
    evaluation->bytes_used = bytes;
    evaluation->cause = cause;
    evaluation->why = why;
    if (kept && self == &pass->stands[WAY_SLOT_SELF].seen) /* it stood where those did */
        way_pass_put(pass, WAY_SLOT_SELF, kept);
    evaluation->slots[WAY_SLOT_SELF] = self;
    return known;
}
