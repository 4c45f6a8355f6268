/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What may be looked up and stored, by two tables of reasons.
 */
#include "core/cache/rules.h"

#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A request with one of these passes by the cache; name of the field and of the reason. */
static const struct {
    const char *field;
    const char *detail;
} bypasses[] = {
    {"Authorization", "authorization"},   {"Range", "range"},
    {"If-Match", "conditional"},          {"If-None-Match", "conditional"},
    {"If-Modified-Since", "conditional"}, {"If-Unmodified-Since", "conditional"},
    {"If-Range", "conditional"},
};

static const char *bypass_of(const struct way_http_message *request)
{
    for (size_t i = 0; i < COUNT(bypasses); i++)
        if (way_http_fields_find(&request->fields, bypasses[i].field))
            return bypasses[i].detail;
    if (request->framing != WAY_HTTP_FRAMING_NONE &&
        !(request->framing == WAY_HTTP_FRAMING_LENGTH && request->length == 0))
        return "request-body";
    if (request->authority.len == 0)
        return "no-host";
    return request->upgrade ? "upgrade" : NULL;
}

void way_cache_request_of(const struct way_http_message *request, struct way_cache_request *out)
{
    bool is_get = request->method == WAY_HTTP_METHOD_GET;
    *out = (struct way_cache_request){.fwd = WAY_CACHE_FWD_URI_MISS};
    way_http_cache_control(&request->fields, true, &out->control);
    out->unsafe = !way_http_method_is_safe(request->method_name);
    if (!is_get && request->method != WAY_HTTP_METHOD_HEAD) {
        out->fwd = WAY_CACHE_FWD_METHOD;
        return;
    }
    out->detail = bypass_of(request);
    if (out->detail) {
        out->fwd = WAY_CACHE_FWD_BYPASS;
        return;
    }
    out->may_look = true;
    out->may_store = is_get && !out->control.no_store;
}

bool way_cache_supersedes(const struct way_cache_request *request, unsigned status)
{
    return request->may_store && status >= 200 && status < 500;
}

static const char *const words[] = {
#define WORD(name, word) [WAY_CACHE_STORABLE_##name] = (word),
    WAY_CACHE_STORABLES(WORD)
#undef WORD
};

const char *way_cache_storable_words(enum way_cache_storable storable)
{
    assert(storable < WAY_CACHE_STORABLE_KINDS);
    return words[storable];
}

static bool is_understood(unsigned status)
{
    static const unsigned understood[] = {200, 203, 301, 404, 410};
    for (size_t i = 0; i < COUNT(understood); i++)
        if (understood[i] == status)
            return true;
    return false;
}

enum way_cache_storable way_cache_may_store(const struct way_cache_request *request,
                                            const struct way_http_message *response,
                                            int64_t request_time, int64_t response_time,
                                            struct way_cache_times *times)
{
    const struct way_http_fields *fields = &response->fields;
    struct way_cache_control control;
    way_http_cache_control(fields, false, &control);
    if (!request->may_store)
        return WAY_CACHE_STORABLE_REQUEST;
    if (!is_understood(response->status))
        return WAY_CACHE_STORABLE_STATUS;
    if (control.no_store)
        return WAY_CACHE_STORABLE_NO_STORE;
    if (control.no_cache)
        return WAY_CACHE_STORABLE_NO_CACHE;
    if (control.private_)
        return WAY_CACHE_STORABLE_PRIVATE;
    if (way_http_fields_find(fields, "Vary"))
        return WAY_CACHE_STORABLE_VARY;
    if (way_http_fields_find(fields, "Set-Cookie"))
        return WAY_CACHE_STORABLE_COOKIE;
    if (way_http_fields_find(fields, "Content-Range"))
        return WAY_CACHE_STORABLE_RANGE;
    if (response->framing == WAY_HTTP_FRAMING_CLOSE)
        return WAY_CACHE_STORABLE_NO_LENGTH;
    if (!way_cache_times_of(response, request_time, response_time, times))
        return WAY_CACHE_STORABLE_LIFETIME;
    if (way_cache_ttl(times, response_time) <= 0)
        return WAY_CACHE_STORABLE_STALE;
    return WAY_CACHE_STORABLE_YES;
}
