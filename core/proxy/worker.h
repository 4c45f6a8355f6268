/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker: everything that runs, put together on one loop.
 *
 *      device --> sort --> handshake --> device      (SYNs, held and released)
 *                  |  +------------------> device    (the rest of a service)
 *                  +--------------------> raw socket (what is not ours)
 *      listener --> handshake (claim) --> session
 */
#ifndef WAYLAY_CORE_PROXY_WORKER_H
#define WAYLAY_CORE_PROXY_WORKER_H

#include "core/datapath/diversion.h"
#include "core/proxy/settings.h"

struct way_worker_with {
    const struct way_settings *settings;
    const struct way_diversion *diversion;
    const char *counters; /* file to write them to, or NULL */
    bool *serving;        /* set when packets are being taken; shared with the parent */
};

/* Runs until SIGTERM or SIGINT (blocked on entry). Logs "ready" when packets are
 * diverted to it. Returns the program's exit code. What is in the kernel's tables is
 * left for the supervisor to clear. */
int way_worker_run(const struct way_worker_with *with);

#endif
