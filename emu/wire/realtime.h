/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a program can do to be woken on time.
 *
 * Idle cores sleep deeply unless /dev/cpu_dma_latency is held at 0; timers are
 * late by their slack unless it is 1 ns; others run first unless the priority is
 * real-time. Each is asked for, and what could not be had is known and said: it
 * is part of the run's fidelity.
 *
 * To be called once, by the thread that is to be on time.
 */
#ifndef WAYLAY_EMU_WIRE_REALTIME_H
#define WAYLAY_EMU_WIRE_REALTIME_H

#include <stdbool.h>

enum { WAY_REALTIME_PRIORITY = 10 }; /* of SCHED_FIFO */

struct way_realtime {
    bool asked, got; /* real-time priority */
    int error;       /* why it was not got: an errno, or 0 */
    int dma_latency; /* the descriptor that holds it at 0, or -1 */
    int dma_error;   /* why not: an errno, or 0 */
};

/* Asks for everything, for real-time priority only when `asked`, and logs what
 * could not be had. */
struct way_realtime way_realtime_begin(bool asked);

/* Lets cores sleep again. */
void way_realtime_end(struct way_realtime *realtime);

#endif
