/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which kept packets of a selection can be meant, when `where` compares them with packets
 * in other slots (`where connection == opening.connection`).
 *
 * Without more, each packet of `for each` would ask all the others. Where a part of `where`
 * that must hold says that a value of the packet itself equals one of the others' slots, the
 * kept packets are sorted by that value, once, and only those that have it are walked; the
 * whole of `where` is asked of them all the same. Others cannot be meant. A comparison that
 * allows for an error (times, tolerances) or that has several ways to hold (lists, prefixes)
 * is no such part. Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_MEANT_H
#define WAYLAY_ANALYSIS_JUDGE_MEANT_H

#include "analysis/judge/pass.h"

/* A kept packet under a key. */
struct way_joined {
    uint64_t key;
    size_t index; /* in its select's list */
};

/* Sorts by key; those of one key in the order in which they passed. */
void way_joined_sort(struct way_joined *joined, size_t count);

/* Those that can be meant, in the order in which they passed. Good until the pass ends. */
struct way_meant {
    const struct way_joined *joined; /* NULL: any packet can be meant */
    size_t first, count;
};

/* Those of the select's kept packets [first, end) that can be meant, with the slots as they
 * are. Slot 0 is used. */
struct way_meant way_meant_in(struct way_pass *pass, const struct way_select *select, size_t first,
                              size_t end);

/* The same, of those inside of the select's window (way_window_range). */
struct way_meant way_meant_of(struct way_pass *pass, const struct way_select *select);

/* The place in the list of the n-th one. */
static inline size_t way_meant_at(const struct way_meant *meant, size_t n)
{
    size_t at = meant->first + n;

    return meant->joined ? meant->joined[at].index : at;
}

/* Frees what was sorted for the select. */
void way_meant_free(struct way_select_state *state);

#endif
