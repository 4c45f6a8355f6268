/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Literals: how numbers, durations, addresses and texts are written.
 *
 *     80  0x1f  1.5      numbers           5%              a share: 0.05
 *     10ms  1.5s  2min   durations: ns, us, ms, s, min, h
 *     100kB  1MiB        bytes             10Mbit          bits (a second)
 *     10.0.1.2           an address        10.0.1.0/24     a prefix
 *     02:00:00:00:00:01  a hardware address; any other number of pairs: bytes
 *     "text"             with \" \\ \n \t \xNN
 *     yes  true  false
 */
#ifndef WAYLAY_ANALYSIS_LANG_LITERAL_H
#define WAYLAY_ANALYSIS_LANG_LITERAL_H

#include "analysis/lang/tree.h"

/* The literal written as `text` (of `length` bytes). Returns NULL after a
 * complaint at `place`. */
struct way_expr *way_literal_new(struct way_parse *parse, struct way_place place, const char *text,
                                 size_t length);

/* Fills in a NAME from what the scanner took together: `tcp.payload[0:4]`,
 * `http.header["Age"]`. Returns false after a complaint. */
bool way_literal_slice(struct way_parse *parse, struct way_expr *name, const char *text);
bool way_literal_key(struct way_parse *parse, struct way_expr *name, const char *text);

#endif
