/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an aggregate is computed from: the packets that were gathered, as far as it asks
 * for them.
 *
 * A packet gives a *grain*: its stamp, and the value or key that is asked of it. Grains are
 * added to a heap; from a heap that was begun as `moving` they can be taken out again. What
 * a count, sum, … comes to can be asked at any time. Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_HEAP_H
#define WAYLAY_ANALYSIS_JUDGE_HEAP_H

#include <glib.h>

#include "analysis/judge/keyset.h"
#include "analysis/judge/pass.h"

struct way_grain {
    int64_t time;
    int tap;
    uint64_t order; /* of the packet, among all of the pass */
    double value;
    uint64_t key; /* of `distinct` */
};

struct way_heap {
    double count, sum, least, most;
    int64_t first, last;  /* stamps */
    GArray *values;       /* of a percentile: doubles; else NULL */
    GSequence *ordered;   /* the same of a moving heap, and of its least and most */
    GHashTable *distinct; /* of a moving heap: keys, with how many grains have each; else NULL */
    bool is_set;          /* of one that does not move: `distinct` asks for */
    struct way_key_set keys;
};

/* The grain of the packet in slot 0; false if it has none of what is asked (`of`; NULL:
 * nothing is). */
bool way_grain_of(struct way_pass *pass, const struct way_term *term, const struct way_term *of,
                  struct way_grain *out);

void way_heap_begin(struct way_heap *heap, const struct way_term *term, bool moving);
void way_heap_end(struct way_heap *heap);
void way_heap_add(struct way_heap *heap, const struct way_grain *grain);

/* The order in which grains go is free. `distinct` of a heap that does not move keeps its key. */
void way_heap_take_out(struct way_heap *heap, const struct way_grain *grain);

/* Bytes by which it will grow with the next grain; of one that does not move. */
size_t way_heap_growth(const struct way_heap *heap);

/* Bytes that its grains take, about. */
size_t way_heap_size(const struct way_heap *heap);

/* What the aggregate comes to; NAN where there is nothing to compute it from. `other`: of
 * a share; `seconds`: of a rate. */
double way_heap_result(const struct way_term *term, const struct way_heap *heap,
                       const struct way_heap *other, double seconds);

/* Whether one more grain may make the number less as well as more, so that it is not between
 * that without the doubtful ones and that with them. */
bool way_heap_goes_both_ways(const struct way_term *term);

/* Of such a term: the least and the most that it can come to with any of the doubtful grains
 * (struct way_grain; they are sorted), where of what a share is among `others` are doubtful.
 * The heaps are left as they were. `least` is NAN where without these there is
 * nothing. */
void way_heap_bounds(const struct way_term *term, struct way_heap *heap,
                     const struct way_heap *other, GArray *doubtful, double others, double *least,
                     double *most);

/* The datum of an aggregate that is between two values, which may be NAN. False where there
 * is none. */
bool way_heap_datum(const struct way_term *term, double one, double two, struct way_datum *out);

#endif
