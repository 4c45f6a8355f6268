/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exact token arithmetic; products are taken in 128 bits.
 */
#include "emu/wire/bucket.h"

#include <assert.h>

#define NANOBITS INT64_C(8000000000) /* a byte */

__extension__ typedef __int128 wide;

static int64_t cost_of(const struct way_rate *rate, uint64_t len)
{
    return ((int64_t)len + rate->overhead) * NANOBITS;
}

/* How much fits when nothing waits. */
static int64_t depth_of(const struct way_rate *rate)
{
    return rate->burst * NANOBITS;
}

/* What rounding up left behind between two frames of a busy period, less than a
 * nanosecond's worth, may lie above the depth: no time has passed then. */
static void fill(struct way_bucket *bucket, const struct way_rate *rate, int64_t depth, int64_t now)
{
    assert(now >= bucket->at);
    if (now == bucket->at)
        return;
    wide tokens = bucket->tokens + (wide)rate->bits * (now - bucket->at);
    bucket->tokens = tokens < depth ? (int64_t)tokens : depth;
    bucket->at = now;
}

struct way_bucket way_bucket_new(const struct way_rate *rate, int64_t now)
{
    return (struct way_bucket){.tokens = rate->burst * NANOBITS, .at = now};
}

void way_bucket_fill(struct way_bucket *bucket, const struct way_rate *rate, int64_t now)
{
    fill(bucket, rate, depth_of(rate), now);
}

int64_t way_bucket_ready_at(const struct way_bucket *bucket, const struct way_rate *rate,
                            uint64_t len)
{
    int64_t lacks = cost_of(rate, len) - bucket->tokens;
    if (lacks <= 0)
        return bucket->at;
    return bucket->at + lacks / rate->bits + (lacks % rate->bits > 0);
}

void way_bucket_wait(struct way_bucket *bucket, const struct way_rate *rate, uint64_t len,
                     int64_t now)
{
    int64_t cost = cost_of(rate, len) + rate->bits; /* and what rounding up brings */
    int64_t depth = depth_of(rate);
    fill(bucket, rate, depth > cost ? depth : cost, now);
}

void way_bucket_take(struct way_bucket *bucket, const struct way_rate *rate, uint64_t len,
                     int64_t now)
{
    way_bucket_wait(bucket, rate, len, now);
    assert(bucket->tokens >= cost_of(rate, len));
    bucket->tokens -= cost_of(rate, len);
}
