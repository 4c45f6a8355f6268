/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The HTTP connection to the origin, from the side of one client's connection.
 *
 * It holds one connection at a time: at first the handshake's, later another when
 * that was closed. One request is under way at most. States, and what is legal:
 *
 *   none        there is no connection: begin, close
 *   idle        a connection that waits; bytes that come close it: begin, take, close
 *   connecting  begun; what is written waits: write, close
 *   busy        begun; the response is being read: write, read, end, take, close
 *
 * Events come from the loop only, never from inside of a call. In an event the
 * owner may do all that is legal in the state; the struct itself must live until
 * control is back in the loop. Messages and spans are good during the event.
 */
#ifndef WAYLAY_CORE_PROXY_UPSTREAM_H
#define WAYLAY_CORE_PROXY_UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/http/buffer.h"
#include "core/http/parser.h"
#include "core/packet/bytes.h"
#include "core/proxy/stream.h"

/* Why there is no (complete) response. */
enum way_upstream_failure {
    WAY_UPSTREAM_UNCONNECTED, /* no connection could be made */
    WAY_UPSTREAM_UNANSWERED,  /* closed before the first byte of the response */
    WAY_UPSTREAM_BROKEN,      /* closed in the middle of it */
    WAY_UPSTREAM_MALFORMED,   /* what came is no HTTP */
};

struct way_upstream_events {
    /* A head came: 1xx (more heads follow), or the final response's. */
    void (*head)(void *owner, const struct way_http_message *response);
    /* A piece of its decoded body. */
    void (*body)(void *owner, struct way_text piece);
    /* It is complete; the trailers are in the message. */
    void (*end)(void *owner, const struct way_http_message *response);
    /* It will not be complete; the connection is closed. */
    void (*failed)(void *owner, enum way_upstream_failure failure);
    /* It takes writes again: connected, or drained. */
    void (*drained)(void *owner);
};

struct way_upstream; /* see the end of the file */

/* Makes an upstream to the origin without a connection. The pointers are borrowed. */
void way_upstream_init(struct way_upstream *upstream, uv_loop_t *loop, way_be32 address,
                       uint16_t port, const struct way_upstream_events *events, void *owner);

/* Takes over a connection that stands, and nulls the pointer; state none -> idle. */
void way_upstream_adopt(struct way_upstream *upstream, struct way_stream **stream,
                        uint16_t local_port);

/* Begins an exchange with a request of this method: on the idle connection, or on
 * a new one that is now being made. With `alone`, a connection that has served a
 * request is not used. Returns 0 or a negative errno. */
int way_upstream_begin(struct way_upstream *upstream, enum way_http_method method, bool alone);

/* Writes bytes of the request. */
void way_upstream_write(struct way_upstream *upstream, const void *bytes, size_t len);

/* Should writing pause, until drained? */
bool way_upstream_full(const struct way_upstream *upstream);

/* Goes on or pauses reading the response. */
void way_upstream_read(struct way_upstream *upstream, bool on);

/* After the end event: keeps the connection as idle, or closes it. */
void way_upstream_end(struct way_upstream *upstream, bool keep);

/* Closes the connection, whatever it does (by a reset where a response was still
 * to come); state none. */
void way_upstream_close(struct way_upstream *upstream);

/* Gives the connection away, with the bytes that were read but not used (a span,
 * good during the event); state none. Legal once connected; what was written is
 * with the stream. */
struct way_stream *way_upstream_take(struct way_upstream *upstream, struct way_text *rest);

/* Our port of the present connection, or of the last one; requests it has begun. */
uint16_t way_upstream_local_port(const struct way_upstream *upstream);
unsigned way_upstream_requests(const struct way_upstream *upstream);

/* Is a new connection still being made? */
bool way_upstream_connecting(const struct way_upstream *upstream);

enum way_upstream_state {
    WAY_UPSTREAM_NONE,
    WAY_UPSTREAM_IDLE,
    WAY_UPSTREAM_CONNECTING,
    WAY_UPSTREAM_BUSY
};

/* Private; here so that its owner can embed it. */
struct way_upstream {
    enum way_upstream_state state;
    uv_loop_t *loop;
    way_be32 address;
    uint16_t port, local_port;
    const struct way_upstream_events *events;
    void *owner;
    unsigned requests;
    enum way_http_method method;
    struct way_stream *stream; /* idle and busy */
    uv_poll_t *poll;           /* connecting, and its descriptor */
    int fd;
    struct way_buffer waiting; /* connecting: what was written */
    struct way_http_parser *parser;
    bool answered;        /* a byte of the present response was seen */
    bool parsed;          /* the response is complete */
    struct way_text rest; /* inside of an event: what the parser has not yet used */
};

#endif
