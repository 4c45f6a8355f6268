/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How late frames were: a distribution in bounded memory.
 *
 * Times are counted in buckets whose width grows with the time: each power of
 * two has WAY_LATENESS_PARTS of them, so that a bucket is at most 1/32 of what
 * it holds. A quantile is the upper bound of its bucket: it overstates by at
 * most 3.2 %, and never understates. What is below 0 counts as 0, what is above
 * the last bucket (more than an hour) as in it; the maximum is exact.
 *
 * Pure, one thread.
 */
#ifndef WAYLAY_EMU_WIRE_LATENESS_H
#define WAYLAY_EMU_WIRE_LATENESS_H

#include <stdint.h>

enum {
    WAY_LATENESS_PARTS = 32,  /* buckets of a power of two */
    WAY_LATENESS_POWERS = 38, /* from 2^5 on; the first 32 ns have a bucket each */
    WAY_LATENESS_BUCKETS = WAY_LATENESS_PARTS * (WAY_LATENESS_POWERS + 1)
};

/* {0} is empty. */
struct way_lateness {
    uint64_t count;
    int64_t max; /* ns */
    uint64_t buckets[WAY_LATENESS_BUCKETS];
};

/* Counts one time, in nanoseconds. */
void way_lateness_add(struct way_lateness *lateness, int64_t ns);

/* The smallest bound (ns) that at least the share `q`, in (0, 1], did not exceed;
 * 0 when nothing was counted. */
int64_t way_lateness_quantile(const struct way_lateness *lateness, double q);

#endif
