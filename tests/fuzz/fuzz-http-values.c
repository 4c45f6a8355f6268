/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values of fields: Cache-Control, HTTP-date, Host, absolute targets, numbers.
 * What a date is read as is printed, and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/http/authority.h"
#include "core/http/cache_control.h"
#include "core/http/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_date(struct way_text text)
{
    int64_t seconds = 0;
    int64_t again = 0;
    char printed[WAY_HTTP_DATE_LEN + 1];
    if (!way_http_date_parse(text, 1763942400, &seconds))
        return;
    way_http_date_print(seconds, printed);
    if (!way_http_date_parse(way_text_of(printed), 0, &again) || again != seconds)
        abort();
}

static void read_host(struct way_text text)
{
    struct way_buffer once = {0};
    struct way_buffer twice = {0};
    if (!way_http_host_ok(text))
        return;
    way_http_host_normalise(&once, text);
    struct way_text normal = way_buffer_view(&once);
    way_http_host_normalise(&twice, normal);
    if (!way_http_host_ok(normal) || !way_text_equal(normal, way_buffer_view(&twice)))
        abort();
    way_buffer_free(&once);
    way_buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct way_text text = {(const char *)data, len};
    struct way_http_field field = {way_text_of("Cache-Control"), text};
    struct way_http_fields fields = {&field, 1, 1};
    struct way_cache_control control;
    way_http_cache_control(&fields, true, &control);
    if (control.max_age > WAY_HTTP_DELTA_MAX || control.max_age < -1)
        abort();
    read_date(text);
    read_host(text);
    struct way_text authority;
    struct way_text path;
    if (way_http_absolute_split(text, &authority, &path) && (authority.len == 0 || path.len == 0))
        abort();
    return 0;
}
