/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The growing output buffer: doubles until its limit.
 */
#include "core/http/buffer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 512 };

static size_t limit_of(const struct way_buffer *buffer)
{
    return buffer->limit ? buffer->limit : WAY_BUFFER_LIMIT;
}

/* Room for `len` more bytes; false (and failed) when there can be none. */
static bool make_room(struct way_buffer *buffer, size_t len)
{
    size_t limit = limit_of(buffer);
    assert(buffer->len <= buffer->room);
    if (buffer->failed || buffer->len > limit || len > limit - buffer->len) {
        buffer->failed = true;
        return false;
    }
    if (buffer->room - buffer->len >= len)
        return true;
    size_t room = buffer->room ? buffer->room : FIRST_ROOM;
    while (room < buffer->len + len)
        room *= 2;
    if (room > limit)
        room = limit;
    char *data = realloc(buffer->data, room);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->room = room;
    return true;
}

void way_buffer_bytes(struct way_buffer *buffer, const void *data, size_t len)
{
    if (len == 0 || !make_room(buffer, len))
        return;
    memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
}

void way_buffer_text(struct way_buffer *buffer, struct way_text text)
{
    way_buffer_bytes(buffer, text.at, text.len);
}

void way_buffer_string(struct way_buffer *buffer, const char *string)
{
    way_buffer_bytes(buffer, string, strlen(string));
}

void way_buffer_number(struct way_buffer *buffer, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    way_buffer_bytes(buffer, digits, (size_t)len);
}

bool way_buffer_ok(const struct way_buffer *buffer)
{
    return !buffer->failed;
}

struct way_text way_buffer_view(const struct way_buffer *buffer)
{
    return (struct way_text){buffer->data, buffer->len};
}

void way_buffer_clear(struct way_buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
}

void way_buffer_free(struct way_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct way_buffer){.limit = buffer->limit};
}
