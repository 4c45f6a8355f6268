/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HTTP/1 messages in the streams of TCP.
 *
 * A stream is read as HTTP when its client's first bytes are a request's, and its
 * server's a response's (core/http/first_bytes.h); both sides' bytes go, in order,
 * through core/http's parsers, which refuse what is ambiguous. A message *belongs to
 * the packet with which its head became complete*, and its end to the packet with
 * which its body did; usually that is the packet with the head's last byte, and the
 * one that fills the hole when segments come out of order.
 *
 * A stream that cannot be read on (bytes that the capture lacks, an error of the
 * parser) is broken from there on: nothing is said of it any more.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_HTTP_H
#define WAYLAY_ANALYSIS_DISSECT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/flow_facts.h"
#include "analysis/dissect/value.h"
#include "core/http/message.h"

enum { WAY_HTTP_MESSAGES_MAX = 32 }; /* that one packet can complete; more are not shown */

/* The messages of one packet. */
struct way_http_facts {
    bool broken;                                              /* its side is, from here or before */
    bool overflow;                                            /* now, for want of room */
    bool more;                                                /* there were more than fit */
    unsigned count;                                           /* heads completed by the packet */
    struct way_http_message *messages[WAY_HTTP_MESSAGES_MAX]; /* owned */
    unsigned ended;                                           /* messages ended by it */
    uint64_t body_lens[WAY_HTTP_MESSAGES_MAX];                /* decoded bytes of their bodies */
};

struct way_http_stream;

/* A stream of which nothing was seen. NULL when memory lacks. */
struct way_http_stream *way_http_stream_new(void);

/* Takes a segment of the flow and the bytes of it that were captured. `facts`, emptied
 * before, gets what the packet completes. */
void way_http_stream_take(struct way_http_stream *stream, const struct way_flow *flow,
                          const struct way_segment *segment, struct way_bytes captured,
                          size_t *budget, struct way_http_facts *facts);

/* Says that the stream cannot be followed any more. */
void way_http_stream_break(struct way_http_stream *stream, size_t *budget);

/* Frees the messages and empties the facts. */
void way_http_facts_clear(struct way_http_facts *facts);

/* Frees the stream and nulls the pointer. NULL inside is allowed. */
void way_http_stream_free(struct way_http_stream **stream, size_t *budget);

#endif
