/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Short texts by value: all through one vsnprintf, after which nothing is left
 * in them that a terminal or JSON could stumble over.
 */
#include "analysis/assert/text.h"

#include <arpa/inet.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct way_text way_text(const char *format, ...)
{
    static const char ellipsis[] = "...";
    struct way_text text;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text.s, sizeof text.s, format, arguments);
    va_end(arguments);
    if (length < 0)
        text.s[0] = '\0';
    else if ((size_t)length >= sizeof text.s)
        memcpy(text.s + sizeof text.s - sizeof ellipsis, ellipsis, sizeof ellipsis);
    for (char *c = text.s; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return text;
}

/* Bytes of the character at `at` that may stand as it is; 0: there is none. */
static size_t harmless(const char *at)
{
    gunichar c = g_utf8_get_char_validated(at, -1);

    if (c == (gunichar)-1 || c == (gunichar)-2)
        return 0;
    GUnicodeType type = g_unichar_type(c);
    if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
        type == G_UNICODE_PARAGRAPH_SEPARATOR || (c & 0xfffe) == 0xfffe)
        return 0;
    return (size_t)(g_utf8_next_char(at) - at);
}

char *way_text_clean(const char *text)
{
    GString *clean = g_string_new(NULL);

    while (*text) {
        size_t length = harmless(text);
        if (length)
            g_string_append_len(clean, text, (gssize)length);
        else
            g_string_append_printf(clean, "\\x%02x", (unsigned char)*text);
        text += length ? length : 1;
    }
    return g_string_free(clean, FALSE);
}

void way_text_line(FILE *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *clean = way_text_clean(text);
    fprintf(out, "%s\n", clean);
    g_free(clean);
    g_free(text);
}

struct way_text way_text_address(way_be32 address)
{
    char dotted[INET_ADDRSTRLEN] = "?";

    inet_ntop(AF_INET, &address, dotted, sizeof dotted);
    return way_text("%s", dotted);
}

struct way_text way_text_time(int64_t ns)
{
    const int64_t second = 1000000000;
    int64_t seconds = ns / second, rest = ns % second;

    if (rest < 0) { /* floor, so that the decimals count upwards */
        rest += second;
        seconds -= 1;
    }
    return way_text("%" PRId64 ".%09" PRId64, seconds, rest);
}

struct way_text way_text_span(int64_t ns)
{
    return way_text("%.1f us", (double)ns / 1e3);
}

struct way_text way_text_flags(uint8_t flags)
{
    static const char letters[] = "FSRP.UEW"; /* bit 0 upwards (RFC 9293, 3.1; tcpdump's letters) */
    char set[sizeof letters];
    size_t n = 0;

    for (size_t bit = 0; bit < sizeof letters - 1; bit++)
        if (flags & (1U << bit))
            set[n++] = letters[bit];
    set[n] = '\0';
    return way_text("[%s]", n ? set : "none");
}
