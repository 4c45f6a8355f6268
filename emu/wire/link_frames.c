/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way of each frame; this is where the wire's time goes.
 */
#include "emu/wire/link_frames.h"

#include <errno.h>
#include <string.h>

#include "core/common/clock.h"
#include "core/common/log.h"
#include "core/packet/bytes.h"
#include "emu/wire/decisions.h"
#include "emu/wire/offload.h"
#include "emu/wire/segment.h"
#include "emu/wire/wire.h"

enum { AT_ETHERTYPE = 12, BUSY_NS = 10000 }; /* BUSY_NS: between the frames of a busy node */

bool way_is_probe(const uint8_t *bytes, size_t len)
{
    static const char text[] = WAY_PROBE_TEXT;
    const size_t text_len = sizeof(text) - 1;
    return len >= WAY_FRAME_ETHERNET + text_len &&
           way_bytes_get16(bytes + AT_ETHERTYPE) == WAY_PROBE_ETHERTYPE &&
           memcmp(bytes + WAY_FRAME_ETHERNET, text, text_len) == 0;
}

void way_side_appoint(struct way_side *side)
{
    way_schedule_set(&side->link->wire->loop.schedule, &side->due,
                     way_chain_next_run_at(side->chain));
}

/* ---- in ---- */

static void take_frame(struct way_side *side, struct way_frame **frame, int64_t now)
{
    way_capture_put(side->capture, now, (*frame)->bytes, (*frame)->len);
    (*frame)->waited = side->waited_frames > 0 ? side->waited : 0;
    side->waited_frames -= side->waited_frames > 0;
    if (way_is_probe((*frame)->bytes, (*frame)->len))
        way_frame_free(&side->link->wire->frames, frame);
    else
        way_chain_forward(side->chain, frame, now);
}

/* Takes the packets that the frame stands for. */
static void take_cut(struct way_side *side, struct way_frame **frame, int64_t now)
{
    struct way_fifo packets = {0};
    size_t len = (*frame)->len;
    if (!way_segment(&side->link->wire->frames, frame, &packets)) {
        way_frame_free(&side->link->wire->frames, frame);
        way_chain_refused(side->chain, len, WAY_BECAUSE_OFFLOAD, now);
    }
    for (struct way_frame *each; (each = way_fifo_pop(&packets)) != NULL;)
        take_frame(side, &each, now);
}

static void take_in(struct way_side *side, struct way_arrival_in *arrival, int64_t now)
{
    if (!arrival->frame)
        way_chain_refused(side->chain, arrival->len, arrival->why, now);
    else if (side->link->whole || way_offload_finish(arrival->frame))
        take_frame(side, &arrival->frame, now);
    else
        take_cut(side, &arrival->frame, now);
}

/* A device that is gone, or down, is not read any more; the link stays. */
static void give_up(struct way_side *side, int error)
{
    const struct way_link_settings *settings = &side->link->settings;
    way_log(WAY_LOG_ERROR, "%s: cannot read the interface of %s: %s", settings->name,
            settings->ends[side->index].node, strerror(-error));
    way_loop_unwatch(&side->link->wire->loop, way_end_fd(side->end), &side->watch);
    side->failed = true;
}

/* When the loop was away for so long that it matters, what is found now may have waited so
 * long: as many frames as a busy node sends in that time, and the interface's queue holds. */
static void note_wait(struct way_side *side)
{
    const struct way_wire *wire = side->link->wire;
    if (wire->loop.unseen < wire->settings.lateness.unfaithful ||
        (side->waited_frames > 0 && wire->loop.unseen < side->waited))
        return;
    side->waited = wire->loop.unseen;
    int64_t frames = wire->loop.unseen / BUSY_NS;
    side->waited_frames = frames < WAY_END_QUEUE ? (int)frames : WAY_END_QUEUE;
}

void way_side_ready(void *context)
{
    struct way_side *side = context;
    struct way_wire *wire = side->link->wire;
    struct way_arrival_in arrivals[WAY_END_BATCH];
    note_wait(side);
    for (int budget = WAY_LINK_BUDGET; budget > 0;) {
        int count = way_end_read(side->end, &wire->intake, arrivals);
        if (count <= 0) {
            side->waited_frames = 0;
            if (count < 0)
                give_up(side, count);
            return;
        }
        int64_t now = way_clock_ns();
        for (int i = 0; i < count; i++)
            take_in(side, &arrivals[i], now);
        way_side_flush(&side->link->sides[!side->index]);
        way_side_appoint(side);
        way_loop_catch_up(&wire->loop);
        budget -= count;
    }
}

/* ---- out ---- */

void way_side_run(struct way_side *side, int64_t until)
{
    way_chain_run(side->chain, until);
    way_side_appoint(side);
}

void way_side_out(void *context, struct way_frame **frame, int64_t due)
{
    struct way_side *from = context;
    struct way_side *to = &from->link->sides[!from->index];
    (void)due; /* the chain has noted it in the frame */
    way_fifo_push(&to->outbox, frame);
    way_wire_note_full(from->link->wire, to);
}

void way_side_decided(void *context, const struct way_decision *decision)
{
    const struct way_side *side = context;
    const struct way_link_settings *settings = &side->link->settings;
    way_decisions_put(side->link->wire->decisions, decision, settings->name,
                      settings->ends[side->index].node);
}

/* What is known of a frame that was written; `now` is the time before that. */
static void measure(struct way_side *to, struct way_side *from, const struct way_frame *frame,
                    int64_t now)
{
    way_capture_put(to->capture, now, frame->bytes, frame->len);
    way_lateness_add(&from->lateness, now - frame->due + frame->waited);
    way_pace_frame(&from->pace, &way_chain_parameters(from->chain)->rate, frame, now);
}

/* Writes the frames, again behind each that is refused. What was refused did not arrive, and
 * is in no capture at this end. */
static void write_all(struct way_side *to, struct way_side *from, struct way_frame *frames[],
                      int count, int64_t now)
{
    for (int done = 0; done < count; done++) {
        int taken = way_end_write(to->end, frames + done, count - done);
        for (; taken > 0; taken--) {
            measure(to, from, frames[done], now);
            way_frame_free(&to->link->wire->frames, &frames[done++]);
        }
        if (done < count) {
            bool is_down = way_end_is_down(to->end, errno);
            way_chain_undelivered(from->chain, &frames[done],
                                  is_down ? WAY_BECAUSE_DOWN : WAY_BECAUSE_DEVICE, now);
        }
    }
}

void way_side_flush(struct way_side *to)
{
    struct way_side *from = &to->link->sides[!to->index];
    struct way_frame *frames[WAY_END_BATCH];
    const int batch = way_end_batch(to->end);
    while (to->outbox.first) {
        int count = 0;
        int64_t now = way_clock_ns();
        while (count < batch && (frames[count] = way_fifo_pop(&to->outbox)) != NULL)
            count++;
        write_all(to, from, frames, count, now);
    }
}
