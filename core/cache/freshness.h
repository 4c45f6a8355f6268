/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Freshness (RFC 9111, 4.2): pure functions of heads and given times.
 *
 * We are a shared cache: s-maxage wins over max-age, and that over Expires.
 * There is no heuristic freshness: without one of the three a response has no
 * lifetime and is not stored. All times are nanoseconds since the epoch, all
 * spans of time nanoseconds, except where seconds are named.
 */
#ifndef WAYLAY_CORE_CACHE_FRESHNESS_H
#define WAYLAY_CORE_CACHE_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/http/cache_control.h"
#include "core/http/message.h"

#define WAY_CACHE_SECOND INT64_C(1000000000)

/* What an entry remembers of its response in order to be judged later. */
struct way_cache_times {
    int64_t response_time;         /* when the response's head came */
    int64_t corrected_initial_age; /* RFC 9111, 4.2.3 */
    int64_t lifetime;              /* RFC 9111, 4.2.1 */
    bool never_stale;              /* must-revalidate, proxy-revalidate, s-maxage (4.2.4): a stale
                                      one is not used, whatever the request allows */
};

/* Works out the times of a response that was asked for at `request_time` and whose head came at
 * `response_time`. False when it has no explicit lifetime; *out is then of no use. */
bool way_cache_times_of(const struct way_http_message *response, int64_t request_time,
                        int64_t response_time, struct way_cache_times *out);

/* current_age of RFC 9111, 4.2.3, at `now`; never negative. */
int64_t way_cache_age(const struct way_cache_times *times, int64_t now);

/* lifetime less age; negative when stale. */
int64_t way_cache_ttl(const struct way_cache_times *times, int64_t now);

/* May what is stored answer a request with these directives at `now`? */
enum way_cache_use {
    WAY_CACHE_USE_HIT,     /* yes: fresh, or stale within the request's max-stale */
    WAY_CACHE_USE_STALE,   /* no: stale */
    WAY_CACHE_USE_REQUEST, /* no: fresh, but the request wants it younger (max-age, min-fresh) or
                              asked anew (no-cache) */
};

/* Judges the entry's age and freshness by its own and the request's rules (RFC 9111, 4.2.4, 5.2.1).
 */
enum way_cache_use way_cache_may_use(const struct way_cache_times *times,
                                     const struct way_cache_control *request, int64_t now);

#endif
