/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The second parser: llhttp, compiled strict. Internal to core/http.
 *
 * It reads each head that ours has accepted, and must accept it, too, and come
 * to the same framing. Where that is chunked, the same instance goes on and
 * decodes the chunks. All that is known of llhttp is known here.
 */
#ifndef WAYLAY_CORE_HTTP_SECOND_H
#define WAYLAY_CORE_HTTP_SECOND_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/http/error.h"
#include "core/http/message.h"

enum { WAY_HTTP_CHUNK_OVERHEAD = 1024 }; /* most bytes between two pieces of body */

struct way_http_second {
    llhttp_t llhttp;
    llhttp_settings_t settings;
    const struct way_http_message *message; /* while it reads a head */
    bool agreed;                            /* it read the head to its end, with our framing */
    bool last_chunk;                        /* it read the size line of the last chunk */
    size_t overhead;                        /* bytes since the last one of body */
    struct way_text body;                   /* what it decoded last */
};

/* Reads the head of the message from its beginning. Does it agree? A request whose method llhttp
 * does not know is agreed to unread. */
bool way_http_second_opinion(struct way_http_second *second,
                             const struct way_http_message *message);

/* Decodes chunks, after a head whose framing is CHUNKED: until there is a piece of body (*body, a
 * span of `data`), the size line of the last chunk was read (*last), or all is used (*used, > 0
 * when `len` is). */
enum way_http_error way_http_second_chunks(struct way_http_second *second, const char *data,
                                           size_t len, size_t *used, struct way_text *body,
                                           bool *last);

#endif
