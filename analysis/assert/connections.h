/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections of redirected services, as one tap saw their handshakes.
 *
 * A connection begins with a SYN to a redirected port that is no repetition:
 * its addresses, ports and initial sequence number name it. Kept are the first
 * SYN, the first SYN-ACK and the first RST of the side that was asked.
 *
 * The same attempt has different addresses on different links: from the client
 * on its own, from the proxy on the origin's. Nothing in the packets joins the
 * two, so they are joined by order, one at a time: the origin's connection is
 * the first one that begins after the client's SYN and before the next client's
 * SYN to the same service. Where two handshakes of clients overlap, that join
 * means nothing, and says so.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_CONNECTIONS_H
#define WAYLAY_ANALYSIS_ASSERT_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/capture.h"

struct way_connection {
    const struct way_frame *syn;     /* the first; never NULL */
    const struct way_frame *syn_ack; /* the first that acknowledges it, or NULL */
    const struct way_frame *rst;     /* the first of the side that was asked, or NULL */
    size_t syns;                     /* SYNs up to the first SYN-ACK */
    size_t syn_acks;                 /* all of them */
};

struct way_connections {
    struct way_connection *items; /* in the order of their SYNs */
    size_t count;
    const struct way_frame *orphan; /* a SYN-ACK for which there was no SYN, or NULL */
};

/* Finds the connections to redirected services in a capture. The capture must
 * outlive them; way_connections_free frees the list. */
void way_connections_collect(const struct way_capture *capture, const struct way_bindings *bindings,
                             struct way_connections *out);

/* Frees the list and leaves an empty one; the capture keeps its frames. */
void way_connections_free(struct way_connections *connections);

/* The acknowledgement number that answers the connection's SYN (which may bear
 * data). */
uint32_t way_connection_ack(const struct way_connection *connection);

/* How the join of a client's connection with the origin's came out. */
struct way_join {
    const struct way_connection *origin; /* or NULL: the origin was not asked */
    bool ambiguous; /* another handshake of a client overlaps: the join means nothing */
};

/* Joins `clients->items[n]` with one of `origins`. */
struct way_join way_connections_join(const struct way_connections *clients, size_t n,
                                     const struct way_connections *origins);

#endif
