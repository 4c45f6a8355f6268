/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Heaps of grains. Sums are of doubles: exact for whole numbers up to 2^53.
 */
#include "analysis/judge/heap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool way_grain_of(struct way_pass *pass, const struct way_term *term, const struct way_term *of,
                  struct way_grain *out)
{
    struct way_term *terms[] = {(struct way_term *)of};
    struct way_datum datum;

    if (of && term->aggregate == WAY_AGGREGATE_DISTINCT)
        return way_key_of(pass, terms, 1, &out->key);
    if (!of)
        return true;
    if (!way_evaluate_value(&pass->evaluation, of, &datum) || datum.shape != WAY_ONE)
        return false;
    out->value = way_datum_real(&datum);
    return true;
}

void way_heap_begin(struct way_heap *heap, const struct way_term *term, bool moving)
{
    bool extreme = term->aggregate == WAY_AGGREGATE_MIN || term->aggregate == WAY_AGGREGATE_MAX;

    *heap = (struct way_heap){.least = INFINITY, .most = -INFINITY};
    if (term->aggregate == WAY_AGGREGATE_PERCENTILE && !moving)
        heap->values = g_array_new(FALSE, FALSE, sizeof(double));
    else if (moving && (term->aggregate == WAY_AGGREGATE_PERCENTILE || (extreme && term->over)))
        heap->ordered = g_sequence_new(g_free);
    heap->is_set = term->aggregate == WAY_AGGREGATE_DISTINCT && !moving;
    if (term->aggregate == WAY_AGGREGATE_DISTINCT && moving)
        heap->distinct = g_hash_table_new(NULL, NULL);
}

void way_heap_end(struct way_heap *heap)
{
    if (heap->values)
        g_array_free(heap->values, TRUE);
    if (heap->ordered)
        g_sequence_free(heap->ordered);
    if (heap->distinct)
        g_hash_table_destroy(heap->distinct);
    way_key_set_free(&heap->keys);
}

