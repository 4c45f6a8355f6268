/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Short texts by value: all through one vsnprintf, after which nothing is left
 * in them that a terminal or JSON could stumble over.
 */
#include "analysis/assert/text.h"

#include <arpa/inet.h>
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
