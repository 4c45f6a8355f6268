/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sorting: what to do with a packet that was diverted to us.
 *
 * The frame is restored first: the option is popped, the origin's address is the
 * destination again, checksum and virtio header follow. Then
 *
 *     a SYN to a service               is for the table of held SYNs
 *     a reset to a service             the same, then the kernel's
 *     anything else of a service       goes to the kernel at once
 *     ICMP errors about a service      the same: path MTU discovery needs them
 *     everything else                  is not ours to answer: forwarded on
 *     what is malformed, has other options, or claims to be to or from a host that
 *     cannot be one                    is dropped, and counted
 *
 * Pure: bytes and rules in, a verdict out. The kernel's sockets are not asked, so
 * a packet of a service may belong to no connection: the kernel answers it then in
 * the origin's name.
 */
#ifndef WAYLAY_CORE_PROXY_SORT_H
#define WAYLAY_CORE_PROXY_SORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/common/services.h"
#include "core/datapath/diverted.h"
#include "core/packet/tuple.h"
#include "core/proxy/addresses.h"
#include "core/proxy/counters.h"

struct way_sort_rules {
    const struct way_services *services;
    const struct way_addresses *addresses;
};

enum way_sort_verdict {
    WAY_SORT_DROP,    /* count sorted.counter */
    WAY_SORT_SYN,     /* hold it, perhaps: sorted.tuple and what follows are set */
    WAY_SORT_RESET,   /* the same; then deliver, unless it ended a held SYN */
    WAY_SORT_DELIVER, /* write the frame into the delivery TUN */
    WAY_SORT_FORWARD, /* send the frame on, one hop older */
};

struct way_sorted {
    enum way_sort_verdict verdict;
    unsigned counter; /* index into way_counted; with DROP */
    /* With SYN and RESET: */
    struct way_tuple tuple;
    uint32_t seq;
    uint8_t flags;       /* bits of enum way_tcp_flag */
    bool checksum_wrong; /* a whole checksum, and wrong; partial ones, and those that
                            the card has verified, cannot be: they are trusted */
};

/* Sorts the frame, as read from the TUN, and restores it in place unless the
 * verdict is DROP (then it may be half restored). */
struct way_sorted way_sort(struct way_diverted *frame, const struct way_sort_rules *rules);

#endif
