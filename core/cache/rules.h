/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What may be looked up and what may be stored (RFC 9111, 3 and 4).
 *
 * The rule of thumb is: store nothing that is not understood. Where the RFC
 * allows more, the narrower reading is taken on purpose:
 *  - requests with Authorization, Range, a condition (If-*), a body, or an
 *    Upgrade, or without a Host, pass by the cache: neither answered from it
 *    nor stored;
 *  - responses with Vary or Set-Cookie, with a private, no-store or no-cache
 *    directive, or without an explicit lifetime are not stored;
 *  - a body that lasts until the connection closes is not stored: a crash of the
 *    origin looks like its end (RFC 9112, 8, would let it count as complete);
 *  - only the statuses 200, 203, 301, 404 and 410 are stored (must-understand:
 *    these are the understood ones; a 204 has nothing worth keeping).
 */
#ifndef WAYLAY_CORE_CACHE_RULES_H
#define WAYLAY_CORE_CACHE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cache/freshness.h"
#include "core/http/cache_control.h"
#include "core/http/cache_status.h"
#include "core/http/message.h"

/* How a request stands to the cache: worked out once, when its head is there. */
struct way_cache_request {
    struct way_cache_control control;
    enum way_cache_fwd fwd; /* METHOD or BYPASS: it does not touch the cache; else URI_MISS, to be
                               replaced by the look-up */
    bool may_look;          /* look it up */
    bool may_store;         /* its response may be stored, if that allows it */
    bool unsafe;            /* its target is invalidated when it succeeds (RFC 9111, 4.4) */
    const char *detail;     /* why it passes by, for Cache-Status, or NULL; static */
};

/* Works that out from the head alone; never fails. */
void way_cache_request_of(const struct way_http_message *request, struct way_cache_request *out);

/* Why a response is not stored; enumerator and the words for Cache-Status' detail. */
#define WAY_CACHE_STORABLES(X)                                                                     \
    X(YES, "stored")                                                                               \
    X(REQUEST, "request")                                                                          \
    X(STATUS, "status")                                                                            \
    X(NO_STORE, "no-store")                                                                        \
    X(NO_CACHE, "no-cache")                                                                        \
    X(PRIVATE, "private")                                                                          \
    X(VARY, "vary")                                                                                \
    X(COOKIE, "set-cookie")                                                                        \
    X(RANGE, "content-range")                                                                      \
    X(NO_LENGTH, "no-length")                                                                      \
    X(LIFETIME, "no-lifetime")                                                                     \
    X(STALE, "already-stale")                                                                      \
    X(SIZE, "size")

#define WAY_CACHE_STORABLE_ENUM(name, words) WAY_CACHE_STORABLE_##name,
enum way_cache_storable { WAY_CACHE_STORABLES(WAY_CACHE_STORABLE_ENUM) WAY_CACHE_STORABLE_KINDS };
#undef WAY_CACHE_STORABLE_ENUM

/* The words of the table: static. */
const char *way_cache_storable_words(enum way_cache_storable storable);

/* May the response to this request be stored? With YES, *times is what the entry needs. Sizes are
 * the store's to judge; SIZE is here for its word only. */
enum way_cache_storable way_cache_may_store(const struct way_cache_request *request,
                                            const struct way_http_message *response,
                                            int64_t request_time, int64_t response_time,
                                            struct way_cache_times *times);

/* Does a response of this status, that answered the request and is not stored, make what is stored
 * under its key outdated? Else a reload would bring the new one, and the next hit the old one
 * again. An error of the server's (5xx) is not about the resource. */
bool way_cache_supersedes(const struct way_cache_request *request, unsigned status);

#endif
