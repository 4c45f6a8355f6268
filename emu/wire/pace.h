/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rate that a direction achieved, measured where frames really leave.
 *
 * A rate can only be compared while there is always something to send: inside a
 * busy period of the bottleneck. There the first frame that had to wait for its
 * turn starts the clock, for the burst is used up then; what follows in the
 * period is counted, from exit to exit. Periods are added up, those that are too
 * short left out: being late by microseconds at both ends would be all of them.
 *
 * Pure, one thread.
 */
#ifndef WAYLAY_EMU_WIRE_PACE_H
#define WAYLAY_EMU_WIRE_PACE_H

#include <stdint.h>

#include "emu/wire/frame.h"
#include "emu/wire/parameters.h"

#define WAY_PACE_PERIOD INT64_C(50000000) /* ns: shorter busy periods are left out */

/* What left between the first exit and the last. */
struct way_pace_sum {
    uint64_t bits;
    int64_t ns;
};

/* {0} is nothing yet. */
struct way_pace {
    int64_t rate;               /* bits a second that are configured; 0: none */
    struct way_pace_sum past;   /* of periods that are over */
    struct way_pace_sum period; /* of the one that is measured */
    int64_t busy_since;         /* its begin; 0: there is none */
    int64_t left;               /* ns, when its last frame left */
};

/* A frame left at `now`, of a direction with this rate (bits 0: unlimited, or a
 * trace). Another rate than before begins anew. */
void way_pace_frame(struct way_pace *pace, const struct way_rate *rate,
                    const struct way_frame *frame, int64_t now);

/* Bits a second that were achieved; 0 when there was no busy period. `busy` gets the
 * time over which they were measured, in ns. */
int64_t way_pace_achieved(const struct way_pace *pace, int64_t *busy);

#endif
