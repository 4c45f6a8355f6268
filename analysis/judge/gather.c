/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Aggregates: counts, sums and the like over selected packets.
 *
 * One whose window has fixed ends is gathered while the packets pass, and keeps no
 * packet (a percentile keeps the values). One whose window packets bound is
 * computed from those that were kept.
 */
#include "analysis/judge/pass.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is gathered of one selection. */
struct heap {
    double count, sum, least, most;
    int64_t first, last;  /* stamps */
    GArray *values;       /* of doubles: for a percentile; else NULL */
    GHashTable *distinct; /* keys; else NULL */
    bool undecided;       /* a packet is within error of the window's edge */
};

struct way_gather {
    const struct way_term *term;
    struct heap heap, other;
    struct way_gather *next;
};

static void heap_begin(struct heap *heap, const struct way_term *term)
{
    *heap = (struct heap){.least = INFINITY, .most = -INFINITY};
    if (term->aggregate == WAY_AGGREGATE_PERCENTILE)
        heap->values = g_array_new(FALSE, FALSE, sizeof(double));
    if (term->aggregate == WAY_AGGREGATE_DISTINCT)
        heap->distinct = g_hash_table_new(NULL, NULL);
}

static void heap_free(struct heap *heap)
{
    if (heap->values)
        g_array_free(heap->values, TRUE);
    if (heap->distinct)
        g_hash_table_destroy(heap->distinct);
}

/* Takes in the packet in slot 0. */
static void heap_take(struct way_pass *pass, struct heap *heap, const struct way_term *of,
                      int64_t time)
{
    struct way_term *terms[] = {(struct way_term *)of};
    struct way_datum datum;
    uint64_t key;

    if (of && heap->distinct) {
        if (way_key_of(pass, terms, 1, &key))
            g_hash_table_add(heap->distinct, way_key_pointer(key));
    } else if (of) {
        if (!way_evaluate_value(&pass->evaluation, of, &datum) || datum.shape != WAY_ONE)
            return; /* it has none */
        double value = way_datum_real(&datum);
        heap->sum += value;
        heap->least = fmin(heap->least, value);
        heap->most = fmax(heap->most, value);
        if (heap->values)
            g_array_append_val(heap->values, value);
    }
    heap->first = heap->count == 0 || time < heap->first ? time : heap->first;
    heap->last = heap->count == 0 || time > heap->last ? time : heap->last;
    heap->count++;
}

static int compare_values(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* The nearest-rank percentile. */
static double percentile(GArray *values, double p)
{
    qsort(values->data, values->len, sizeof(double), compare_values);
    double rank = ceil(p / 100 * values->len);
    size_t at = rank < 1 ? 0 : (size_t)rank - 1;
    return g_array_index(values, double, at < values->len ? at : values->len - 1);
}

/* The length of a window, s: between its edges, or else between the first and the
 * last packet. */
static double seconds(const struct way_pass *pass, const struct way_select *select,
                      const struct heap *heap)
{
    int64_t from = heap->first, to = heap->last;

    way_edge_time(pass, &select->from, &from);
    way_edge_time(pass, &select->to, &to);
    return (double)(to - from) / 1e9;
}

/* What it comes to; NAN where nothing was there to compute it from. */
static double result(const struct way_pass *pass, const struct way_term *term,
                     const struct heap *heap, const struct heap *other)
{
    switch (term->aggregate) {
    case WAY_AGGREGATE_COUNT:
        return heap->count;
    case WAY_AGGREGATE_DISTINCT:
        return g_hash_table_size(heap->distinct);
    case WAY_AGGREGATE_SUM:
        return heap->sum;
    case WAY_AGGREGATE_MIN:
        return heap->count > 0 ? heap->least : NAN;
    case WAY_AGGREGATE_MAX:
        return heap->count > 0 ? heap->most : NAN;
    case WAY_AGGREGATE_MEAN:
        return heap->sum / heap->count;
    case WAY_AGGREGATE_PERCENTILE:
        return heap->values->len ? percentile(heap->values, term->percentile) : NAN;
    case WAY_AGGREGATE_RATE:
        return heap->count / seconds(pass, term->select, heap);
    default: /* SHARE */
        return heap->count / other->count;
    }
}

/* ---- while packets pass ---- */

static void see_one(void *self, struct way_pass *pass, struct way_stand *stand,
                    enum way_truth inside)
{
    struct way_gather *gather = self;

    gather->heap.undecided |= inside != WAY_TRUE;
    heap_take(pass, &gather->heap, gather->term->kids[0], stand->record.time);
}

static void see_other(void *self, struct way_pass *pass, struct way_stand *stand,
                      enum way_truth inside)
{
    struct way_gather *gather = self;

    gather->other.undecided |= inside != WAY_TRUE;
    heap_take(pass, &gather->other, NULL, stand->record.time);
}

static bool is_fixed(const struct way_select *select)
{
    return select->slots == 0 && !select->late;
}

static bool evaluate(void *context, const struct way_term *term, struct way_evaluation *evaluation,
                     struct way_datum *out);

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
    pass->evaluation.aggregate = evaluate;
    if (!is_fixed(term->select) || (term->other && !is_fixed(term->other))) {
        way_pass_keep(pass, term->select);
        if (term->other)
            way_pass_keep(pass, term->other);
        return;
    }
    struct way_gather *gather = way_arena_take(&pass->arena, sizeof *gather);
    gather->term = term;
    heap_begin(&gather->heap, term);
    heap_begin(&gather->other, term);
    gather->next = pass->gathers;
    pass->gathers = gather;
    way_pass_watch(pass, term->select, see_one, gather);
    if (term->other)
        way_pass_watch(pass, term->other, see_other, gather);
}

