/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The addresses that are the proxy's own, and those that reach more than one
 * host: what no origin and no client may have.
 *
 * A plain snapshot of the namespace's interfaces; its owner takes a new one now
 * and then.
 */
#ifndef WAYLAY_CORE_PROXY_ADDRESSES_H
#define WAYLAY_CORE_PROXY_ADDRESSES_H

#include <stdbool.h>

#include "core/packet/bytes.h"

enum { WAY_ADDRESSES_MAX = 256 };

struct way_addresses {
    unsigned own_count;
    unsigned broadcast_count;
    way_be32 own[WAY_ADDRESSES_MAX];       /* in the interfaces' order */
    way_be32 broadcast[WAY_ADDRESSES_MAX]; /* of their networks */
};

/* Takes the snapshot (addresses beyond the bound are left out, and logged).
 * Returns 0 or a negative errno with `out` unchanged. */
int way_addresses_read(struct way_addresses *out);

/* Is it one of the proxy's own? */
bool way_addresses_own(const struct way_addresses *addresses, way_be32 address);

/* Can it be another host's: neither our own, nor a broadcast address of a network
 * of ours, nor one that way_ipv4_is_host_address refuses? */
bool way_addresses_foreign_host(const struct way_addresses *addresses, way_be32 address);

#endif
