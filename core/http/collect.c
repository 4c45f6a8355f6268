/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The collector: finds the end of a section, and refuses every byte that could
 * make two recipients see two different ends.
 */
#include <assert.h>

#include "core/http/head.h"

static bool is_control(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte < ' ' && c != '\t') || byte == 0x7f;
}

/* May `c` follow `last`? CR and LF only as a pair, no other control character but HTAB. */
static bool may_follow(char last, char c)
{
    if (last == '\r')
        return c == '\n';
    return c == '\r' || !is_control(c);
}

/* An empty line was completed: is it the end of the section, or one to skip before the head? */
static void empty_line(struct way_http_collector *collector)
{
    if (collector->bytes.len > 2 || collector->trailers) {
        collector->complete = true;
    } else {
        collector->bytes.len = 0;
        collector->skipped = true;
    }
}

static enum way_http_error end_of_line(struct way_http_collector *collector)
{
    bool first = !collector->first_line;
    size_t line = collector->line;
    collector->line = 0;
    collector->last = 0;
    if (line == 2) {
        if (first && !collector->trailers && collector->skipped)
            return WAY_HTTP_ERROR_START_LINE;
        empty_line(collector);
    } else if (first) {
        collector->first_line = line;
    }
    return WAY_HTTP_ERROR_NONE;
}

/* What is wrong with the byte that comes as number `pending` behind those already in `bytes`. */
static enum way_http_error look_at(struct way_http_collector *collector, char c, size_t pending)
{
    if (!may_follow(collector->last, c))
        return WAY_HTTP_ERROR_BARE_BYTE;
    collector->last = c;
    collector->line++;
    if (!collector->first_line && collector->first_limit &&
        collector->line > collector->first_limit)
        return WAY_HTTP_ERROR_TARGET_LONG;
    if (collector->bytes.len + pending > collector->bytes.limit)
        return WAY_HTTP_ERROR_HEAD_LARGE;
    return WAY_HTTP_ERROR_NONE;
}

enum way_http_error way_http_collect(struct way_http_collector *collector, const char *data,
                                     size_t len, size_t *used)
{
    assert(!collector->complete);
    bool had_first = collector->first_line > 0;
    size_t start = 0;
    *used = 0;
    while (*used < len && !collector->complete && had_first == (collector->first_line > 0)) {
        char c = data[(*used)++];
        enum way_http_error error = look_at(collector, c, *used - start);
        if (error)
            return error;
        if (c != '\n' && *used < len)
            continue;
        way_buffer_bytes(&collector->bytes, data + start, *used - start);
        start = *used;
        if (!way_buffer_ok(&collector->bytes))
            return WAY_HTTP_ERROR_MEMORY;
        if (c == '\n' && (error = end_of_line(collector)))
            return error;
    }
    return WAY_HTTP_ERROR_NONE;
}
