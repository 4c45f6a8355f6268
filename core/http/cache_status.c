/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Our member of Cache-Status, as a structured field (RFC 8941).
 */
#include "core/http/cache_status.h"

#include <assert.h>

static const char *const words[] = {
#define WORD(name, word) [WAY_CACHE_FWD_##name] = (word),
    WAY_CACHE_FWDS(WORD)
#undef WORD
};

const char *way_cache_fwd_word(enum way_cache_fwd fwd)
{
    assert(fwd < WAY_CACHE_FWD_KINDS);
    return words[fwd];
}

/* sf-token (RFC 8941, 3.3.4): begins with a letter or "*", goes on with tchar, ":" and "/". */
static bool is_sf_token(const char *string)
{
    char first = way_text_lower(string[0]);
    if (first != '*' && (first < 'a' || first > 'z'))
        return false;
    for (const char *c = string; *c; c++)
        if (!way_text_is_tchar(*c) && *c != ':' && *c != '/')
            return false;
    return true;
}

/* As token where it is one, else as string (3.3.3), what is not printable left out. */
static void write_bare(struct way_buffer *out, const char *string)
{
    if (is_sf_token(string)) {
        way_buffer_string(out, string);
        return;
    }
    way_buffer_string(out, "\"");
    for (const char *c = string; *c; c++) {
        if (*c == '"' || *c == '\\')
            way_buffer_string(out, "\\");
        if (*c >= ' ' && *c < 0x7f)
            way_buffer_bytes(out, c, 1);
    }
    way_buffer_string(out, "\"");
}

void way_http_cache_status(struct way_buffer *out, const char *pseudonym,
                           const struct way_cache_status *status)
{
    write_bare(out, pseudonym);
    way_buffer_string(out, status->fwd == WAY_CACHE_FWD_HIT ? "; " : "; fwd=");
    way_buffer_string(out, way_cache_fwd_word(status->fwd));
    if (status->fwd != WAY_CACHE_FWD_HIT && status->fwd_status) {
        way_buffer_string(out, "; fwd-status=");
        way_buffer_number(out, status->fwd_status);
    }
    if (status->stored)
        way_buffer_string(out, "; stored");
    if (status->has_ttl) {
        way_buffer_string(out, "; ttl=");
        way_buffer_number(out, status->ttl);
    }
    if (status->detail) {
        way_buffer_string(out, "; detail=");
        write_bare(out, status->detail);
    }
}
