/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random Early Detection (Floyd and Jacobson, 1993): judges each frame as it
 * comes, by the moving average of the queue's length in bytes.
 *
 * Below `min` none is dropped; from there to `max` the probability rises to
 * `probability`, and by the count of frames since the last drop, so that drops
 * are spread evenly; above `max` all are dropped (RFC 3168, section 7: not even
 * marked). Pure: lengths, times and draws come from the caller.
 */
#ifndef WAYLAY_EMU_WIRE_RED_H
#define WAYLAY_EMU_WIRE_RED_H

#include <stdint.h>

#include "emu/wire/parameters.h"

enum way_red_verdict { WAY_RED_KEEP, WAY_RED_EARLY, WAY_RED_FORCED };

/* {0} at first: an empty queue. */
struct way_red {
    double average;     /* bytes */
    int64_t count;      /* frames since the last one that was judged away */
    int64_t idle_since; /* ns, when the queue became empty; meaningful while it is */
};

/* Judges a frame that comes at `now` to a queue of `backlog` bytes. `draw` is
 * uniform in [0, 1). `typical` is how long a typical frame takes to send, in
 * nanoseconds, above 0: while the queue was empty the average has decayed by a step
 * in each. */
enum way_red_verdict way_red_judge(struct way_red *red, const struct way_red_parameters *parameters,
                                   uint64_t backlog, int64_t typical, double draw, int64_t now);

/* Says that the queue has become empty. */
void way_red_idle(struct way_red *red, int64_t now);

#endif
