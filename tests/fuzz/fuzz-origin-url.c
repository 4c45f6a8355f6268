/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-origin's reading of a URL: what is accepted is inside every bound that
 * the header promises, what is refused has a status and one printable line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/origin/etag.h"
#include "emu/origin/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_accepted(const struct way_object *o)
{
    demand(strnlen(o->name, sizeof o->name) - 1 < WAY_OBJECT_NAME_MAX);
    demand(o->size <= WAY_OBJECT_SIZE_MAX && o->abort_after <= WAY_OBJECT_SIZE_MAX);
    demand(!o->digest || o->size <= WAY_OBJECT_DIGEST_MAX);
    demand(o->delay >= 0 && o->delay <= WAY_OBJECT_DELAY_MAX_S * INT64_C(1000000000));
    demand(o->status >= 200 && o->status <= 599);
    demand(o->header_count <= WAY_OBJECT_HEADERS_MAX);
    for (unsigned i = 0; i < o->header_count; i++) {
        demand(o->headers[i].name[0] && o->headers[i].value[0]);
        demand(!strpbrk(o->headers[i].name, ": \r\n") && !strpbrk(o->headers[i].value, "\r\n"));
    }
}

static void check_refused(const struct way_object_error *error)
{
    demand(error->status == 400 || error->status == 404);
    demand(error->text[0] != '\0');
    for (const char *at = error->text; *at; at++)
        demand(*at >= ' ' && *at <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct way_object object;
    struct way_object_error error;
    if (way_object_parse((const char *)data, len, &object, &error))
        check_accepted(&object);
    else
        check_refused(&error);
    char *text = strndup((const char *)data, len);
    demand(text != NULL);
    (void)way_etag_listed(text, "\"0123456789abcdef\"");
    free(text);
    return 0;
}
