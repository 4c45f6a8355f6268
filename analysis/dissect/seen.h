/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which sequence numbers of one direction of a TCP connection have been seen.
 *
 * All up to `next`, and some ranges above it. The number of ranges is bounded; when
 * one more comes, the lowest hole is taken for filled, and `inexact` is set: from
 * then on nobody can say whether a segment is a repetition. Numbers are modulo 2^32
 * (RFC 9293, section 3.4). Pure.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_SEEN_H
#define WAYLAY_ANALYSIS_DISSECT_SEEN_H

#include <stdbool.h>
#include <stdint.h>

enum { WAY_SEEN_RANGES_MAX = 16 };

struct way_seen_range {
    uint32_t from, to; /* to is one past the last */
};

struct way_seen {
    bool begun, inexact;
    uint8_t count;
    uint32_t floor; /* the first number that was seen */
    uint32_t next;  /* one past the last number before the lowest hole */
    struct way_seen_range ranges[WAY_SEEN_RANGES_MAX]; /* above next, ascending, apart */
};

enum way_seen_result {
    WAY_SEEN_NEXT,  /* it continues what was seen, or is the first */
    WAY_SEEN_AHEAD, /* it begins behind the highest that was seen, with a hole before it */
    WAY_SEEN_FILLS, /* all of it is new, and it lies below what was seen */
    WAY_SEEN_AGAIN  /* some of it was seen before */
};

/* Whether a is before b. */
static inline bool way_seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* One past the highest number that was seen. */
static inline uint32_t way_seen_highest(const struct way_seen *seen)
{
    return seen->count ? seen->ranges[seen->count - 1].to : seen->next;
}

/* Adds `len` numbers (not 0) from `seq` on and says what they were. */
enum way_seen_result way_seen_add(struct way_seen *seen, uint32_t seq, uint32_t len);

#endif
