/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The small grammar of RFC 9110, 5.6, over spans.
 */
#include "core/http/text.h"

#include <string.h>

struct way_text way_text_of(const char *string)
{
    return (struct way_text){string, strlen(string)};
}

bool way_text_equal(struct way_text a, struct way_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

char way_text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool way_text_same(struct way_text a, struct way_text b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (way_text_lower(a.at[i]) != way_text_lower(b.at[i]))
            return false;
    return true;
}

bool way_text_is(struct way_text text, const char *string)
{
    return way_text_same(text, way_text_of(string));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct way_text way_text_trim(struct way_text text)
{
    while (text.len > 0 && is_blank(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

bool way_text_is_tchar(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool way_text_is_token(struct way_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!way_text_is_tchar(text.at[i]))
            return false;
    return text.len > 0;
}

bool way_text_number(struct way_text text, uint64_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text.at[i] - '0');
        if (number > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (text.len == 0)
        return false;
    *value = number;
    return true;
}

/* Bytes before the first comma that stands outside of a quoted string. */
static size_t member_length(struct way_text rest)
{
    bool quoted = false;
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.at[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            return i;
    }
    return rest.len;
}

bool way_text_next_member(struct way_text *rest, struct way_text *member)
{
    while (rest->len > 0) {
        size_t len = member_length(*rest);
        *member = way_text_trim((struct way_text){rest->at, len});
        size_t gone = len < rest->len ? len + 1 : len;
        rest->at += gone;
        rest->len -= gone;
        if (member->len > 0)
            return true;
    }
    return false;
}
