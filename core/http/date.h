/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HTTP-date (RFC 9110, 5.6.7): reads the three formats, prints the first.
 * Times are seconds since the epoch, UTC. Pure: no clock, no locale, no zone.
 */
#ifndef WAYLAY_CORE_HTTP_DATE_H
#define WAYLAY_CORE_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/http/text.h"

enum { WAY_HTTP_DATE_LEN = 29 };

/* Reads a whole span as HTTP-date. `now` (seconds) decides the century of the two-digit year of
 * RFC 850: more than 50 years ahead is the past. False when malformed; *seconds untouched. */
bool way_http_date_parse(struct way_text text, int64_t now, int64_t *seconds);

/* Prints IMF-fixdate, NUL-terminated: "Sun, 06 Nov 1994 08:49:37 GMT". Years 1..9999; other
 * times are clamped. */
void way_http_date_print(int64_t seconds, char out[static WAY_HTTP_DATE_LEN + 1]);

#endif
