/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loss: of frames by themselves, in bursts, or of those that a list names.
 */
#include <stdlib.h>

#include "emu/wire/element.h"

enum {
    REASONS = 1 << WAY_BECAUSE_BERNOULLI | 1 << WAY_BECAUSE_GILBERT_ELLIOTT | 1 << WAY_BECAUSE_LIST,
    LANE_LOSS = 0,
    LANE_STATE = 1
};

struct loss {
    struct way_element element;
    bool bad; /* the state of Gilbert and Elliott's channel */
};

/* The frame meets the channel as it is; then the channel changes. */
static bool gilbert_elliott(struct loss *self, const struct way_loss *loss,
                            const struct way_frame *frame)
{
    double lost = self->bad ? loss->loss_in_bad : loss->loss_in_good;
    double leave = self->bad ? loss->to_good : loss->to_bad;
    bool falls = way_element_uniform(&self->element, frame, LANE_LOSS) < lost;
    if (way_element_uniform(&self->element, frame, LANE_STATE) < leave)
        self->bad = !self->bad;
    return falls;
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* Why the frame is lost, or WAY_BECAUSE_COUNT. */
static enum way_because falls(struct loss *self, const struct way_frame *frame)
{
    const struct way_loss *loss = &way_element_parameters(&self->element)->loss;
    switch (loss->kind) {
    case WAY_LOSS_BERNOULLI:
        if (way_element_uniform(&self->element, frame, LANE_LOSS) < loss->probability)
            return WAY_BECAUSE_BERNOULLI;
        break;
    case WAY_LOSS_GILBERT_ELLIOTT:
        if (gilbert_elliott(self, loss, frame))
            return WAY_BECAUSE_GILBERT_ELLIOTT;
        break;
    case WAY_LOSS_LIST:
        if (loss->list_count > 0 &&
            bsearch(&frame->number, loss->list, loss->list_count, sizeof(*loss->list), compare))
            return WAY_BECAUSE_LIST;
        break;
    case WAY_LOSS_NONE:
        break;
    }
    return WAY_BECAUSE_COUNT;
}

static void forward(struct way_element *element, struct way_frame **frame, int64_t now)
{
    enum way_because why = WAY_BECAUSE_COUNT;
    if (way_element_replays(element)) {
        const struct way_decision *told =
            way_element_told(element, *frame, WAY_DECIDED_DROP, REASONS);
        why = told ? told->why : why;
    } else {
        why = falls((struct loss *)element, *frame);
    }
    if (why != WAY_BECAUSE_COUNT)
        way_element_drop(element, frame, why, now);
    else
        way_element_pass(element, frame, now);
}

/* A new model begins in the good state. */
static void changed(struct way_element *element, const struct way_parameters *old, int64_t now)
{
    (void)now;
    if (old->loss.kind != way_element_parameters(element)->loss.kind)
        ((struct loss *)element)->bad = false;
}

static const struct way_element_class class = {
    .name = "loss", .forward = forward, .changed = changed, .free = way_element_free_plain};

struct way_element *way_loss_new(void)
{
    struct loss *loss = calloc(1, sizeof(*loss));
    if (!loss)
        return NULL;
    loss->element.class = &class;
    return &loss->element;
}
