/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Delay: frames travel, each for its own time, all at once.
 *
 * What travels is a binary heap by the time of arrival, and by the order of
 * departure where times are equal. Unless jitter may reorder, a frame arrives no
 * earlier than those before it; one that is held back on purpose does not hold
 * back the others.
 */
#include <assert.h>
#include <stdlib.h>

#include "emu/wire/element.h"
#include "emu/wire/jitter.h"

enum { LANE_REORDER = 0, LANE_JITTER = 1, ROOM_AT_FIRST = 64 };

struct traveller {
    int64_t due;
    uint64_t order;
    struct way_frame *frame;
};

struct delay {
    struct way_element element;
    struct traveller *heap;
    size_t count, room;
    uint64_t order;
    int64_t last_due; /* of the frames in order */
};

/* ---- the heap ---- */

static bool before(const struct traveller *a, const struct traveller *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void swap(struct traveller *a, struct traveller *b)
{
    struct traveller kept = *a;
    *a = *b;
    *b = kept;
}

/* Makes room for one more; false when memory lacks. */
static bool make_room(struct delay *self)
{
    if (self->count < self->room)
        return true;
    size_t room = self->room ? 2 * self->room : ROOM_AT_FIRST;
    struct traveller *more = realloc(self->heap, room * sizeof(*more));
    if (!more)
        return false;
    self->heap = more;
    self->room = room;
    return true;
}

static void push(struct delay *self, struct way_frame **frame, int64_t due)
{
    assert(self->count < self->room);
    size_t at = self->count++;
    self->heap[at] = (struct traveller){due, self->order++, *frame};
    *frame = NULL;
    for (size_t parent; at > 0; at = parent) {
        parent = (at - 1) / 2;
        if (!before(&self->heap[at], &self->heap[parent]))
            break;
        swap(&self->heap[at], &self->heap[parent]);
    }
}

static struct way_frame *pop(struct delay *self)
{
    assert(self->count > 0);
    struct way_frame *frame = self->heap[0].frame;
    self->heap[0] = self->heap[--self->count];
    for (size_t at = 0, child; (child = 2 * at + 1) < self->count; at = child) {
        if (child + 1 < self->count && before(&self->heap[child + 1], &self->heap[child]))
            child++;
        if (!before(&self->heap[child], &self->heap[at]))
            break;
        swap(&self->heap[child], &self->heap[at]);
    }
    return frame;
}

/* ---- the element ---- */

/* The frame's own delay, in nanoseconds. */
static int64_t draw_delay(const struct way_element *self, const struct way_frame *frame)
{
    const struct way_delay *delay = &way_element_parameters(self)->delay;
    double draws[WAY_JITTER_DRAWS];
    if (delay->jitter.deviation == 0)
        return delay->base;
    for (unsigned i = 0; i < WAY_JITTER_DRAWS; i++)
        draws[i] = way_element_uniform(self, frame, LANE_JITTER + i);
    return way_jitter_delay(delay, draws);
}

/* By how much the frame is held back; 0 for most. */
static int64_t hold_back(struct way_element *self, const struct way_frame *frame, int64_t now)
{
    const struct way_reorder *reorder = &way_element_parameters(self)->reorder;
    const struct way_decision *told;
    if (!way_element_falls(self, frame, WAY_DECIDED_REORDER, reorder->probability, &told))
        return 0;
    int64_t by = told ? told->value : reorder->by;
    way_element_report(self, frame, WAY_DECIDED_REORDER, WAY_BECAUSE_RANDOM, by, now);
    return by;
}

static void forward(struct way_element *element, struct way_frame **frame, int64_t now)
{
    struct delay *self = (struct delay *)element;
    int64_t due = now + draw_delay(element, *frame);
    if (!way_element_parameters(element)->delay.jitter.may_reorder && due < self->last_due)
        due = self->last_due;
    int64_t by = hold_back(element, *frame, now);
    if (by == 0 && due > self->last_due)
        self->last_due = due;
    due += by;
    if (due <= now && self->count == 0)
        way_element_pass(element, frame, now);
    else if (make_room(self))
        push(self, frame, due);
    else
        way_element_drop(element, frame, WAY_BECAUSE_MEMORY, now);
}

static int64_t next_run_at(const struct way_element *element)
{
    const struct delay *self = (const struct delay *)element;
    return self->count > 0 ? self->heap[0].due : WAY_NEVER;
}

static void run(struct way_element *element, int64_t now)
{
    struct delay *self = (struct delay *)element;
    while (self->count > 0 && self->heap[0].due <= now) {
        struct way_frame *frame = pop(self);
        way_element_pass(element, &frame, now);
    }
}

static uint64_t held(const struct way_element *element)
{
    return ((const struct delay *)element)->count;
}

static void free_delay(struct way_element *element)
{
    struct delay *self = (struct delay *)element;
    while (self->count > 0) {
        struct way_frame *frame = pop(self);
        way_frame_free(way_element_frames(element), &frame);
    }
    free(self->heap);
    free(self);
}

static const struct way_element_class class = {.name = "delay",
                                               .forward = forward,
                                               .next_run_at = next_run_at,
                                               .run = run,
                                               .held = held,
                                               .free = free_delay};

struct way_element *way_delay_new(void)
{
    struct delay *delay = calloc(1, sizeof(*delay));
    if (!delay)
        return NULL;
    delay->element.class = &class;
    delay->last_due = INT64_MIN;
    return &delay->element;
}
