/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A token bucket without rounding errors.
 *
 * Tokens are counted in nanobits, a billionth of a bit: at R bits a second
 * exactly R of them come each nanosecond, and a bit costs 10^9. So the time of
 * the n-th frame of a busy period is the exact quotient, rounded up once to a
 * nanosecond, however long the period lasts; nothing adds up.
 *
 * A bucket of depth 0 is a plain serial line: each frame waits for its own bits.
 */
#ifndef WAYLAY_EMU_WIRE_BUCKET_H
#define WAYLAY_EMU_WIRE_BUCKET_H

#include <stdint.h>

#include "emu/wire/parameters.h"

enum { WAY_BUCKET_BYTES_MAX = 256 << 20 }; /* of a burst, so that its nanobits fit */

struct way_bucket {
    int64_t tokens; /* nanobits */
    int64_t at;     /* ns, when they were counted */
};

/* A full bucket. */
struct way_bucket way_bucket_new(const struct way_rate *rate, int64_t now);

/* Fills the bucket as far as it goes when nothing waits. */
void way_bucket_fill(struct way_bucket *bucket, const struct way_rate *rate, int64_t now);

/* When `len` bytes, for which the bucket waits from now on, may leave: now or
 * later. The bucket is filled to now before. */
int64_t way_bucket_ready_at(const struct way_bucket *bucket, const struct way_rate *rate,
                            uint64_t len);

/* Takes the tokens of `len` bytes at the time that way_bucket_ready_at said. */
void way_bucket_take(struct way_bucket *bucket, const struct way_rate *rate, uint64_t len,
                     int64_t now);

/* Fills the bucket while `len` bytes wait and the rate is about to change. */
void way_bucket_wait(struct way_bucket *bucket, const struct way_rate *rate, uint64_t len,
                     int64_t now);

#endif
