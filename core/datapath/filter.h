/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Traffic control filters at an interface's ingress: clsact, u32, mirred.
 *
 * All filters of one owner have one preference and are removed together. Part of
 * the diversion (diversion.h); not for use by programs.
 */
#ifndef WAYLAY_CORE_DATAPATH_FILTER_H
#define WAYLAY_CORE_DATAPATH_FILTER_H

#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/datapath/diversion.h"

/* Adds a clsact qdisc to the interface. One that is there is fine. Returns 0 or a
 * negative errno. */
int way_filter_prepare(struct nl_sock *nl, unsigned ifindex);

/* Adds a filter that redirects what matches to the interface `target`. Returns 0
 * or a negative errno. */
int way_filter_add(struct nl_sock *nl, unsigned ifindex, uint16_t preference,
                   const struct way_match *match, unsigned target);

/* Removes all filters of the preference from the interface, and its clsact qdisc
 * when none is left at all. Returns 0 when something was removed, -ENOENT when
 * there was nothing, or another negative errno. */
int way_filter_clear(struct nl_sock *nl, unsigned ifindex, uint16_t preference);

#endif
