/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Age and lifetime (RFC 9111, 4.2).
 */
#include "core/cache/freshness.h"

#include "core/http/date.h"

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Age as the response brought it: of several the first; what is no number is ignored (RFC 9111,
 * 5.1), what is beyond all bounds is capped. Seconds. */
static int64_t age_value(const struct way_http_message *response)
{
    struct way_text field = way_http_fields_value(&response->fields, "Age");
    struct way_text first;
    uint64_t age = 0;
    if (!way_text_next_member(&field, &first) || !way_text_number(first, &age))
        return 0;
    return age < (uint64_t)WAY_HTTP_DELTA_MAX ? (int64_t)age : WAY_HTTP_DELTA_MAX;
}

/* The Date of the response, in seconds; that of its arrival when it has none, or a bad one. */
static int64_t date_value(const struct way_http_message *response, int64_t arrival)
{
    int64_t date = arrival;
    (void)way_http_date_parse(way_http_fields_value(&response->fields, "Date"), arrival, &date);
    return date;
}

/* Expires less Date, in seconds; what is no date, or comes twice, has expired (5.3). -1: none. */
static int64_t expires_lifetime(const struct way_http_message *response, int64_t arrival)
{
    size_t count = way_http_fields_count(&response->fields, "Expires");
    int64_t expires = 0;
    if (count == 0)
        return -1;
    struct way_text value = way_http_fields_value(&response->fields, "Expires");
    if (count > 1 || !way_http_date_parse(value, arrival, &expires))
        return 0;
    int64_t lifetime = larger(0, expires - date_value(response, arrival));
    return lifetime < WAY_HTTP_DELTA_MAX ? lifetime : WAY_HTTP_DELTA_MAX;
}

bool way_cache_times_of(const struct way_http_message *response, int64_t request_time,
                        int64_t response_time, struct way_cache_times *out)
{
    struct way_cache_control control;
    way_http_cache_control(&response->fields, false, &control);
    int64_t arrival = response_time / WAY_CACHE_SECOND;
    int64_t lifetime = control.s_maxage;
    if (lifetime < 0)
        lifetime = control.max_age;
    if (lifetime < 0)
        lifetime = expires_lifetime(response, arrival);
    if (lifetime < 0)
        return false;

    int64_t apparent_age = larger(0, arrival - date_value(response, arrival));
    int64_t response_delay = larger(0, response_time - request_time);
    int64_t corrected_age = age_value(response) * WAY_CACHE_SECOND + response_delay;
    /* A Date of the year 1 would overflow nanoseconds. */
    if (apparent_age > WAY_HTTP_DELTA_MAX)
        apparent_age = WAY_HTTP_DELTA_MAX;
    *out = (struct way_cache_times){
        .response_time = response_time,
        .corrected_initial_age = larger(apparent_age * WAY_CACHE_SECOND, corrected_age),
        .lifetime = lifetime * WAY_CACHE_SECOND,
        .never_stale = control.must_revalidate || control.proxy_revalidate || control.s_maxage >= 0,
    };
    return true;
}

int64_t way_cache_age(const struct way_cache_times *times, int64_t now)
{
    return times->corrected_initial_age + larger(0, now - times->response_time);
}

int64_t way_cache_ttl(const struct way_cache_times *times, int64_t now)
{
    return times->lifetime - way_cache_age(times, now);
}

enum way_cache_use way_cache_may_use(const struct way_cache_times *times,
                                     const struct way_cache_control *request, int64_t now)
{
    int64_t ttl = way_cache_ttl(times, now);
    int64_t age = way_cache_age(times, now);
    bool stale = ttl <= 0;
    if (stale && (times->never_stale || request->max_stale < 0 ||
                  -ttl > request->max_stale * WAY_CACHE_SECOND))
        return WAY_CACHE_USE_STALE;
    if (request->no_cache)
        return WAY_CACHE_USE_REQUEST;
    if (request->max_age >= 0 && age > request->max_age * WAY_CACHE_SECOND && !stale)
        return WAY_CACHE_USE_REQUEST;
    if (request->max_age >= 0 && age > request->max_age * WAY_CACHE_SECOND)
        return WAY_CACHE_USE_STALE;
    if (request->min_fresh >= 0 && ttl < request->min_fresh * WAY_CACHE_SECOND)
        return stale ? WAY_CACHE_USE_STALE : WAY_CACHE_USE_REQUEST;
    return WAY_CACHE_USE_HIT;
}
