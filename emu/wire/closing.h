/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Closing many devices at once.
 *
 * Closing a TAP destroys it, and the kernel waits some 20 ms in that for all readers of
 * the past (an RCU barrier; seen on Linux 6.18). One after the other, a thousand take as
 * many seconds as a person waits for at most; threads that close side by side share
 * the waiting: thirty-two are fifteen times as fast.
 *
 * A descriptor is held first, so that whoever owns it can close it as usual and without
 * delay; the device goes with the last of its descriptors, here.
 */
#ifndef WAYLAY_EMU_WIRE_CLOSING_H
#define WAYLAY_EMU_WIRE_CLOSING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { WAY_CLOSING_THREADS = 32 };

/* {0} at first. */
struct way_closing {
    int *fds;
    size_t count, room;
    pthread_t threads[WAY_CLOSING_THREADS];
    unsigned started;
    _Atomic size_t next, done; /* the threads': the first that nobody closes yet; how many are */
};

/* Holds a copy of the descriptor. Where that cannot be, its owner's close is the last,
 * and takes its time. */
void way_closing_hold(struct way_closing *closing, int fd);

/* Begins to close all that is held, by threads, where there can be any. */
void way_closing_begin(struct way_closing *closing);

/* Whether threads are still at it. */
bool way_closing_goes_on(const struct way_closing *closing);

/* Closes all that is held, and returns when it is done. */
void way_closing_end(struct way_closing *closing);

#endif
