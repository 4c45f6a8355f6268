/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a parser of core/http said about some bytes, as text.
 *
 * The text does not depend on the pieces in which the bytes were fed: pieces
 * of body are joined. So a table of inputs and transcripts tests the parser,
 * and two transcripts of the same bytes cut differently must be equal.
 *
 *   GET /x HTTP/1.1 none keep [Host: a]      request: framing, persistence, fields
 *   HTTP/1.1 200 length=3 close []           response
 *   body "abc"
 *   end [Trailer: field]
 *   error malformed Host                     then nothing more
 *   idle                                     the input ended between two messages
 */
#ifndef WAYLAY_TESTS_UNIT_HTTP_TRANSCRIPT_H
#define WAYLAY_TESTS_UNIT_HTTP_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/http/buffer.h"
#include "core/http/parser.h"

struct way_transcript_how {
    bool responses;
    enum way_http_method expected; /* responses: the request's method */
    const struct way_http_limits *limits;
    size_t first; /* bytes in the first piece; 0: no such piece */
    size_t piece; /* bytes in each later piece; 0: all at once */
};

/* Feeds the bytes, each piece from a copy that ends at an unreadable page when `guard`, and appends
 * the transcript to *out, which the caller frees. */
void way_transcript(struct way_buffer *out, const void *data, size_t len,
                    const struct way_transcript_how *how, bool guard);

#endif
