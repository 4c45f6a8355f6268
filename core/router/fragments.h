/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fragments: what the first one decided for the rest, and cutting packets into
 * them.
 *
 * Only the first fragment bears the ports, so only it can be decided about; the
 * rest follow it. That is the one thing that the router remembers of packets, and
 * it is bounded: WAY_FRAGMENTS_ENTRIES packets, each for WAY_FRAGMENTS_NS after
 * its first fragment, the oldest of four giving way. No bytes are held: a later
 * fragment that overtook its first is unknown, and its sender will send again.
 *
 * Cutting: the Record Route option is not copied on fragmentation (RFC 791, 3.1),
 * and P could not restore a fragment without it. So a packet that will not fit is
 * cut before it is pushed, and every fragment gets the option.
 *
 * Pure: bytes, state and the time in, an answer out.
 */
#ifndef WAYLAY_CORE_ROUTER_FRAGMENTS_H
#define WAYLAY_CORE_ROUTER_FRAGMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/packet/cursor.h"
#include "core/packet/ipv4.h"

enum { WAY_FRAGMENTS_SETS = 256, WAY_FRAGMENTS_WAYS = 4 };
#define WAY_FRAGMENTS_ENTRIES (WAY_FRAGMENTS_SETS * WAY_FRAGMENTS_WAYS)
/* As long as Linux waits for the rest of a datagram: 30 seconds. */
#define WAY_FRAGMENTS_NS INT64_C(30000000000)

enum way_fragment_fate {
    WAY_FRAGMENT_UNKNOWN, /* its first fragment was not seen, or long ago */
    WAY_FRAGMENT_PUSH,    /* redirect it */
    WAY_FRAGMENT_PASS     /* leave it alone */
};

/* A packet whose first fragment was seen. */
struct way_fragment_entry {
    way_be32 source, destination;
    uint16_t identification;
    uint8_t protocol;
    uint8_t fate;  /* enum way_fragment_fate; UNKNOWN: the entry is free */
    int64_t since; /* ns, on the caller's clock */
};

/* The table. All zeroes is empty. */
struct way_fragments {
    struct way_fragment_entry entries[WAY_FRAGMENTS_SETS][WAY_FRAGMENTS_WAYS];
};

/* Remembers the fate of the packet whose first fragment this is, at `now` (ns). */
void way_fragments_note(struct way_fragments *table, const struct way_ipv4 *first,
                        enum way_fragment_fate fate, int64_t now);

/* What was noted for this later fragment's packet and is not too old. */
enum way_fragment_fate way_fragments_ask(const struct way_fragments *table,
                                         const struct way_ipv4 *later, int64_t now);

/* Cuts the next fragment off `rest` (begin with a copy of whole->payload) and
 * writes it to `out` with `room` bytes: at most `limit` bytes long, its IPv4
 * checksum right. `whole` has no options and no DF (asserted); it may be a
 * fragment itself. The transport checksum is the caller's: it must be whole.
 * Returns the fragment's length; 0 when nothing is left, or when `limit` or
 * `room` has no place for 8 bytes of payload. */
size_t way_fragment_cut(const struct way_ipv4 *whole, struct way_cursor *rest, size_t limit,
                        uint8_t *out, size_t room);

#endif
