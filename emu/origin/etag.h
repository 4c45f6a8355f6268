/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Entity tags and the one precondition that waylay-origin knows: If-None-Match
 * (RFC 9110, 13.1.2), with the weak comparison that section asks for.
 */
#ifndef WAYLAY_EMU_ORIGIN_ETAG_H
#define WAYLAY_EMU_ORIGIN_ETAG_H

#include <stdbool.h>
#include <stdint.h>

/* A quote, 16 hexadecimal digits, a quote. */
enum { WAY_ETAG_TEXT = 18 };

/* Writes the tag, quotes included, NUL-terminated. */
void way_etag_text(uint64_t tag, char text[WAY_ETAG_TEXT + 1]);

/* Whether the field value `if_none_match` (NUL-terminated) is "*" or a list
 * that has `etag` in it. What is no list of entity tags matches nothing. */
bool way_etag_listed(const char *if_none_match, const char *etag);

#endif
