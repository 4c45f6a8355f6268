/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One look into the cache: everything that is to be known before a request is
 * answered or sent on. rules.h says whether it may be looked up, store.h what
 * is there, freshness.h whether that will do; here the three are one answer.
 */
#ifndef WAYLAY_CORE_CACHE_LOOKUP_H
#define WAYLAY_CORE_CACHE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cache/key.h"
#include "core/cache/rules.h"
#include "core/cache/store.h"

struct way_cache_found {
    struct way_entry *entry; /* HIT: the caller's reference, to release; else NULL */
    int64_t age;             /* HIT: seconds, for the Age field (RFC 9111, 5.1) */
    bool only_if_cached;     /* no HIT, and the client forbids to ask further: answer 504 (RFC 9111,
                                5.2.1.7) */
    struct way_cache_status status; /* for Cache-Status: fwd, ttl, detail; the caller adds
                                       fwd_status and stored when the origin has answered */
};

/* Looks. HIT counts as a use for the policy. `now` in nanoseconds since the epoch. */
void way_cache_look(struct way_store *store, const struct way_cache_key *key,
                    const struct way_cache_request *request, int64_t now,
                    struct way_cache_found *out);

#endif
