/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One HTTP/1 message: its head as read and checked, and what follows from it.
 *
 * A message is made by the parser (core/http/parser.h), which fills it at once
 * when the head is complete. It owns the bytes of its head and of its
 * trailers; all spans in it point into those, so a message that was taken from
 * its parser lives on its own, without connection, until it is freed. The body
 * is never in it: it passes by as spans.
 */
#ifndef WAYLAY_CORE_HTTP_MESSAGE_H
#define WAYLAY_CORE_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/http/fields.h"
#include "core/http/text.h"

/* The methods whose semantics matter here (RFC 9110, 9.3). */
enum way_http_method {
    WAY_HTTP_METHOD_GET,
    WAY_HTTP_METHOD_HEAD,
    WAY_HTTP_METHOD_OPTIONS, /* safe, like TRACE and PROPFIND..., but not cached */
    WAY_HTTP_METHOD_TRACE,
    WAY_HTTP_METHOD_CONNECT,
    WAY_HTTP_METHOD_OTHER,   /* known to the parser, unsafe: POST, PUT, DELETE, ... */
    WAY_HTTP_METHOD_UNKNOWN, /* a token that the parser does not know: the rest of the connection
                         can only be a tunnel, and the target is invalidated */
};

/* How the end of the body is found (RFC 9112, 6.3). */
enum way_http_framing {
    WAY_HTTP_FRAMING_NONE,    /* there is no body */
    WAY_HTTP_FRAMING_LENGTH,  /* `length` bytes; may be 0 */
    WAY_HTTP_FRAMING_CHUNKED, /* chunks */
    WAY_HTTP_FRAMING_CLOSE,   /* all until the connection closes; responses only */
};

/* The forms of a request target (RFC 9112, 3.2). */
enum way_http_form {
    WAY_HTTP_FORM_ORIGIN,    /* /path?query */
    WAY_HTTP_FORM_ABSOLUTE,  /* http://authority/path?query */
    WAY_HTTP_FORM_AUTHORITY, /* host:port, with CONNECT only */
    WAY_HTTP_FORM_ASTERISK,  /* *, with OPTIONS only */
};

enum { WAY_HTTP_MESSAGE_MAGIC = 0x57485431 };

struct way_http_message {
    uint32_t magic;
    bool is_request;
    unsigned minor; /* HTTP/1.<minor>: 0 or 1 */

    /* Requests only. */
    enum way_http_method method;
    struct way_text method_name; /* as written */
    enum way_http_form form;
    struct way_text target;    /* as written */
    struct way_text authority; /* of the absolute form, else Host; may be empty */
    struct way_text path;      /* path and query to ask the origin for: "/..." or "*"; the
                                  authority for CONNECT */

    /* Responses only. */
    unsigned status;        /* 100..999 */
    struct way_text reason; /* may be empty */

    struct way_http_fields fields;
    struct way_http_fields trailers; /* filled when the message is complete */

    enum way_http_framing framing;
    uint64_t length; /* bytes of the body when framing is LENGTH */
    bool persistent; /* its sender keeps the connection open after it (RFC 9112, 9.3) */
    bool upgrade;    /* request: asks for an Upgrade; response: 101. See Upgrade and
                        Connection (RFC 9110, 7.8) */

    struct way_text head; /* all bytes of the head, with the empty line at its end */
    char *bytes;          /* owned */
    char *trailer_bytes;  /* owned, or NULL */
};

/* The method of a token; UNKNOWN for one that the parser does not know. Methods are compared
 * with case (RFC 9110, 9.1). */
enum way_http_method way_http_method_of(struct way_text token);

/* Is the method safe (RFC 9110, 9.2.1)? What is not safe invalidates its target. Takes the name
 * because OTHER holds safe ones, too (PROPFIND, REPORT, SEARCH). */
bool way_http_method_is_safe(struct way_text token);

/* The reason phrase of RFC 9110, section 15, or "" for a status without one here. Static. */
const char *way_http_reason(unsigned status);

/* Frees the message with all its bytes and nulls the pointer. NULL is allowed. */
void way_http_message_free(struct way_http_message **message);

/* Asserts what is promised above; returns true, so that it can stand in an assert. */
bool way_http_message_check(const struct way_http_message *message);

#endif
