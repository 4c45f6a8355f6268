/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A tunnel: bytes both ways between two streams, unread.
 *
 * Back-pressure passes: who is full stops the other from being read. Closing
 * passes one way at a time: an end on one side closes our direction on the other.
 * A reset on one side is a reset on the other.
 */
#ifndef WAYLAY_CORE_PROXY_TUNNEL_H
#define WAYLAY_CORE_PROXY_TUNNEL_H

#include <stdint.h>

#include "core/proxy/stream.h"

struct way_tunnel {
    struct way_stream *client, *origin; /* the tunnel's, until it is over */
    void (*over)(void *owner);
    void *owner;
    int64_t first_byte; /* ns since the epoch, of the first either way; 0: none yet */
    uint64_t bytes_from_client, bytes_from_origin;
};

/* Begins to carry bytes between the streams, which are taken over and nulled, and
 * read from now on. What was read from either before, its owner has written to the
 * other; an end that either has met is passed on. `over` is called once, when both
 * directions have ended or either side broke; the streams are closed then. It may be
 * called from inside of this call. The struct stays its owner's memory. */
void way_tunnel_begin(struct way_tunnel *tunnel, struct way_stream **client,
                      struct way_stream **origin, void (*over)(void *owner), void *owner);

/* Breaks it off with resets, without calling `over`. */
void way_tunnel_break(struct way_tunnel *tunnel);

#endif
