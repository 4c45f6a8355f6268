/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Cache-Control field (RFC 9111, 5.2), of requests and responses alike.
 *
 * All fields of the name are one list. Directives that are not known are
 * ignored (5.2.3). Where a directive is malformed, or comes twice with
 * different arguments, the reading that stores and reuses less is taken
 * (4.2.1): a bad max-age is 0, a bad max-stale is absent, no-cache and private
 * with an argument (a list of fields) count as without.
 */
#ifndef WAYLAY_CORE_HTTP_CACHE_CONTROL_H
#define WAYLAY_CORE_HTTP_CACHE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/http/fields.h"

/* delta-seconds are capped here (RFC 9111, 1.2.2). */
#define WAY_HTTP_DELTA_MAX INT64_C(2147483648)

struct way_cache_control {
    bool no_store;
    bool no_cache;
    bool private_; /* "private", which is no keyword of C but of C++ */
    bool public_;
    bool must_revalidate;
    bool proxy_revalidate;
    bool must_understand;
    bool no_transform;
    bool only_if_cached;
    /* Seconds, or -1 when absent. */
    int64_t max_age;
    int64_t s_maxage;
    int64_t max_stale; /* without an argument: WAY_HTTP_DELTA_MAX */
    int64_t min_fresh;
};

/* Reads all Cache-Control fields of the list. With `is_request`, Pragma: no-cache counts as
 * no-cache where there is no Cache-Control (RFC 9111, 5.4). Never fails. */
void way_http_cache_control(const struct way_http_fields *fields, bool is_request,
                            struct way_cache_control *out);

#endif
