/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ranges of sequence numbers.
 */
#include "analysis/dissect/seen.h"

#include <assert.h>
#include <string.h>

static void remove_range(struct way_seen *seen, unsigned at)
{
    memmove(&seen->ranges[at], &seen->ranges[at + 1],
            (seen->count - at - 1U) * sizeof seen->ranges[0]);
    seen->count--;
}

/* Ranges that `next` has reached are no longer apart. */
static void absorb(struct way_seen *seen)
{
    while (seen->count && !way_seq_before(seen->next, seen->ranges[0].from)) {
        if (way_seq_before(seen->next, seen->ranges[0].to))
            seen->next = seen->ranges[0].to;
        remove_range(seen, 0);
    }
}

/* Puts a range above `next` among the others, joined with those it touches. */
static void insert(struct way_seen *seen, uint32_t from, uint32_t to)
{
    unsigned at = 0;

    while (at < seen->count && way_seq_before(seen->ranges[at].to, from))
        at++;
    while (at < seen->count && !way_seq_before(to, seen->ranges[at].from)) {
        if (way_seq_before(seen->ranges[at].from, from))
            from = seen->ranges[at].from;
        if (way_seq_before(to, seen->ranges[at].to))
            to = seen->ranges[at].to;
        remove_range(seen, at);
    }
    if (seen->count == WAY_SEEN_RANGES_MAX) { /* give up the lowest hole */
        seen->inexact = true;
        seen->next = seen->ranges[0].from;
        absorb(seen);
        insert(seen, from, to);
        absorb(seen);
        return;
    }
    memmove(&seen->ranges[at + 1], &seen->ranges[at], (seen->count - at) * sizeof seen->ranges[0]);
    seen->ranges[at] = (struct way_seen_range){from, to};
    seen->count++;
}

static bool overlaps(const struct way_seen *seen, uint32_t from, uint32_t to)
{
    if (way_seq_before(from, seen->next))
        return way_seq_before(seen->floor, to);
    for (unsigned i = 0; i < seen->count; i++)
        if (way_seq_before(from, seen->ranges[i].to) && way_seq_before(seen->ranges[i].from, to))
            return true;
    return false;
}

enum way_seen_result way_seen_add(struct way_seen *seen, uint32_t seq, uint32_t len)
{
    uint32_t to = seq + len;

    assert(len > 0);
    if (!seen->begun) {
        *seen = (struct way_seen){.begun = true, .floor = seq, .next = to};
        return WAY_SEEN_NEXT;
    }
    uint32_t highest = way_seen_highest(seen);
    enum way_seen_result result = WAY_SEEN_FILLS;
    if (seq == highest)
        result = WAY_SEEN_NEXT;
    else if (way_seq_before(highest, seq))
        result = WAY_SEEN_AHEAD;
    else if (overlaps(seen, seq, to))
        result = WAY_SEEN_AGAIN;
    if (way_seq_before(seen->next, seq)) {
        insert(seen, seq, to);
    } else if (way_seq_before(seen->next, to)) {
        seen->next = to;
        absorb(seen);
    }
    return result;
}
