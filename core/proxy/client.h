/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A client's connection that speaks HTTP: requests in, one exchange after another.
 *
 * Pipelined requests are answered in order, by the simplest means: while one is
 * being answered, what follows it stays unread. A malformed request is answered
 * with its error, after everything before it, and ends the connection. When a
 * request turns the connection into a tunnel, both streams are given back.
 */
#ifndef WAYLAY_CORE_PROXY_CLIENT_H
#define WAYLAY_CORE_PROXY_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/http/buffer.h"
#include "core/proxy/exchange.h"
#include "core/proxy/stream.h"
#include "core/proxy/upstream.h"

struct way_client;

/* What clients use and do not own. */
struct way_client_with {
    uv_loop_t *loop;
    const struct way_settings *settings;
    struct way_store *store;
    struct way_access_log *log;
    const struct way_flow *flow;
    /* The connection is over; its streams are closed. The struct must live until
     * control is back in the loop. */
    void (*over)(void *owner);
    /* The rest is a tunnel: the streams are in client->stream and client->origin, the
     * spans are what was read from each and not used (good during the call). */
    void (*tunnel)(void *owner, const char *reason, struct way_text from_client,
                   struct way_text from_origin);
    void *owner;
};

/* Begins with the two connections, taken over and nulled, and the bytes that the
 * client has sent so far. The struct is the owner's memory. */
void way_client_begin(struct way_client *client, const struct way_client_with *with,
                      struct way_stream **stream, struct way_stream **origin, const char *bytes,
                      size_t len);

/* Resets everything without calling back, and logs an exchange that is under way. */
void way_client_stop(struct way_client *client);

/* Private but for the first five; here so that its owner can embed it. */
struct way_client {
    struct way_stream *stream; /* NULL before begin, after over; given back with tunnel */
    struct way_stream *origin; /* given back with tunnel, else NULL */
    uint64_t requests;
    uint64_t bytes_in, bytes_out; /* of the stream; set when it is over or a tunnel */
    struct way_client_with with;
    struct way_http_parser *parser;
    struct way_buffer input; /* bytes that were read and not used ... */
    size_t used;             /* ... but for so many at its front */
    int64_t request_start;   /* ns: first byte of the present request */
    bool consuming;          /* control is inside of the loop over the input */
    struct way_upstream upstream;
    struct way_exchange exchange;
};

#endif
