/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that dies must not take the network with it: the parent that
 * watches over the worker.
 *
 * A filter whose TUN has no reader swallows every packet it diverts. So each
 * datapath program is two processes: a parent that does nothing but wait, and a
 * worker that does everything. Whichever dies, the other cleans up:
 *
 *   - the worker dies: the parent calls `clear` (fail open) or, where there is one,
 *     `close` (fail closed), and ends;
 *   - the parent dies: the worker gets SIGTERM, ends its work and does the same;
 *   - both are killed: the next start clears first.
 *
 * SIGTERM and SIGINT to the parent: the parent calls `release` (so that traffic
 * flows at once; where there is none, only when the worker is gone), hands SIGTERM
 * on to the worker, waits for it, and clears. The worker's
 * `work` gets these signals blocked and reads them from a signalfd of its own
 * (or libuv's, after unblocking them).
 *
 * One program of a name may run in a network namespace: a socket in the abstract
 * namespace, which belongs to the network namespace, is the lock.
 */
#ifndef WAYLAY_CORE_DATAPATH_SUPERVISOR_H
#define WAYLAY_CORE_DATAPATH_SUPERVISOR_H

#include <stdbool.h>

struct way_supervised {
    const char *name; /* of the program: the lock's */
    /* Removes everything of the program's in this namespace, whoever made it, when no
     * worker is there; called in both processes. Does nothing when there is nothing. */
    void (*clear)(void *context);
    /* Lets traffic flow past a worker that is about to stop, and leaves it what it
     * works with. NULL for who fails closed: it stays so until its worker is gone. */
    void (*release)(void *context);
    /* Instead of clear, when either died and that is to close: may be NULL. */
    void (*close)(void *context);
    /* The worker: returns the exit code. SIGTERM, SIGINT and SIGUSR1 are blocked
     * on entry. */
    int (*work)(void *context);
    void *context;
};

/* Takes the lock, clears what a killed predecessor left, forks the worker and
 * waits. Returns, in the parent, the program's exit code: the worker's, or 1
 * when a signal killed it, the lock is held by another, or fork failed (logged).
 * In the worker it does not return. */
int way_supervise(const struct way_supervised *program);

#endif
