/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Buckets by the position of the highest bit and the five below it.
 */
#include "emu/wire/lateness.h"

#include <math.h>

enum { PART_BITS = 5 };
_Static_assert(1 << PART_BITS == WAY_LATENESS_PARTS, "bits of a bucket's place in its power");

static unsigned bucket_of(uint64_t ns)
{
    if (ns < WAY_LATENESS_PARTS)
        return (unsigned)ns;
    unsigned shift = 63U - (unsigned)__builtin_clzll(ns) - PART_BITS;
    unsigned bucket = (shift << PART_BITS) + (unsigned)(ns >> shift);
    return bucket < WAY_LATENESS_BUCKETS ? bucket : WAY_LATENESS_BUCKETS - 1;
}

/* The highest time that the bucket holds. */
static int64_t bound_of(unsigned bucket)
{
    if (bucket < 2 * WAY_LATENESS_PARTS)
        return bucket;
    unsigned shift = (bucket >> PART_BITS) - 1;
    uint64_t first = bucket - (shift << PART_BITS);
    return (int64_t)(((first + 1) << shift) - 1);
}

void way_lateness_add(struct way_lateness *lateness, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    if (ns > lateness->max)
        lateness->max = ns;
    lateness->count++;
    lateness->buckets[bucket_of((uint64_t)ns)]++;
}

int64_t way_lateness_quantile(const struct way_lateness *lateness, double q)
{
    uint64_t wanted = (uint64_t)ceil(q * (double)lateness->count);
    uint64_t seen = 0;
    if (lateness->count == 0)
        return 0;
    for (unsigned i = 0; i < WAY_LATENESS_BUCKETS; i++) {
        seen += lateness->buckets[i];
        if (seen >= wanted && seen > 0) {
            int64_t bound = bound_of(i);
            return bound < lateness->max ? bound : lateness->max;
        }
    }
    return lateness->max;
}
