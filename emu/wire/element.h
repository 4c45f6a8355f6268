/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a direction of a link is made of: elements in a chain.
 *
 * An element takes a frame (forward) and passes it to the next one, at once or
 * later, changed, twice, or never. What it does later it announces
 * (next_run_at), and whoever has the clock calls `run` for exactly that time.
 * No element reads a clock: time is what it is told, by a test that invents it
 * or by a program that is late. Being late does not add up, for an event
 * happens at the time it was announced for.
 *
 * Elements know their frames, their parameters and the helpers below, never
 * each other. emu/wire/chain.h puts them together.
 */
#ifndef WAYLAY_EMU_WIRE_ELEMENT_H
#define WAYLAY_EMU_WIRE_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/decision.h"
#include "emu/wire/frame.h"
#include "emu/wire/parameters.h"

/* A time that never comes. */
#define WAY_NEVER INT64_MAX

struct way_element;
struct way_chain;

struct way_element_class {
    const char *name; /* also that of its draws */

    /* Takes the frame at the time `now`, which never goes back. */
    void (*forward)(struct way_element *self, struct way_frame **frame, int64_t now);

    /* When `run` is to be called, or WAY_NEVER. NULL: never. */
    int64_t (*next_run_at)(const struct way_element *self);

    /* Does what is due at `now`, which is what next_run_at returned. */
    void (*run)(struct way_element *self, int64_t now);

    /* The parameters have changed from `old`. NULL: it is all the same to it. */
    void (*changed)(struct way_element *self, const struct way_parameters *old, int64_t now);

    /* How many frames it holds. NULL: never any. */
    uint64_t (*held)(const struct way_element *self);

    /* Frees the element and the frames it holds. */
    void (*free)(struct way_element *self);
};

/* The beginning of every element. */
struct way_element {
    const struct way_element_class *class;
    struct way_chain *chain;
    struct way_element *next; /* NULL: what it passes has crossed the link */
    uint64_t key;             /* of its draws */
};

/* The elements there are, in the order of the chain. Each returns a new one, of
 * which only `class` is set, or NULL when memory lacks. */
struct way_element *way_gate_new(void);       /* down, MTU */
struct way_element *way_loss_new(void);       /* loss */
struct way_element *way_duplicate_new(void);  /* duplication */
struct way_element *way_corrupt_new(void);    /* corruption */
struct way_element *way_bottleneck_new(void); /* queue, and rate or trace */
struct way_element *way_delay_new(void);      /* delay, jitter, reordering */

/* ---- for elements ---- */

/* The parameters as they are now. */
const struct way_parameters *way_element_parameters(const struct way_element *self);

/* The pool of the frames. */
struct way_frames *way_element_frames(const struct way_element *self);

/* Gives the frame to the next element, or out of the chain. */
void way_element_pass(struct way_element *self, struct way_frame **frame, int64_t now);

/* Reports and frees the frame. */
void way_element_drop(struct way_element *self, struct way_frame **frame, enum way_because why,
                      int64_t now);

/* Reports what was done to the frame (no drop). */
void way_element_report(struct way_element *self, const struct way_frame *frame,
                        enum way_decided what, enum way_because why, int64_t value, int64_t now);

/* Whether decisions come from a log: then an element makes none of its own, but
 * asks way_element_told. */
bool way_element_replays(const struct way_element *self);

/* The log's decision of this kind for this frame, for one of the reasons in the
 * set (bits 1 << enum way_because), or NULL. */
const struct way_decision *way_element_told(const struct way_element *self,
                                            const struct way_frame *frame, enum way_decided what,
                                            uint32_t reasons);

/* Whether a random decision of this probability falls on this frame: from the
 * generator (lane 0), or from the log. `told`, unless NULL, gets the log's. */
bool way_element_falls(const struct way_element *self, const struct way_frame *frame,
                       enum way_decided what, double probability, const struct way_decision **told);

/* A draw for the frame, of this element. Copies have draws of their own. */
uint64_t way_element_bits(const struct way_element *self, const struct way_frame *frame,
                          uint64_t lane);
double way_element_uniform(const struct way_element *self, const struct way_frame *frame,
                           uint64_t lane);

/* Puts the parts of `free` together for elements that hold nothing. */
void way_element_free_plain(struct way_element *self);

#endif
