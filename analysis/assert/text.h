/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Short texts by value.
 *
 * A diagnosis is put together from small pieces (an address, a time, what was
 * expected). They are returned by value, in a struct, so that nobody owns or
 * frees them; a text that does not fit is cut, and ends in "...". Pieces may
 * come from hostile files: what is no printable ASCII is written as '?'.
 *
 * Texts of any length (words of expectations, names of files and folders) are cleaned
 * where they are written: UTF-8 stays as it is, but for what a terminal would obey and what
 * XML cannot have (control and formatting characters, non-characters). These, and bytes that
 * are no UTF-8, become \xNN, byte by byte: so no name can begin a line, colour a terminal or
 * end a document.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_TEXT_H
#define WAYLAY_ANALYSIS_ASSERT_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "core/packet/ipv4.h"

enum { WAY_TEXT_MAX = 512 }; /* bytes, with the terminating zero */

struct way_text {
    char s[WAY_TEXT_MAX]; /* always terminated; printable ASCII */
};

/* The text that printf would write. */
struct way_text way_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text, cleaned as above; freed by g_free. */
char *way_text_clean(const char *text);

/* Writes a line: what printf would write, cleaned, and its end. Errors stay with the
 * stream. */
void way_text_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An IPv4 address (network order) as a dotted quad. */
struct way_text way_text_address(way_be32 address);

/* A time, in nanoseconds since the epoch, as seconds with nine decimals: what
 * Wireshark calls frame.time_epoch. */
struct way_text way_text_time(int64_t ns);

/* A difference of times in nanoseconds, as microseconds. */
struct way_text way_text_span(int64_t ns);

/* TCP flags as tcpdump writes them: "S", "S.", "R.", "P." ... */
struct way_text way_text_flags(uint8_t flags);

#endif
