/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list of entity tags, read from left to right.
 */
#include "emu/origin/etag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char blank[] = " \t";

void way_etag_text(uint64_t tag, char text[WAY_ETAG_TEXT + 1])
{
    snprintf(text, WAY_ETAG_TEXT + 1, "\"%016" PRIx64 "\"", tag);
}

bool way_etag_listed(const char *if_none_match, const char *etag)
{
    const char *at = if_none_match + strspn(if_none_match, blank);
    if (*at == '*')
        return at[1 + strspn(at + 1, blank)] == '\0';
    while (*at) {
        at += strspn(at, " \t,");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        const char *close = *at == '"' ? strchr(at + 1, '"') : NULL;
        if (!close)
            return false;
        size_t len = (size_t)(close + 1 - at);
        if (len == strlen(etag) && memcmp(at, etag, len) == 0)
            return true;
        at = close + 1;
    }
    return false;
}