static int compare_values(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static gint compare_ordered(gconstpointer a, gconstpointer b, gpointer nothing)
{
    (void)nothing;
    return compare_values(a, b);
}

/* One more grain, or one less, of a key. */
static void count_key(GHashTable *distinct, uint64_t key, int more)
{
    gsize count = GPOINTER_TO_SIZE(g_hash_table_lookup(distinct, way_key_pointer(key)));

    count += (gsize)more;
    if (count)
        g_hash_table_insert(distinct, way_key_pointer(key), way_key_pointer(count));
    else
        g_hash_table_remove(distinct, way_key_pointer(key));
}

void way_heap_add(struct way_heap *heap, const struct way_grain *grain)
{
    heap->first = heap->count == 0 || grain->time < heap->first ? grain->time : heap->first;
    heap->last = heap->count == 0 || grain->time > heap->last ? grain->time : heap->last;
    heap->count++;
    heap->sum += grain->value;
    heap->least = fmin(heap->least, grain->value);
    heap->most = fmax(heap->most, grain->value);
    if (heap->values)
        g_array_append_val(heap->values, grain->value);
    if (heap->ordered)
        g_sequence_insert_sorted(heap->ordered, g_memdup2(&grain->value, sizeof grain->value),
                                 compare_ordered, NULL);
    if (heap->distinct)
        count_key(heap->distinct, grain->key, 1);
    if (heap->is_set)
        way_key_set_add(&heap->keys, grain->key);
}

static void take_out_value(GArray *values, double value)
{
    guint at = 0;

    while (at < values->len && g_array_index(values, double, at) != value)
        at++;
    if (at < values->len)
        g_array_remove_index_fast(values, at);
}

void way_heap_take_out(struct way_heap *heap, const struct way_grain *grain)
{
    heap->count--;
    heap->sum -= grain->value;
    if (heap->values)
        take_out_value(heap->values, grain->value);
    if (heap->ordered) {
        double value = grain->value;
        GSequenceIter *at = g_sequence_lookup(heap->ordered, &value, compare_ordered, NULL);
        if (at)
            g_sequence_remove(at);
    }
    if (heap->distinct)
        count_key(heap->distinct, grain->key, -1);
}

size_t way_heap_growth(const struct way_heap *heap)
{
    return heap->values ? sizeof(double) : heap->is_set ? way_key_set_growth(&heap->keys) : 0;
}

size_t way_heap_size(const struct way_heap *heap)
{
    enum { NODE = 80, KEY = 32 }; /* of GLib's tree, with its value; of its table */

    return (heap->values ? heap->values->len * sizeof(double) : 0) +
           (heap->ordered ? (size_t)heap->count * NODE : 0) +
           (heap->distinct ? g_hash_table_size(heap->distinct) * KEY : 0) +
           way_key_set_size(&heap->keys);
}

static double ordered_value(const struct way_heap *heap, gint at)
{
    return *(const double *)g_sequence_get(g_sequence_get_iter_at_pos(heap->ordered, at));
}

/* The value at a rank from 0, of `count`. */
static double at_rank(const struct way_heap *heap, size_t at)
{
    if (heap->ordered)
        return ordered_value(heap, (gint)at);
    if (!heap->values)
        return NAN;
    qsort(heap->values->data, heap->values->len, sizeof(double), compare_values);
    return g_array_index(heap->values, double, at);
}

/* The nearest-rank percentile. */
static double percentile(const struct way_heap *heap, double p)
{
    size_t count = (size_t)heap->count;
    double rank = ceil(p / 100 * heap->count);
    size_t at = rank < 1 ? 0 : (size_t)rank - 1;

    return count ? at_rank(heap, at < count ? at : count - 1) : NAN;
}

static double extreme(const struct way_heap *heap, bool most)
{
    if (heap->count <= 0)
        return NAN;
    if (heap->ordered)
        return ordered_value(heap, most ? (gint)heap->count - 1 : 0);
    return most ? heap->most : heap->least;
}

double way_heap_result(const struct way_term *term, const struct way_heap *heap,
                       const struct way_heap *other, double seconds)
{
    switch (term->aggregate) {
    case WAY_AGGREGATE_COUNT:
        return heap->count;
    case WAY_AGGREGATE_DISTINCT:
        return heap->distinct ? g_hash_table_size(heap->distinct) : (double)heap->keys.count;
    case WAY_AGGREGATE_SUM:
        return heap->sum;
    case WAY_AGGREGATE_MIN:
        return extreme(heap, false);
    case WAY_AGGREGATE_MAX:
        return extreme(heap, true);
    case WAY_AGGREGATE_MEAN:
        return heap->sum / heap->count;
    case WAY_AGGREGATE_PERCENTILE:
        return percentile(heap, term->percentile);
    case WAY_AGGREGATE_RATE:
        return heap->count / seconds;
    default: /* SHARE */
        return heap->count / other->count;
    }
}

/* ---- what is in doubt ---- */

bool way_heap_goes_both_ways(const struct way_term *term)
{
    return term->aggregate == WAY_AGGREGATE_SUM || term->aggregate == WAY_AGGREGATE_MEAN ||
           term->aggregate == WAY_AGGREGATE_PERCENTILE || term->aggregate == WAY_AGGREGATE_SHARE;
}

static int compare_grains(const void *left, const void *right)
{
    return compare_values(&((const struct way_grain *)left)->value,
                          &((const struct way_grain *)right)->value);
}

/* The least, or the most: grains are added, the furthest first, for as long as each takes the
 * number further. One that does not is beyond the number then, and so are all behind it. */
static double furthest(const struct way_term *term, struct way_heap *heap, const GArray *doubtful,
                       bool most)
{
    const struct way_heap was = *heap;
    double number = way_heap_result(term, heap, heap, 1);
    guint taken = 0;

    for (; taken < doubtful->len; taken++) {
        const struct way_grain *grain =
            &g_array_index(doubtful, struct way_grain, most ? doubtful->len - 1 - taken : taken);
        double than = term->aggregate == WAY_AGGREGATE_SUM ? 0 : number;
        if (most ? grain->value <= than : grain->value >= than)
            break;
        way_heap_add(heap, grain);
        number = way_heap_result(term, heap, heap, 1);
    }
    for (guint i = 0; i < taken; i++)
        way_heap_take_out(
            heap, &g_array_index(doubtful, struct way_grain, most ? doubtful->len - 1 - i : i));
    heap->count = was.count; /* the scalars: what is taken out leaves no trace in them */
    heap->sum = was.sum;
    heap->least = was.least;
    heap->most = was.most;
    heap->first = was.first;
    heap->last = was.last;
    return number;
}

void way_heap_bounds(const struct way_term *term, struct way_heap *heap,
                     const struct way_heap *other, GArray *doubtful, double others, double *least,
                     double *most)
{
    enum { SORTED_MAX = 256 }; /* values are sorted again for each grain that is added */
    const GArray *values = heap->values;

    if (term->aggregate == WAY_AGGREGATE_SHARE) {
        *least = heap->count / (other->count + others);
        *most = (heap->count + doubtful->len) / other->count;
        return;
    }
    g_array_sort(doubtful, compare_grains);
    if (doubtful->len && (heap->count <= 0 && term->aggregate != WAY_AGGREGATE_SUM)) {
        *least = NAN;
        *most = g_array_index(doubtful, struct way_grain, 0).value;
        return;
    }
    if (values && doubtful->len > SORTED_MAX) {
        *least = fmin(heap->least, g_array_index(doubtful, struct way_grain, 0).value);
        *most =
            fmax(heap->most, g_array_index(doubtful, struct way_grain, doubtful->len - 1).value);
        return;
    }
    *least = furthest(term, heap, doubtful, false);
    *most = furthest(term, heap, doubtful, true);
}

bool way_heap_datum(const struct way_term *term, double one, double two, struct way_datum *out)
{
    double middle = (one + two) / 2, error = fabs(one - two) / 2;

    if (!isfinite(one) || !isfinite(two)) {
        middle = isfinite(one) ? one : two;
        error = INFINITY; /* there may be none */
    }
    if (!isfinite(middle))
        return false;
    *out = (struct way_datum){.sort = term->sort, .tap = -1, .real = middle, .error = error};
    if (term->sort == WAY_SORT_NUMBER && error > 0)
        out->sort = WAY_SORT_REAL; /* it may be a half */
    else if (fabs(middle) < (double)INT64_MAX)
        out->number = (int64_t)llround(middle);
    return fabs(middle) < (double)INT64_MAX || term->sort == WAY_SORT_REAL;
}
