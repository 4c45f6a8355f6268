/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What only earlier packets can tell: TCP streams, and the HTTP/1 messages in
 * them.
 *
 * One table is kept for one capture (tap) and is shown every packet of it, in
 * order. It numbers the streams as Wireshark does (tcp.stream), keeps both
 * sides' first sequence numbers and what was sent and acknowledged, and, when
 * asked to, puts the bytes in order and reads HTTP/1 from them.
 *
 * Memory is bounded by a struct way_flow_room, which tables may share. A stream that is
 * pushed out (one that was silent for long) or whose bytes do not fit is counted, and
 * its stateful fields are broken from then on, never wrong.
 *
 * Only the outermost level's TCP is followed. One thread.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FLOW_H
#define WAYLAY_ANALYSIS_DISSECT_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/view.h"

/* What is left. Of streams each table may have a few all the same. */
struct way_flow_room {
    size_t streams; /* kept at one time */
    size_t bytes;   /* of all streams' bytes out of order, and of their parsers with unfinished
                       heads */
};

enum { WAY_FLOW_STREAMS = 65536, WAY_FLOW_BYTES = 24 * 1024 * 1024 }; /* where nobody says more */

/* What the table knows of one packet: view->flow. Members beyond `known` hold only
 * where it is set. Numbers of bytes and sequence numbers are modulo 2^32. */
struct way_flow_facts {
    bool known;      /* the packet's stream could be followed so far; else all of this is
                        broken */
    uint32_t stream; /* its number, from 0, in the order of first packets */

    bool seq_based, ack_based;   /* the sender's, the receiver's first number is known */
    uint32_t seq_base, ack_base; /* they: relative numbers are those less these */

    bool retransmission;     /* some of what it bears was seen before */
    bool spurious;           /* and all of it was acknowledged before */
    bool out_of_order;       /* it fills a hole that was seen before it */
    bool gap;                /* it begins behind what was seen: something lacks before it */
    bool keep_alive;         /* one byte below what comes next, with no more than one byte */
    uint32_t duplicate_acks; /* the how manieth acknowledgement of the same; 0: it is none */
    bool in_flight_known;
    uint32_t in_flight; /* of a segment with data: bytes sent and not acknowledged, with it */

    bool window_known;
    uint32_t window; /* scaled */

    int64_t since_first, since_last; /* ns, from the stream's first, from its last packet */
    bool round_trip_known;
    int64_t round_trip; /* ns from the SYN to the acknowledgement that ends the
                           handshake */
    const struct way_http_facts
        *http; /* messages of this packet, or NULL: analysis/dissect/http.h */
};

struct way_flows;

/* An empty table, to be freed by way_flows_free; `needs` is the most that any
 * field asked for needs. What it takes it takes from `room`, which is borrowed; NULL: it has
 * its own, as above. NULL when memory lacks. */
struct way_flows *way_flows_new(enum way_field_needs needs, struct way_flow_room *room);

/* Shows the table the next packet of its capture and sets view->flow, which is
 * good until the next call. Packets without TCP pass by. */
void way_flows_see(struct way_flows *flows, struct way_view *view);

/* What had to be given up for want of room. */
struct way_flow_losses {
    uint64_t streams; /* pushed out before they were closed */
    uint64_t missed;  /* of which more came afterwards, or that had too many holes: they cannot
                         be told */
    uint64_t bytes;   /* streams whose bytes did not fit */
};
struct way_flow_losses way_flows_losses(const struct way_flows *flows);

/* Frees the table and nulls the pointer. NULL inside is allowed. */
void way_flows_free(struct way_flows **flows);

#endif
