/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The router's worker: opens the devices, installs the diversions, and moves
 * packets until it is asked to stop. One thread, one poll loop.
 */
#ifndef WAYLAY_CORE_ROUTER_LOOP_H
#define WAYLAY_CORE_ROUTER_LOOP_H

#include "core/datapath/diversion.h"
#include "core/router/settings.h"

struct way_router {
    const struct way_router_settings *settings;
    const struct way_diversion *clients; /* owner WAY_DIVERSION_ROUTER */
    const struct way_diversion *icmp;    /* owner WAY_DIVERSION_ROUTER_ICMP */
    const char *counters_path;           /* or NULL */
};

/* Runs until SIGTERM or SIGINT (blocked on entry, read from a signalfd); SIGUSR1
 * writes the counters. Logs "ready" when everything is in place. Returns the exit
 * code: 0, or 1 after logging what failed. What it installed is cleared by its
 * supervisor. */
int way_router_run(const struct way_router *router);

#endif
