/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invalidation: the keys that an unsafe request makes doubtful.
 */
#include "core/cache/invalidate.h"

#include <errno.h>

#include "core/http/authority.h"

static int invalidate_path(struct way_store *store, uint32_t origin, uint16_t port,
                           struct way_text host, struct way_text path)
{
    struct way_cache_key key;
    int error = way_cache_key_from(&key, origin, port, host, path);
    if (error)
        return error;
    way_store_invalidate(store, &key);
    way_cache_key_free(&key);
    return 0;
}

static bool same_host(struct way_text a, struct way_text b)
{
    struct way_buffer left = {0};
    struct way_buffer right = {0};
    way_http_host_normalise(&left, a);
    way_http_host_normalise(&right, b);
    bool same = way_buffer_ok(&left) && way_buffer_ok(&right) &&
                way_text_equal(way_buffer_view(&left), way_buffer_view(&right));
    way_buffer_free(&left);
    way_buffer_free(&right);
    return same;
}

/* The path that the field names on the request's authority; false when it names none. */
static bool named_path(const struct way_http_message *request, struct way_text value,
                       struct way_text *path)
{
    struct way_text authority;
    if (way_http_absolute_split(value, &authority, path))
        return same_host(authority, request->authority);
    *path = value;
    return value.len > 0 && value.at[0] == '/' && !(value.len > 1 && value.at[1] == '/');
}

int way_cache_invalidate(struct way_store *store, uint32_t origin, uint16_t port,
                         const struct way_http_message *request,
                         const struct way_http_message *response)
{
    static const char *const fields[] = {"Location", "Content-Location"};
    if (response && (response->status < 200 || response->status >= 400))
        return 0;
    int error = invalidate_path(store, origin, port, request->authority, request->path);
    for (size_t i = 0; response && !error && i < 2; i++) {
        struct way_text path;
        struct way_text value = way_http_fields_value(&response->fields, fields[i]);
        if (named_path(request, value, &path))
            error = invalidate_path(store, origin, port, request->authority, path);
    }
    return error;
}
