/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The queue before a bottleneck: its bounds, and who is dropped by which
 * discipline, when.
 *
 * It is a part of an element (the bottleneck), in whose name it reports and
 * drops. When decisions are replayed, the log alone says who is dropped or
 * marked; the bounds are those of the frames' memory then.
 */
#ifndef WAYLAY_EMU_WIRE_QUEUE_H
#define WAYLAY_EMU_WIRE_QUEUE_H

#include "emu/wire/codel.h"
#include "emu/wire/element.h"
#include "emu/wire/red.h"

/* {0} is empty. */
struct way_queue {
    struct way_fifo fifo;
    struct way_codel codel;
    struct way_red red;
};

/* Takes the frame, or drops it. */
void way_queue_put(struct way_queue *queue, struct way_element *owner, struct way_frame **frame,
                   int64_t now);

/* Gives out the next frame that is not dropped, or NULL. */
struct way_frame *way_queue_take(struct way_queue *queue, struct way_element *owner, int64_t now);

#endif
