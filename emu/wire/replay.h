/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decisions of an earlier run, to be made again.
 *
 * The log's first line names the run ({"seed": …, "run": …}), the others are
 * decisions (emu/wire/decision.h). Read back and sorted, they take the place of
 * every random or circumstantial choice: frames are dropped, doubled, corrupted,
 * held back and marked exactly as the log says, and in no other way, whatever
 * the queue's length is this time. Jitter is no decision; with the seed and run
 * of the log it is the same by itself.
 *
 * Accidents of the machine (memory, offload, device) are not played again.
 */
#ifndef WAYLAY_EMU_WIRE_REPLAY_H
#define WAYLAY_EMU_WIRE_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "emu/wire/decision.h"

/* Decisions for one direction; sorted by frame, copy and kind. */
struct way_replay {
    struct way_decision *decisions;
    size_t count;
};

/* A whole log. Opaque; owns all of its parts. */
struct way_replay_log;

/* Reads a log of `len` bytes of text, which is untrusted and bounded by the
 * caller. Returns NULL with one line in `error` ("line 3: …", or that memory
 * lacks). */
struct way_replay_log *way_replay_read(const char *text, size_t len, char *error,
                                       size_t error_size);

/* Frees the log and nulls the pointer; NULL in it is allowed. */
void way_replay_free(struct way_replay_log **log);

/* Seed and run of the log. */
uint64_t way_replay_seed(const struct way_replay_log *log);
uint64_t way_replay_run(const struct way_replay_log *log);

/* The part of one direction, empty when nothing was decided there; lives as long
 * as the log. */
const struct way_replay *way_replay_direction(const struct way_replay_log *log, const char *link,
                                              const char *from);

/* The decision of this kind for this copy of this frame, or NULL. */
const struct way_decision *way_replay_find(const struct way_replay *replay, uint64_t frame,
                                           unsigned copy, enum way_decided what);

/* How many decisions are for frames after the first so many: of a direction that has
 * carried these, the decisions that have found no frame. */
size_t way_replay_unmet(const struct way_replay *replay, uint64_t frames);

#endif
