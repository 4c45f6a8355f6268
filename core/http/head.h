/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A head: collected byte by byte, then read at once. Internal to core/http.
 *
 * The collector is the strict part: it sees each byte once, whatever the
 * pieces in which they come, so a fault is found at the same byte however the
 * sender cut its segments.
 */
#ifndef WAYLAY_CORE_HTTP_HEAD_H
#define WAYLAY_CORE_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/http/buffer.h"
#include "core/http/error.h"
#include "core/http/message.h"
#include "core/http/parser.h"

/* A head or a trailer section on its way in. */
struct way_http_collector {
    struct way_buffer bytes; /* its limit is the section's */
    size_t line;             /* bytes of the present line */
    size_t first_line;       /* bytes of the first line with its CRLF; 0 until it is complete */
    size_t first_limit;      /* most bytes of the first line; 0: no limit of its own */
    char last;               /* the byte before; 0 at the beginning */
    bool trailers;           /* an empty line at the very beginning ends it */
    bool skipped;            /* one empty line before the head was skipped */
    bool complete;
};

/* Takes bytes in until the section is complete, its first line is, or they are used up; returns
 * the error, and in *used how many were taken. */
enum way_http_error way_http_collect(struct way_http_collector *collector, const char *data,
                                     size_t len, size_t *used);

/* Reads start line and field lines of a complete head into the message, whose `bytes` and `head`
 * are set; checks all that needs no knowledge of the connection. */
enum way_http_error way_http_head_read(struct way_http_message *message,
                                       const struct way_http_limits *limits);

/* Reads only the start line, which `line` is without its CRLF. */
enum way_http_error way_http_start_line(struct way_http_message *message, struct way_text line,
                                        const struct way_http_limits *limits);

/* Reads field lines (each with its CRLF, the last one empty) into the list. */
enum way_http_error way_http_field_lines(struct way_http_fields *fields, struct way_text lines,
                                         size_t limit);

/* Finds out how the body ends (RFC 9112, 6.3) and whether the connection persists; sets framing,
 * length, persistent, upgrade. `method` is the request's own, or of the request that the response
 * answers. */
enum way_http_error way_http_framing_read(struct way_http_message *message,
                                          enum way_http_method method);

#endif
