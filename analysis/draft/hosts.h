/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hosts and services of captures that nobody has named. Internal to analysis/draft.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_HOSTS_H
#define WAYLAY_ANALYSIS_DRAFT_HOSTS_H

#include "analysis/assert/bindings.h"
#include "analysis/assert/text.h"

enum { WAY_HOSTS_MAX = 32, WAY_HOSTS_PORTS_MAX = 32 };

/* Reads the captures, and makes nodes h1, h2 ... of those hosts that have most packets, in
 * the order in which they are met, and services of the ports to which most connections are
 * opened (of UDP: of those below 1024 to which most packets are sent). Returns 0; -1 with
 * one line in `error`. */
int way_hosts_read(struct way_bindings *bindings, char *const paths[], size_t count,
                   struct way_text *error);

#endif