void way_gather_end(struct way_pass *pass)
{
    for (struct way_gather *gather = pass->gathers; gather; gather = gather->next) {
        heap_free(&gather->heap);
        heap_free(&gather->other);
    }
}

/* ---- afterwards ---- */

/* Gathers what was kept and is inside. */
static void heap_of_kept(struct way_pass *pass, const struct way_select *select,
                         const struct way_term *of, struct heap *heap)
{
    const struct way_kept_list *list = &pass->states[select->number].kept;
    size_t first, end;

    way_window_range(pass, select, &first, &end);
    for (size_t i = first; i < end; i++) {
        enum way_truth inside = (enum way_truth)list->inside[i];
        enum way_truth bound = way_window_bound(pass, select, list->items[i]);
        inside = bound < inside ? bound : inside;
        if (inside == WAY_FALSE)
            continue;
        way_pass_put(pass, WAY_SLOT_SELF, list->items[i]);
        if (select->late) {
            enum way_truth late = way_evaluate(&pass->evaluation, select->late);
            inside = late < inside ? late : inside;
        }
        if (inside < WAY_UNDECIDED)
            continue;
        heap->undecided |= inside == WAY_UNDECIDED;
        heap_take(pass, heap, of, list->items[i]->record.time);
    }
    way_pass_put(pass, WAY_SLOT_SELF, NULL);
}

static void give(const struct way_term *term, double value, struct way_datum *out)
{
    *out = (struct way_datum){.sort = term->sort, .tap = -1, .real = value};
    if (term->sort != WAY_SORT_REAL)
        out->number = (int64_t)llround(value);
}

/* Evaluations of what is gathered use the evaluation's room: what stands in it is
 * put aside. */
static bool evaluate(void *context, const struct way_term *term, struct way_evaluation *evaluation,
                     struct way_datum *out)
{
    struct way_pass *pass = context;
    double value = NAN;
    bool known = false;

    for (struct way_gather *gather = pass->gathers; gather && !known; gather = gather->next) {
        if (gather->term != term)
            continue;
        value = result(pass, term, &gather->heap, &gather->other);
        known = true;
    }
    if (!known) {
        struct heap heap, other;
        size_t room = evaluation->room_used, bytes = evaluation->bytes_used;
        const struct way_seen *self = evaluation->slots[WAY_SLOT_SELF];
        heap_begin(&heap, term);
        heap_begin(&other, term);
        heap_of_kept(pass, term->select, term->kids[0], &heap);
        if (term->other)
            heap_of_kept(pass, term->other, NULL, &other);
        value = result(pass, term, &heap, &other);
        heap_free(&heap);
        heap_free(&other);
        evaluation->room_used = room;
        evaluation->bytes_used = bytes;
        evaluation->slots[WAY_SLOT_SELF] = self;
    }
    give(term, value, out);
    return isfinite(value);
}
