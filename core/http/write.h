/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Heads to bytes: the request's for the origin, the response's for the client.
 *
 * What belongs to one hop is taken off (RFC 9110, 7.6.1): Connection and all
 * that it names, Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade;
 * so is Content-Length, because the framing is the caller's to choose and is
 * written anew. Via (RFC 9110, 7.6.3), Age, Date and Cache-Status are appended
 * as field lines of their own, behind what others wrote: equal to a longer
 * list (RFC 9110, 5.3).
 *
 * All functions append to a way_buffer; ask way_buffer_ok at the end.
 */
#ifndef WAYLAY_CORE_HTTP_WRITE_H
#define WAYLAY_CORE_HTTP_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/http/buffer.h"
#include "core/http/message.h"

struct way_http_request_out {
    const char *via;               /* pseudonym, or NULL: no Via */
    enum way_http_framing framing; /* NONE, LENGTH or CHUNKED: as the body will be sent */
    uint64_t length;               /* with LENGTH */
    bool close;                    /* add Connection: close */
    bool upgrade;                  /* pass on the client's Upgrade */
    const char *host;              /* Host for a client of HTTP/1.0 that gave none; or NULL: an
                                      empty one */
};

/* The head of the request for the origin: HTTP/1.1, target in origin form, Host taken from an
 * absolute target (RFC 9112, 3.2.2), hop-by-hop fields gone. */
void way_http_write_request(struct way_buffer *out, const struct way_http_message *request,
                            const struct way_http_request_out *how);

/* Is it TRACE or OPTIONS with Max-Forwards: 0 (RFC 9110, 7.6.2)? Then the proxy is its final
 * recipient and must not forward it. The writer counts a larger number down. */
bool way_http_forwards_spent(const struct way_http_message *request);

/* The head of a request whose connection becomes a tunnel (unknown method): as it came, all
 * fields kept, because the bytes behind it go out unread; only Via is added. */
void way_http_write_request_as_is(struct way_buffer *out, const struct way_http_message *request,
                                  const char *via);

struct way_http_response_out {
    const char *via;          /* pseudonym, or NULL */
    const char *cache_status; /* our member of Cache-Status, or NULL */
    int64_t age;              /* seconds: an Age field of ours replaces any; -1: as it came */
    int64_t date;             /* seconds since the epoch, for a response without Date; -1: none */
    enum way_http_framing framing; /* as the body will be sent; NONE writes no framing */
    uint64_t length;               /* with LENGTH; it is also written for HEAD, without body */
    bool close;                    /* add Connection: close */
    bool keep_alive;               /* add Connection: keep-alive (clients of HTTP/1.0) */
    bool upgrade;                  /* 101: pass on the origin's Upgrade */
};

/* The head of a response for the client: HTTP/1.1, status and end-to-end fields of `response`,
 * then what `how` says. A Content-Length that describes a body which is not sent (response to
 * HEAD, 304) is kept when framing is NONE and the status is neither 1xx nor 204. */
void way_http_write_response(struct way_buffer *out, const struct way_http_message *response,
                             const struct way_http_response_out *how);

/* What the cache keeps of a response: status line and end-to-end fields, without Age,
 * Content-Length and the empty line; Via and Date as `how` says, all else of `how` unused. */
void way_http_write_stored(struct way_buffer *out, const struct way_http_message *response,
                           const struct way_http_response_out *how);

/* The head of a response from what way_http_write_stored wrote: Age, Cache-Status, framing,
 * Connection as `how` says; its via and date are unused (they were stored). */
void way_http_write_from_stored(struct way_buffer *out, struct way_text stored,
                                const struct way_http_response_out *how);

/* A whole small response of our own, with a text/plain body: the words, unless `head_only`.
 * Date, Via and Cache-Status as `how` says, framing unused. */
void way_http_write_own(struct way_buffer *out, unsigned status, const char *words, bool head_only,
                        const struct way_http_response_out *how);

/* The framing in which a body goes on to the client (RFC 9112, 6.1 and 6.3): LENGTH is kept,
 * CHUNKED and CLOSE become CHUNKED for a client of HTTP/1.1 (minor 1), else CLOSE. */
enum way_http_framing way_http_framing_for(enum way_http_framing from, unsigned client_minor);

/* The size line that goes before a chunk of `len` (> 0) bytes; CRLF goes behind the chunk. */
void way_http_write_chunk_size(struct way_buffer *out, size_t len);

/* The last chunk and the trailer section; `trailers` may be NULL. Fields that may not stand
 * there (framing, routing, RFC 9110, 6.5.1) are left out. */
void way_http_write_last_chunk(struct way_buffer *out, const struct way_http_fields *trailers);

#endif
