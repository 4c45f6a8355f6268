/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bottleneck: a queue, and behind it one of three servers.
 *
 *   - none: what comes passes at once; there is never a queue.
 *   - a rate: a frame is taken from the queue, waits for its tokens, and leaves.
 *   - a trace: nothing moves but at an opportunity, which carries its bytes'
 *     worth of frames, or of parts of one.
 *
 * The frame in service is no longer in the queue: it can be dropped no more, and
 * counts for no bound.
 */
#include <assert.h>
#include <stdlib.h>

#include "emu/wire/bucket.h"
#include "emu/wire/queue.h"
#include "emu/wire/trace.h"

struct bottleneck {
    struct way_element element;
    struct way_queue queue;
    struct way_frame *serving; /* or NULL */
    int64_t busy_since;
    /* a rate's: */
    struct way_bucket bucket;
    int64_t ready_at; /* of the frame in service */
    /* a trace's: */
    int64_t begin;        /* ns, its zero */
    uint64_t opportunity; /* the next one */
    int64_t left;         /* bytes of the frame in service still to be carried */
};

static bool is_busy(const struct bottleneck *self)
{
    return self->serving || self->queue.fifo.first;
}

/* The frame in service has been served. */
static void finish(struct bottleneck *self, int64_t now)
{
    struct way_frame *frame = self->serving;
    self->serving = NULL;
    frame->served = now;
    frame->busy_since = self->busy_since;
    way_element_pass(&self->element, &frame, now);
}

/* ---- the servers ---- */

/* Takes the next frame into service; it leaves when its tokens have come. */
static void rate_next(struct bottleneck *self, const struct way_rate *rate, int64_t now)
{
    self->serving = way_queue_take(&self->queue, &self->element, now);
    if (self->serving)
        self->ready_at = way_bucket_ready_at(&self->bucket, rate, self->serving->len);
}

static void rate_run(struct bottleneck *self, const struct way_rate *rate, int64_t now)
{
    way_bucket_take(&self->bucket, rate, self->serving->len, now);
    finish(self, now);
    rate_next(self, rate, now);
}

/* Those that have passed found nothing to carry; one of this moment may be left. */
static void skip_opportunities(struct bottleneck *self, const struct way_trace *trace, int64_t now)
{
    uint64_t first = way_trace_first(trace, now - self->begin);
    if (first > self->opportunity)
        self->opportunity = first;
}

static void trace_run(struct bottleneck *self, int64_t now)
{
    int64_t bytes = WAY_TRACE_BYTES;
    self->opportunity++;
    while (bytes > 0) {
        if (!self->serving) {
            self->serving = way_queue_take(&self->queue, &self->element, now);
            if (!self->serving)
                return;
            self->left = way_trace_cost(self->serving->len);
        }
        int64_t carried = bytes < self->left ? bytes : self->left;
        bytes -= carried;
        self->left -= carried;
        if (self->left == 0)
            finish(self, now);
    }
}

/* Without a server, all that is here leaves. */
static void flush(struct bottleneck *self, int64_t now)
{
    do {
        if (self->serving)
            finish(self, now);
        self->serving = way_queue_take(&self->queue, &self->element, now);
    } while (self->serving);
}

/* ---- the element ---- */

static void forward(struct way_element *element, struct way_frame **frame, int64_t now)
{
    struct bottleneck *self = (struct bottleneck *)element;
    const struct way_parameters *parameters = way_element_parameters(element);
    if (parameters->rate.bits == 0 && !parameters->trace) {
        way_element_pass(element, frame, now);
        return;
    }
    bool was_busy = is_busy(self);
    if (!was_busy) {
        self->busy_since = now;
        if (parameters->trace)
            skip_opportunities(self, parameters->trace, now);
        else
            way_bucket_fill(&self->bucket, &parameters->rate, now);
    }
    way_queue_put(&self->queue, element, frame, now);
    if (!parameters->trace && !self->serving)
        rate_next(self, &parameters->rate, now);
}

static int64_t next_run_at(const struct way_element *element)
{
    const struct bottleneck *self = (const struct bottleneck *)element;
    const struct way_parameters *parameters = way_element_parameters(element);
    if (!is_busy(self))
        return WAY_NEVER;
    if (parameters->trace)
        return self->begin + way_trace_time(parameters->trace, self->opportunity);
    return self->ready_at;
}

static void run(struct way_element *element, int64_t now)
{
    struct bottleneck *self = (struct bottleneck *)element;
    const struct way_parameters *parameters = way_element_parameters(element);
    if (parameters->trace)
        trace_run(self, now);
    else if (parameters->rate.bits > 0)
        rate_run(self, &parameters->rate, now);
    else
        flush(self, now);
}

/* Gives what is in service to the new server, with what the old one did for it.
 * A trace begins at its own zero when it is put in the place of another. */
static void changed(struct way_element *element, const struct way_parameters *old, int64_t now)
{
    struct bottleneck *self = (struct bottleneck *)element;
    const struct way_parameters *parameters = way_element_parameters(element);
    uint64_t len = self->serving ? self->serving->len : 0;
    if (old->rate.bits > 0 && self->bucket.at > INT64_MIN)
        way_bucket_wait(&self->bucket, &old->rate, len, now);
    else
        self->bucket = way_bucket_new(&parameters->rate, now);
    if (parameters->trace != old->trace) {
        self->begin = now;
        self->opportunity = 0;
        self->left = way_trace_cost(len);
    }
    if (parameters->rate.bits > 0 && is_busy(self)) {
        if (self->serving)
            self->ready_at = way_bucket_ready_at(&self->bucket, &parameters->rate, len);
        else
            rate_next(self, &parameters->rate, now);
    } else if (!parameters->trace) {
        self->ready_at = now;
    }
}

static uint64_t held(const struct way_element *element)
{
    const struct bottleneck *self = (const struct bottleneck *)element;
    return self->queue.fifo.count + (self->serving != NULL);
}

static void free_bottleneck(struct way_element *element)
{
    struct bottleneck *self = (struct bottleneck *)element;
    struct way_frames *frames = way_element_frames(element);
    way_frame_free(frames, &self->serving);
    for (struct way_frame *each; (each = way_fifo_pop(&self->queue.fifo)) != NULL;)
        way_frame_free(frames, &each);
    free(self);
}

static const struct way_element_class class = {.name = "bottleneck",
                                               .forward = forward,
                                               .next_run_at = next_run_at,
                                               .run = run,
                                               .changed = changed,
                                               .held = held,
                                               .free = free_bottleneck};

struct way_element *way_bottleneck_new(void)
{
    struct bottleneck *bottleneck = calloc(1, sizeof(*bottleneck));
    if (!bottleneck)
        return NULL;
    bottleneck->element.class = &class;
    bottleneck->bucket.at = INT64_MIN; /* none yet */
    return &bottleneck->element;
}
