/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Our member of the Cache-Status field (RFC 9211): what the cache did, said in
 * the words of section 2. `p1; hit; ttl=57`, `p1; fwd=uri-miss; fwd-status=200; stored`.
 */
#ifndef WAYLAY_CORE_HTTP_CACHE_STATUS_H
#define WAYLAY_CORE_HTTP_CACHE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/http/buffer.h"

/* Why a request went forward (RFC 9211, 2.2); enumerator, word. */
#define WAY_CACHE_FWDS(X)                                                                          \
    X(HIT, "hit")           /* it did not */                                                       \
    X(BYPASS, "bypass")     /* the cache was told not to handle it */                              \
    X(METHOD, "method")     /* the method demands it */                                            \
    X(URI_MISS, "uri-miss") /* nothing stored for the target */                                    \
    X(MISS, "miss")         /* nothing stored, no closer reason known */                           \
    X(REQUEST, "request")   /* fresh, but the request's directives forbid it */                    \
    X(STALE, "stale")       /* stored, but stale */

#define WAY_CACHE_FWD_ENUM(name, word) WAY_CACHE_FWD_##name,
enum way_cache_fwd { WAY_CACHE_FWDS(WAY_CACHE_FWD_ENUM) WAY_CACHE_FWD_KINDS };
#undef WAY_CACHE_FWD_ENUM

struct way_cache_status {
    enum way_cache_fwd fwd;
    unsigned fwd_status; /* status of the origin's response, or 0 */
    bool stored;         /* the response is being stored */
    bool has_ttl;
    int64_t ttl;        /* seconds of freshness left to the response that is sent (RFC 9211, 2.5);
                           negative when stale */
    const char *detail; /* token or words, or NULL */
};

/* The word of the table: "hit", "uri-miss", ... Static. Also the access log's "cache". */
const char *way_cache_fwd_word(enum way_cache_fwd fwd);

/* Appends the member that `pseudonym` (printable ASCII) says. It is written as a token where it
 * is one, else as a quoted string (RFC 8941). */
void way_http_cache_status(struct way_buffer *out, const char *pseudonym,
                           const struct way_cache_status *status);

#endif
