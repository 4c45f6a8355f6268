/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the router needs of the machine, checked before anything is started:
 * privileges, interfaces, a route to the proxy, forwarding, rp_filter. Nothing is
 * changed: each thing that lacks is logged, with what to do.
 */
#ifndef WAYLAY_CORE_ROUTER_SURROUNDINGS_H
#define WAYLAY_CORE_ROUTER_SURROUNDINGS_H

#include "core/router/settings.h"

/* Checks all. Fills settings->proxy_interface by route lookup when it is empty.
 * Returns 0, or -1 after logging everything that lacks. */
int way_surroundings_check(struct way_router_settings *settings);

#endif
