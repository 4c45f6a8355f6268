/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wire's one thread: it waits for descriptors and for the time of the next
 * appointment, whichever comes first.
 *
 * Nobody is served before the appointments that are due: who has much to do
 * (frames to read) does a bounded part of it, comes again by itself while its
 * descriptor is readable, and gives way in between with way_loop_catch_up.
 *
 * A sleep ends late, by the time the kernel takes to wake a thread. So it may be
 * ended early, by `spin`, and the rest is spent looking at descriptors and clock.
 *
 * A frame that comes while the loop is not there (the machine does something else,
 * or has stopped it) waits unseen. So no sleep is longer than WAY_LOOP_PULSE: by
 * how much one ends too late, and how long the round before took, is known
 * (`unseen`), and is how long what is found now may have waited.
 */
#ifndef WAYLAY_EMU_WIRE_LOOP_H
#define WAYLAY_EMU_WIRE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/schedule.h"

#define WAY_LOOP_PULSE INT64_C(20000000) /* ns */

/* A descriptor's owner. Stays in place while it is watched. */
struct way_watch {
    /* Called when the descriptor is readable. Does a bounded amount of work. */
    void (*ready)(void *context);
    void *context;
    bool urgent; /* frames: served by way_loop_breathe, too */
    bool gone;   /* the loop's: unwatched, and perhaps freed right after the round */
};

/* How the loop does what is due. */
struct way_loop_turns {
    /* Does all that is due until `now`, and moves the appointments on. */
    void (*run)(void *context, int64_t now);
    /* Nothing more happens in this round: frees what was given up in it. */
    void (*rest)(void *context);
    void *context;
};

struct way_loop {
    int epoll; /* -1: not open */
    int64_t spin;
    bool exact; /* sleeps are not stretched (real-time priority) */
    bool stopped;
    int64_t unseen;   /* ns, of this round: how long the loop was away before it */
    int64_t looks_by; /* ns, when it was to look at descriptors at the latest */
    struct way_schedule schedule;
    struct way_loop_turns turns;
};

/* Returns 0, or a negative errno. `loop` is to be closed in both cases. */
int way_loop_open(struct way_loop *loop, const struct way_loop_turns *turns);

/* Closes it; watches and appointments are their owners'. */
void way_loop_close(struct way_loop *loop);

/* Watches `fd` for being readable, for the watch's owner. Returns 0 or a negative
 * errno. */
int way_loop_watch(struct way_loop *loop, int fd, struct way_watch *watch);

/* Ends it, before `fd` is closed. The memory of the watch is needed until the
 * round's end (`rest`). */
void way_loop_unwatch(struct way_loop *loop, int fd, struct way_watch *watch);

/* Does what has become due in the meantime. For who is busy. */
void way_loop_catch_up(struct way_loop *loop);

/* Waits up to `wait` ns, and does what is urgent: for who carries out a long request, and has
 * everything in order. Nothing is freed. Does nothing after way_loop_stop. */
void way_loop_breathe(struct way_loop *loop, int64_t wait);

/* Goes round until way_loop_stop. Returns 0, or a negative errno when it cannot
 * wait. */
int way_loop_run(struct way_loop *loop);

/* Ends way_loop_run after the round. */
void way_loop_stop(struct way_loop *loop);

#endif
