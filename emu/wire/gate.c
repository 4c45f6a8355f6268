/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The gate: a link that is down takes nothing, and a frame that is too long has
 * no way in.
 */
#include <stdlib.h>

#include "emu/wire/element.h"

enum { REASONS = 1 << WAY_BECAUSE_DOWN | 1 << WAY_BECAUSE_MTU };

/* Why the frame may not enter, or WAY_BECAUSE_COUNT. */
static enum way_because refuses(const struct way_element *self, const struct way_frame *frame)
{
    const struct way_parameters *parameters = way_element_parameters(self);
    if (way_element_replays(self)) {
        const struct way_decision *told = way_element_told(self, frame, WAY_DECIDED_DROP, REASONS);
        return told ? told->why : WAY_BECAUSE_COUNT;
    }
    if (parameters->down)
        return WAY_BECAUSE_DOWN;
    if (parameters->mtu > 0 &&
        frame->len - way_frame_header(frame->bytes, frame->len) > (uint64_t)parameters->mtu)
        return WAY_BECAUSE_MTU;
    return WAY_BECAUSE_COUNT;
}

static void forward(struct way_element *self, struct way_frame **frame, int64_t now)
{
    enum way_because why = refuses(self, *frame);
    if (why != WAY_BECAUSE_COUNT)
        way_element_drop(self, frame, why, now);
    else
        way_element_pass(self, frame, now);
}

static const struct way_element_class class = {
    .name = "gate", .forward = forward, .free = way_element_free_plain};

struct way_element *way_gate_new(void)
{
    struct way_element *gate = calloc(1, sizeof(*gate));
    if (gate)
        gate->class = &class;
    return gate;
}
