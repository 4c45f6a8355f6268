/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Duplication: a frame goes on twice, the copy right behind it.
 */
#include <stdlib.h>

#include "emu/wire/element.h"

/* The copy, or NULL: where memory lacks it is reported as made and dropped. */
static struct way_frame *copy_of(struct way_element *self, struct way_frame *frame, int64_t now)
{
    struct way_frame *copy = way_frame_copy(way_element_frames(self), frame);
    way_element_report(self, frame, WAY_DECIDED_DUPLICATE, WAY_BECAUSE_RANDOM, 0, now);
    if (copy) {
        copy->copy = 1;
    } else {
        frame->copy = 1; /* it stands for the one that is not there */
        way_element_report(self, frame, WAY_DECIDED_DROP, WAY_BECAUSE_MEMORY, 0, now);
        frame->copy = 0;
    }
    return copy;
}

static void forward(struct way_element *self, struct way_frame **frame, int64_t now)
{
    struct way_frame *copy = NULL;
    if (way_element_falls(self, *frame, WAY_DECIDED_DUPLICATE,
                          way_element_parameters(self)->duplicate, NULL))
        copy = copy_of(self, *frame, now);
    way_element_pass(self, frame, now);
    if (copy)
        way_element_pass(self, &copy, now);
}

static const struct way_element_class class = {
    .name = "duplicate", .forward = forward, .free = way_element_free_plain};

struct way_element *way_duplicate_new(void)
{
    struct way_element *duplicate = calloc(1, sizeof(*duplicate));
    if (duplicate)
        duplicate->class = &class;
    return duplicate;
}
