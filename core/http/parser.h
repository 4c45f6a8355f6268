/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The incremental parser of one direction of one HTTP/1 connection.
 *
 * Feed bytes in any pieces; each call returns one event and says how many
 * bytes it used. The caller calls again with the rest until everything is used
 * and the answer is MORE. So back-pressure and pipelining are the caller's: it
 * just does not feed. Nothing is called back, nothing is read or written, no
 * clock is looked at.
 *
 * Two parsers have a say. Ours collects the head (bounded), and checks every
 * byte of it: what RFC 9112 lets a lenient recipient repair is refused here,
 * because another recipient might repair it differently (section 11.2, request
 * smuggling). Then llhttp, compiled strict, reads the same head, and must come
 * to the same framing; it also decodes the chunks. The trailer section is
 * ours again. A method that llhttp does not know is only checked by us, and
 * reported as WAY_HTTP_METHOD_UNKNOWN.
 *
 * States, and which calls are legal in them:
 *   head      feed, end, take: NULL
 *   body      feed, end, take: the message (its trailers will not come)
 *   complete  after END: feed begins the next message; take: the message
 *   failed    after ERROR: every call returns ERROR; only free is of use
 *
 * The message belongs to the parser until it is taken, and is freed by the
 * feed that begins the next one. One thread.
 */
#ifndef WAYLAY_CORE_HTTP_PARSER_H
#define WAYLAY_CORE_HTTP_PARSER_H

#include <stddef.h>
#include <stdint.h>

#include "core/http/error.h"
#include "core/http/message.h"
#include "core/http/text.h"

/* What a head may have at most; 0 stands for the default. */
struct way_http_limits {
    size_t head;   /* bytes of the whole head, and of the trailer section: 32768 */
    size_t target; /* bytes of the request target: 8192 */
    size_t fields; /* fields in the head, and in the trailers: 128 */
};

enum way_http_event {
    WAY_HTTP_EVENT_MORE,  /* all bytes used, nothing to report: feed more */
    WAY_HTTP_EVENT_HEAD,  /* the head is complete: way_http_parser_message */
    WAY_HTTP_EVENT_BODY,  /* *body is a piece of the decoded body, inside of the bytes just fed */
    WAY_HTTP_EVENT_END,   /* the message is complete, its trailers in the message */
    WAY_HTTP_EVENT_ERROR, /* way_http_parser_error; the bytes are of no more use */
};

struct way_http_parser;

/* A parser of requests, to be freed with way_http_parser_free. NULL when memory lacks. `limits` may
 * be NULL. */
struct way_http_parser *way_http_request_parser(const struct way_http_limits *limits);

/* The same for responses. */
struct way_http_parser *way_http_response_parser(const struct way_http_limits *limits);

/* Tells a response parser the method of the request that the next final response answers
 * (RFC 9112, 6.3: responses to HEAD have no body, a 2xx to CONNECT begins a tunnel). Call it
 * before the bytes of the response are fed; it holds over 1xx responses, and until called
 * again. Without a call it is GET. */
void way_http_parser_expect(struct way_http_parser *parser, enum way_http_method method);

/* Reads up to `len` bytes. *used says how many were used, also when an event is returned; *body
 * is set with BODY only, and is a span of `data`.
 *
 * Order of events: HEAD, BODY..., END. END needs no further byte for a message without a body,
 * so after HEAD call again even with len 0. Up to one empty line (CRLF) before a request is
 * skipped (RFC 9112, 2.2). After a HEAD with method UNKNOWN or CONNECT, an upgrade that the
 * origin accepted, or a 101, do not feed on: what follows in the connection is no HTTP/1. */
enum way_http_event way_http_parser_feed(struct way_http_parser *parser, const void *data,
                                         size_t len, size_t *used, struct way_text *body);

/* The peer closed. END: a body that lasts until close is complete. MORE: the connection was
 * between two messages, nothing is lost. ERROR (SHORT): a message was cut off. */
enum way_http_event way_http_parser_end(struct way_http_parser *parser);

/* The present message, from HEAD until the feed that begins the next one; else NULL. It is the
 * parser's. */
const struct way_http_message *way_http_parser_message(const struct way_http_parser *parser);

/* Takes the message away: it is the caller's, to free with way_http_message_free. The parser
 * goes on with the body. Trailers that come later are lost. NULL when there is none. */
struct way_http_message *way_http_parser_take(struct way_http_parser *parser);

/* Why it failed; WAY_HTTP_ERROR_NONE when it did not. */
enum way_http_error way_http_parser_error(const struct way_http_parser *parser);

/* Is it between two messages: no byte of the next one was seen? */
bool way_http_parser_idle(const struct way_http_parser *parser);

/* Bytes of memory that it takes at present, what it has collected of a head included. */
size_t way_http_parser_size(const struct way_http_parser *parser);

/* Frees the parser and a message that was not taken, and nulls the pointer. NULL is allowed. */
void way_http_parser_free(struct way_http_parser **parser);

#endif
