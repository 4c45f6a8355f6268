/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of errors, read.
 */
#include "core/http/error.h"

#include <assert.h>

static const struct {
    int status;
    const char *words;
} errors[] = {
#define ENTRY(name, status, words) [WAY_HTTP_ERROR_##name] = {status, words},
    WAY_HTTP_ERRORS(ENTRY)
#undef ENTRY
};

int way_http_error_status(enum way_http_error error)
{
    assert(error < WAY_HTTP_ERROR_KINDS);
    return errors[error].status;
}

const char *way_http_error_words(enum way_http_error error)
{
    assert(error < WAY_HTTP_ERROR_KINDS);
    return errors[error].words;
}
