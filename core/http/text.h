/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text as a span: a pointer and a length, never NUL-terminated, never owned.
 *
 * Everything that core/http reads out of a message is such a span into the
 * message's bytes, and lives as long as those. The functions here are the
 * small grammar of RFC 9110, section 5.6: tokens, lists, quoted strings. They
 * are pure, allocate nothing and look at no byte outside of the span.
 */
#ifndef WAYLAY_CORE_HTTP_TEXT_H
#define WAYLAY_CORE_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct way_text {
    const char *at; /* may be NULL when len is 0 */
    size_t len;     /* bytes */
};

/* The span over a NUL-terminated string, which must outlive it. */
struct way_text way_text_of(const char *string);

/* Are the two equal, byte for byte? */
bool way_text_equal(struct way_text a, struct way_text b);

/* Is the span equal to the string, ASCII letters compared without case? */
bool way_text_is(struct way_text text, const char *string);

/* Are the spans equal, ASCII letters compared without case? */
bool way_text_same(struct way_text a, struct way_text b);

/* The span without spaces and tabs (OWS, RFC 9110, 5.6.3) at its ends. */
struct way_text way_text_trim(struct way_text text);

/* ASCII lower case; other bytes as they are. */
char way_text_lower(char c);

/* tchar of RFC 9110, 5.6.2. */
bool way_text_is_tchar(char c);

/* Is the span a token (one tchar or more; RFC 9110, 5.6.2)? */
bool way_text_is_token(struct way_text text);

/* Reads 1*DIGIT, the whole span, into *value. False (and *value untouched)
 * when it is empty, has another byte in it, or passes INT64_MAX. */
bool way_text_number(struct way_text text, uint64_t *value);

/* Walks a comma-separated list (RFC 9110, 5.6.1): takes the next member off
 * *rest, trimmed, empty members skipped, commas inside of quoted strings not
 * counted. False when no member is left. */
bool way_text_next_member(struct way_text *rest, struct way_text *member);

#endif
