/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Corruption: one bit of the packet is flipped.
 *
 * The Ethernet header is spared: a frame with a wrong address is a lost frame,
 * and what asks for corruption wants to see checksums fail. So a frame must
 * have whole checksums here (way_parameters_need_packets).
 */
#include <stdlib.h>

#include "emu/wire/element.h"

enum { LANE_FALLS = 0, LANE_BIT = 1 };

/* The bit to be flipped: of the log, or drawn. */
static uint64_t choose(const struct way_element *self, const struct way_frame *frame,
                       const struct way_decision *told)
{
    uint64_t bits = (frame->len - WAY_FRAME_ETHERNET) * 8;
    if (told)
        return (uint64_t)told->value % (frame->len * 8);
    return (uint64_t)WAY_FRAME_ETHERNET * 8 + way_element_bits(self, frame, LANE_BIT) % bits;
}

static void forward(struct way_element *self, struct way_frame **frame, int64_t now)
{
    const struct way_decision *told;
    if ((*frame)->len > WAY_FRAME_ETHERNET &&
        way_element_falls(self, *frame, WAY_DECIDED_CORRUPT, way_element_parameters(self)->corrupt,
                          &told)) {
        uint64_t bit = choose(self, *frame, told);
        (*frame)->bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        way_element_report(self, *frame, WAY_DECIDED_CORRUPT, WAY_BECAUSE_RANDOM, (int64_t)bit,
                           now);
    }
    way_element_pass(self, frame, now);
}

static const struct way_element_class class = {
    .name = "corrupt", .forward = forward, .free = way_element_free_plain};

struct way_element *way_corrupt_new(void)
{
    struct way_element *corrupt = calloc(1, sizeof(*corrupt));
    if (corrupt)
        corrupt->class = &class;
    return corrupt;
}
