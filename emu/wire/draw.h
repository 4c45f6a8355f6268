/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Randomness that belongs to a frame, not to a moment.
 *
 * A generator with a state would give the next draw to whoever asks next: one
 * more link, or one frame more, and everybody's draws have shifted. Here a draw
 * is a hash of where it is needed: a key made from seed, run, link, direction
 * and element, the frame's number, and a lane where one frame needs several.
 * The same question always has the same answer, asked in any order.
 *
 * Pure: no state, any thread.
 */
#ifndef WAYLAY_EMU_WIRE_DRAW_H
#define WAYLAY_EMU_WIRE_DRAW_H

#include <stdint.h>

/* Whose draws: one direction of one link in one run. The strings are borrowed. */
struct way_draw_source {
    uint64_t seed;
    uint64_t run;
    const char *link; /* its name */
    const char *from; /* the name of the end that sends */
};

/* The key of one element's draws. Names of the source and the element are told
 * apart by their lengths, so that no two sets of names make the same key. */
uint64_t way_draw_key(const struct way_draw_source *source, const char *element);

/* 64 random bits for the frame `number`; lanes are independent of each other. */
uint64_t way_draw_bits(uint64_t key, uint64_t number, uint64_t lane);

/* Uniform in [0, 1), a multiple of 2^-53: below p with probability p, never for
 * p = 0, always for p = 1. */
double way_draw_uniform(uint64_t key, uint64_t number, uint64_t lane);

#endif
