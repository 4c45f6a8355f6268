/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An exchange: one request of a client, and its response, from the cache or from
 * the origin.
 *
 *      begin --> hit -------------------> the stored head and body
 *            \-> forward: head, body --> upstream --> head, body --> client
 *                                                       \--> the cache's fill
 *
 * What is decided is decided by core/http and core/cache; here it is done. Both
 * bodies stream: while the client cannot take more, neither the stored body nor the
 * origin's is read on; while the origin cannot, the request's is not
 * (way_exchange_takes_body).
 *
 * The end of an exchange is told once, by `over`: from the loop, or already from
 * inside of begin, request_end or drained. The exchange holds nothing any more then,
 * the access log has its line, and the next one may begin.
 */
#ifndef WAYLAY_CORE_PROXY_EXCHANGE_H
#define WAYLAY_CORE_PROXY_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cache/lookup.h"
#include "core/proxy/accesslog.h"
#include "core/proxy/settings.h"
#include "core/proxy/upstream.h"

/* How it ended, and what its owner is to do. */
enum way_exchange_end {
    WAY_EXCHANGE_NEXT,   /* the client's connection can take the next request */
    WAY_EXCHANGE_LAST,   /* finish the client's connection in good order */
    WAY_EXCHANGE_BROKEN, /* reset it: the response is cut off */
    WAY_EXCHANGE_TUNNEL, /* from here on it is a tunnel: way_upstream_take */
};

/* What exchanges use and do not own. */
struct way_exchange_with {
    const struct way_settings *settings;
    struct way_store *store;
    struct way_access_log *log;
    const struct way_flow *flow;
    struct way_stream *client;     /* to write the response to */
    struct way_upstream *upstream; /* its events are way_exchange_events, its owner the exchange */
    void (*over)(void *owner, enum way_exchange_end end);
    void (*feed)(void *owner); /* it takes more of the request again */
    void *owner;
};

/* Private; here so that its owner can embed it. Start with {.with = ...}. */
struct way_exchange {
    struct way_exchange_with with;
    bool active;                      /* between begin and over */
    struct way_http_message *request; /* owned; NULL: its head was wrong */
    struct way_cache_request cache;
    struct way_cache_key key;
    bool has_key;
    struct way_cache_found found; /* its entry: a hit, being served */
    uint64_t offset;              /* of the entry's body */
    struct way_fill *fill;        /* a response, being stored */
    enum way_http_framing to_client;
    bool forwarded;         /* the request goes, or went, to the origin */
    bool tunnel_asked;      /* unknown method: the rest is a tunnel */
    bool request_complete;  /* all of it was taken */
    bool response_begun;    /* a final head was written */
    bool response_complete; /* all of the response came from the origin */
    bool client_keeps;      /* after the response, the client's connection goes on */
    bool retried;
    int64_t asked; /* ns: when the origin was asked, from which Age counts */
    struct way_buffer cache_status;
    struct way_access_request facts; /* for the log */
};

extern const struct way_upstream_events way_exchange_events;

/* Begins with a request whose head came; it is taken over and nulled. `number` and
 * `start` are the log's. */
void way_exchange_begin(struct way_exchange *exchange, struct way_http_message **request,
                        uint64_t number, int64_t start);

/* May (more of) the request be fed? */
bool way_exchange_takes_body(const struct way_exchange *exchange);

/* A piece of the request's decoded body; its end. */
void way_exchange_body(struct way_exchange *exchange, struct way_text piece);
void way_exchange_request_end(struct way_exchange *exchange);

/* The client's stream has room again. */
void way_exchange_drained(struct way_exchange *exchange);

/* The request turned out to be wrong (status, words), behind its head or, when the
 * exchange is not active, in its head: answers if nothing was answered yet. Returns
 * what its owner is to do; `over` is not called. */
enum way_exchange_end way_exchange_refuse(struct way_exchange *exchange, unsigned status,
                                          const char *words);

/* The client is gone, or the proxy stops: frees what the exchange holds, and logs it.
 * `over` is not called. */
void way_exchange_abort(struct way_exchange *exchange);

#endif
