/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules, store and freshness put together.
 */
#include "core/cache/lookup.h"

/* Whole seconds, rounded down: 0.5 s of freshness left is 0, 0.5 s of staleness is -1. */
static int64_t seconds_of(int64_t ns)
{
    return ns / WAY_CACHE_SECOND - (ns % WAY_CACHE_SECOND < 0);
}

static enum way_cache_fwd judge(struct way_entry *entry, const struct way_cache_request *request,
                                int64_t now)
{
    switch (way_cache_may_use(way_entry_times(entry), &request->control, now)) {
    case WAY_CACHE_USE_HIT:
        return WAY_CACHE_FWD_HIT;
    case WAY_CACHE_USE_REQUEST:
        return WAY_CACHE_FWD_REQUEST;
    case WAY_CACHE_USE_STALE:
        break;
    }
    return WAY_CACHE_FWD_STALE;
}

void way_cache_look(struct way_store *store, const struct way_cache_key *key,
                    const struct way_cache_request *request, int64_t now,
                    struct way_cache_found *out)
{
    *out = (struct way_cache_found){.status = {.fwd = request->fwd, .detail = request->detail}};
    struct way_entry *entry = request->may_look ? way_store_get(store, key) : NULL;
    if (entry) {
        const struct way_cache_times *times = way_entry_times(entry);
        out->status.fwd = judge(entry, request, now);
        out->status.ttl = seconds_of(way_cache_ttl(times, now));
        out->status.has_ttl = out->status.fwd == WAY_CACHE_FWD_HIT; /* of the response sent */
        out->age = seconds_of(way_cache_age(times, now));
    }
    if (out->status.fwd == WAY_CACHE_FWD_HIT) {
        way_entry_used(entry);
        out->entry = entry;
        return;
    }
    way_entry_release(&entry);
    out->only_if_cached = request->control.only_if_cached;
}
