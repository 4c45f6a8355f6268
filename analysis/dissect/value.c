/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values: order, slices, text.
 */
#include "analysis/dissect/value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *way_type_name(enum way_type type)
{
#define WAY_TYPE_NAME(suffix, name) name,
    static const char *const names[] = {WAY_TYPES(WAY_TYPE_NAME)};
#undef WAY_TYPE_NAME

    return (unsigned)type < WAY_TYPE_COUNT ? names[type] : "unknown";
}

int way_value_compare(const struct way_value *a, const struct way_value *b)
{
    assert(a->type == b->type);
    if (!way_type_is_span(a->type))
        return (a->number > b->number) - (a->number < b->number);
    size_t common = a->bytes.len < b->bytes.len ? a->bytes.len : b->bytes.len;
    int order = memcmp(a->bytes.at, b->bytes.at, common);
    return order ? order : (a->bytes.len > b->bytes.len) - (a->bytes.len < b->bytes.len);
}

bool way_value_slice(const struct way_value *value, int64_t offset, size_t len,
                     struct way_value *out)
{
    if (!way_type_is_span(value->type))
        return false;
    struct way_bytes bytes = value->bytes;
    if (offset < 0)
        offset += (int64_t)bytes.len;
    if (offset < 0 || (uint64_t)offset > bytes.len)
        return false;
    size_t left = bytes.len - (size_t)offset;
    if (len == SIZE_MAX)
        len = left;
    if (len > left)
        return false;
    *out = (struct way_value){.type = WAY_TYPE_BYTES, .bytes = {bytes.at + offset, len}};
    return true;
}

/* A text in the making: what does not fit is marked at the end. */
struct text {
    char *at;
    size_t size, len;
    bool full;
};

static void __attribute__((format(printf, 2, 3))) put(struct text *text, const char *format, ...)
{
    va_list arguments;

    if (text->full)
        return;
    va_start(arguments, format);
    int n = vsnprintf(text->at + text->len, text->size - text->len, format, arguments);
    va_end(arguments);
    if (n >= 0 && (size_t)n < text->size - text->len) {
        text->len += (size_t)n;
        return;
    }
    text->full = true;
    size_t end = text->len + 4 <= text->size ? text->len : text->size - 4;
    if (text->size >= 4)
        memcpy(text->at + end, "...", 4);
}

static void put_bytes(struct text *text, struct way_bytes bytes)
{
    for (size_t i = 0; i < bytes.len && !text->full; i++)
        put(text, "%02x", bytes.at[i]);
}

static void put_string(struct text *text, struct way_bytes bytes)
{
    for (size_t i = 0; i < bytes.len && !text->full; i++)
        if (bytes.at[i] < ' ' || bytes.at[i] > '~' || bytes.at[i] == '\\')
            put(text, "\\x%02x", bytes.at[i]);
        else
            put(text, "%c", bytes.at[i]);
}

const char *way_value_format(const struct way_value *value, char *out, size_t size)
{
    struct text text = {.at = out, .size = size};
    uint64_t n = way_type_is_span(value->type) ? 0 : value->number;

    if (size == 0)
        return out;
    out[0] = '\0';
    switch (value->type) {
    case WAY_TYPE_NUMBER:
        put(&text, "%" PRIu64, n);
        break;
    case WAY_TYPE_BOOL:
        put(&text, "%s", n ? "yes" : "no");
        break;
    case WAY_TYPE_ADDRESS:
        put(&text, "%u.%u.%u.%u", (unsigned)(n >> 24 & 0xff), (unsigned)(n >> 16 & 0xff),
            (unsigned)(n >> 8 & 0xff), (unsigned)(n & 0xff));
        break;
    case WAY_TYPE_MAC:
        for (int shift = 40; shift >= 0; shift -= 8)
            put(&text, "%02x%s", (unsigned)(n >> shift & 0xff), shift ? ":" : "");
        break;
    case WAY_TYPE_TIME:
    case WAY_TYPE_SPAN:
        put(&text, "%" PRIu64 ".%09" PRIu64, n / 1000000000, n % 1000000000);
        break;
    case WAY_TYPE_BYTES:
        put_bytes(&text, value->bytes);
        break;
    case WAY_TYPE_STRING:
        put_string(&text, value->bytes);
        break;
    case WAY_TYPE_COUNT:
        assert(!"a type");
    }
    return out;
}
