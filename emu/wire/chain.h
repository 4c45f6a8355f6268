/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One direction of a link: gate, loss, duplication, corruption, bottleneck,
 * delay, in this order, and what is counted around them.
 *
 * The owner of the clock calls way_chain_forward for each frame that came in,
 * and way_chain_run no later than way_chain_next_run_at says, or as soon after
 * it as it can. Frames that have crossed, and decisions, come back through the
 * hooks, during these calls, each with the time at which it should be. Times
 * never go back.
 *
 * One thread. A chain owns the frames in it; the pool outlives the chain.
 */
#ifndef WAYLAY_EMU_WIRE_CHAIN_H
#define WAYLAY_EMU_WIRE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/decision.h"
#include "emu/wire/draw.h"
#include "emu/wire/element.h"
#include "emu/wire/frame.h"
#include "emu/wire/parameters.h"
#include "emu/wire/replay.h"

struct way_chain_hooks {
    /* Takes a frame that leaves the link at `due` (now, or before now when the
     * clock's owner is late). Must not call the chain. */
    void (*out)(void *context, struct way_frame **frame, int64_t due);
    /* Hears of a decision. May be NULL. Must not call the chain. */
    void (*decided)(void *context, const struct way_decision *decision);
    void *context;
};

struct way_chain_counts {
    uint64_t in, in_bytes;
    uint64_t duplicated; /* copies made */
    uint64_t out, out_bytes;
    uint64_t dropped; /* the sum of what follows */
    uint64_t dropped_because[WAY_BECAUSE_COUNT];
    uint64_t decided[WAY_DECIDED_COUNT];
};

/* Makes a chain. `source` names its draws (copied into keys, not kept); `replay`
 * is the log's part for this direction, or NULL for the generator; it and `frames`
 * outlive the chain, and what parameters point to outlives their use. `now` is the
 * beginning of its time, and of its trace. Returns NULL when memory lacks. */
struct way_chain *way_chain_new(const struct way_draw_source *source,
                                const struct way_parameters *parameters,
                                const struct way_replay *replay, struct way_frames *frames,
                                const struct way_chain_hooks *hooks, int64_t now);

/* Frees the chain and the frames in it, and nulls the pointer. */
void way_chain_free(struct way_chain **chain);

/* Takes a frame that came in at `now`, gives it its number, and does all that is
 * due until then. */
void way_chain_forward(struct way_chain *chain, struct way_frame **frame, int64_t now);

/* When the next thing happens in the chain; WAY_NEVER when it is idle. */
int64_t way_chain_next_run_at(const struct way_chain *chain);

/* Does all that is due until `now`, in order. */
void way_chain_run(struct way_chain *chain, int64_t now);

/* Replaces the parameters at `now`: for frames that come, and for those that
 * wait in the queue; those that travel keep the delay they were given. */
void way_chain_change(struct way_chain *chain, const struct way_parameters *parameters,
                      int64_t now);

/* The parameters as they are. */
const struct way_parameters *way_chain_parameters(const struct way_chain *chain);

/* What was counted; lives as long as the chain. */
const struct way_chain_counts *way_chain_counts(const struct way_chain *chain);

/* How many frames are in the chain. */
uint64_t way_chain_held(const struct way_chain *chain);

/* The invariant: in + duplicated = out + dropped + held. Holds after every call. */
bool way_chain_conserves(const struct way_chain *chain);

/* Counts and reports a drop of a frame that is outside the chain: one that the
 * program took in but could not hand over to it (number 0). */
void way_chain_refused(struct way_chain *chain, uint64_t len, enum way_because why, int64_t now);

/* Takes back a frame that had left the chain and could not be delivered: it counts
 * as dropped instead of out, and is reported and freed. */
void way_chain_undelivered(struct way_chain *chain, struct way_frame **frame, enum way_because why,
                           int64_t now);

#endif
