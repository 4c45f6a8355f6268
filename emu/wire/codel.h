/* SPDX-License-Identifier: BSD-2-Clause
 *
 * CoDel (RFC 8289, section 5): judges each frame as it leaves the queue.
 *
 * The RFC's dequeue loop, turned inside out: the queue asks about the frame at
 * its head and, where that is to go, about the next one. Pure: times and lengths
 * come from the caller.
 */
#ifndef WAYLAY_EMU_WIRE_CODEL_H
#define WAYLAY_EMU_WIRE_CODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/parameters.h"

/* {0} at first. */
struct way_codel {
    bool dropping;            /* the RFC's dropping state */
    bool postpone;            /* drop_next is still to be moved on for the last drop */
    int64_t first_above_time; /* ns; 0: the delay is below the target */
    int64_t drop_next;        /* ns; while dropping: when the next one goes */
    uint32_t count, last_count;
    uint64_t longest; /* bytes of the longest frame so far: below it, the queue is empty enough */
};

/* What the queue knows of the frame at its head. */
struct way_codel_head {
    int64_t sojourn;  /* ns that it has waited */
    uint64_t len;     /* bytes */
    uint64_t backlog; /* bytes behind it */
};

/* Whether the frame at the head, which is taken out at `now`, is to be dropped
 * (or marked instead, which ends the asking). */
bool way_codel_drops(struct way_codel *codel, const struct way_codel_parameters *parameters,
                     const struct way_codel_head *head, int64_t now);

#endif
