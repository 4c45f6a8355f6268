/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bounds and RED judge at the entrance, CoDel at the exit.
 */
#include "emu/wire/queue.h"

#include "emu/wire/ecn.h"

#define TYPICAL_BITS INT64_C(8000000000000) /* of a frame of 1000 bytes, in nanobits */
#define TYPICAL_NS   INT64_C(1000000)       /* where there is no rate */

enum {
    AT_ENTRANCE = 1 << WAY_BECAUSE_QUEUE_PACKETS | 1 << WAY_BECAUSE_QUEUE_BYTES |
                  1 << WAY_BECAUSE_RED_EARLY | 1 << WAY_BECAUSE_RED_FORCED,
    AT_EXIT = 1 << WAY_BECAUSE_CODEL
};

/* Marks the frame, if it can bear it and the queue does, and reports it. */
static bool mark(struct way_element *owner, struct way_frame *frame, enum way_because why,
                 int64_t now)
{
    if (!way_ecn_mark(frame->bytes, frame->len))
        return false;
    way_element_report(owner, frame, WAY_DECIDED_MARK, why, 0, now);
    return true;
}

/* Does what the log says of the frame here. Returns whether it is gone. */
static bool replay(struct way_element *owner, struct way_frame **frame, uint32_t reasons,
                   int64_t now)
{
    const struct way_decision *told = way_element_told(owner, *frame, WAY_DECIDED_MARK, reasons);
    if (told)
        mark(owner, *frame, told->why, now);
    told = way_element_told(owner, *frame, WAY_DECIDED_DROP, reasons);
    if (told)
        way_element_drop(owner, frame, told->why, now);
    return told != NULL;
}

/* ---- the entrance ---- */

/* How long a typical frame takes to send, in nanoseconds, at least 1. */
static int64_t typical(const struct way_rate *rate)
{
    int64_t ns = rate->bits > 0 ? TYPICAL_BITS / rate->bits : TYPICAL_NS;
    return ns > 0 ? ns : 1;
}

/* Why the frame finds no room, or WAY_BECAUSE_COUNT. */
static enum way_because no_room(const struct way_fifo *fifo,
                                const struct way_queue_parameters *bounds, uint64_t len)
{
    if (bounds->packets > 0 && fifo->count >= (uint64_t)bounds->packets)
        return WAY_BECAUSE_QUEUE_PACKETS;
    if (bounds->bytes > 0 && fifo->bytes + len > (uint64_t)bounds->bytes)
        return WAY_BECAUSE_QUEUE_BYTES;
    return WAY_BECAUSE_COUNT;
}

/* Why RED drops the frame, or WAY_BECAUSE_COUNT; it may mark it instead. */
static enum way_because red_judges(struct way_queue *queue, struct way_element *owner,
                                   struct way_frame *frame, int64_t now)
{
    const struct way_parameters *parameters = way_element_parameters(owner);
    const struct way_queue_parameters *bounds = &parameters->queue;
    switch (way_red_judge(&queue->red, &bounds->red, queue->fifo.bytes, typical(&parameters->rate),
                          way_element_uniform(owner, frame, 0), now)) {
    case WAY_RED_FORCED:
        return WAY_BECAUSE_RED_FORCED;
    case WAY_RED_EARLY:
        return bounds->ecn && mark(owner, frame, WAY_BECAUSE_RED_EARLY, now)
                   ? WAY_BECAUSE_COUNT
                   : WAY_BECAUSE_RED_EARLY;
    case WAY_RED_KEEP:
        break;
    }
    return WAY_BECAUSE_COUNT;
}

/* Whether the frame was dropped at the entrance. */
static bool turned_away(struct way_queue *queue, struct way_element *owner,
                        struct way_frame **frame, int64_t now)
{
    const struct way_queue_parameters *bounds = &way_element_parameters(owner)->queue;
    if (way_element_replays(owner))
        return replay(owner, frame, AT_ENTRANCE, now);
    enum way_because why = no_room(&queue->fifo, bounds, (*frame)->len);
    if (why == WAY_BECAUSE_COUNT && bounds->discipline == WAY_DISCIPLINE_RED)
        why = red_judges(queue, owner, *frame, now);
    if (why != WAY_BECAUSE_COUNT)
        way_element_drop(owner, frame, why, now);
    return why != WAY_BECAUSE_COUNT;
}

void way_queue_put(struct way_queue *queue, struct way_element *owner, struct way_frame **frame,
                   int64_t now)
{
    if (turned_away(queue, owner, frame, now))
        return;
    (*frame)->queued = now;
    way_fifo_push(&queue->fifo, frame);
}

/* ---- the exit ---- */

/* Whether the frame, just taken out, was dropped. */
static bool codel_drops(struct way_queue *queue, struct way_element *owner,
                        struct way_frame **frame, int64_t now)
{
    const struct way_queue_parameters *bounds = &way_element_parameters(owner)->queue;
    if (way_element_replays(owner))
        return replay(owner, frame, AT_EXIT, now);
    const struct way_codel_head head = {
        .sojourn = now - (*frame)->queued, .len = (*frame)->len, .backlog = queue->fifo.bytes};
    if (bounds->discipline != WAY_DISCIPLINE_CODEL ||
        !way_codel_drops(&queue->codel, &bounds->codel, &head, now) ||
        (bounds->ecn && mark(owner, *frame, WAY_BECAUSE_CODEL, now)))
        return false;
    way_element_drop(owner, frame, WAY_BECAUSE_CODEL, now);
    return true;
}

struct way_frame *way_queue_take(struct way_queue *queue, struct way_element *owner, int64_t now)
{
    struct way_frame *frame;
    while ((frame = way_fifo_pop(&queue->fifo)) != NULL && codel_drops(queue, owner, &frame, now))
        ;
    if (!queue->fifo.first)
        way_red_idle(&queue->red, now);
    if (!frame)
        queue->codel.first_above_time = 0;
    return frame;
}
