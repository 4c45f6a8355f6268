/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which bytes of a stretch have been seen: ranges, kept apart and in order. Most stretches
 * have one, which needs no memory of its own.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_RANGES_H
#define WAYLAY_ANALYSIS_JUDGE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WAY_RANGES_MAX = 4096 }; /* holes in one packet's bytes: more are not told apart */

struct way_range {
    int64_t from, to; /* [from, to) */
};

/* Zeroed to begin with; freed by way_ranges_free. */
struct way_ranges {
    struct way_range only;  /* while `many` is NULL */
    struct way_range *many; /* owned; NULL until there are two */
    size_t count, room;
};

/* Adds [from, to). Returns how many bytes of it were not there before; beyond the
 * bound nothing is added. */
int64_t way_ranges_add(struct way_ranges *ranges, int64_t from, int64_t to);

/* Whether all of [from, to) is there. */
bool way_ranges_cover(const struct way_ranges *ranges, int64_t from, int64_t to);

/* The first byte from `at` on that is not there; the first from `at` (which is not) up to `end`
 * that is, or `end`. */
int64_t way_ranges_skip(const struct way_ranges *ranges, int64_t at);
int64_t way_ranges_until(const struct way_ranges *ranges, int64_t at, int64_t end);

/* Frees what they have, and leaves none. */
void way_ranges_free(struct way_ranges *ranges);

#endif
