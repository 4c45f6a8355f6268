/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Policy rules and the one route behind them.
 *
 * Rules are found again by priority and protocol. Part of the diversion
 * (diversion.h); not for use by programs.
 */
#ifndef WAYLAY_CORE_DATAPATH_RULE_H
#define WAYLAY_CORE_DATAPATH_RULE_H

#include <netlink/netlink.h>
#include <stdint.h>

#include "core/datapath/diversion.h"

/* "iif INTERFACE lookup TABLE" with the given priority. 0 or a negative errno. */
int way_rule_lookup(struct nl_sock *nl, const char *interface, uint32_t priority, uint32_t table);

/* "iif lo ipproto PROTOCOL lookup TABLE": what the host itself sends. Returns 0 or
 * a negative errno. */
int way_rule_own(struct nl_sock *nl, uint8_t protocol, uint32_t priority, uint32_t table);

/* "DESTINATION dev INTERFACE [src SOURCE]" in the table. It goes with the
 * interface. Returns 0 or a negative errno. */
int way_rule_route(struct nl_sock *nl, const struct way_icmp_source *to, unsigned ifindex,
                   uint32_t table);

/* "iif INTERFACE [ipproto P] [dport N] blackhole". 0 or a negative errno. */
int way_rule_block(struct nl_sock *nl, const struct way_block *block, uint32_t priority);

/* Removes all of our rules with this priority. Returns 0 or a negative errno. */
int way_rule_clear(struct nl_sock *nl, uint32_t priority);

/* "local default dev lo" in the table: every destination is this host. Returns 0
 * or a negative errno. */
int way_rule_local_table(struct nl_sock *nl, uint32_t table);

/* Removes that route; its absence is no error. Returns 0 or a negative errno. */
int way_rule_local_table_clear(struct nl_sock *nl, uint32_t table);

#endif
