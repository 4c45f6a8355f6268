/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What of a packet is to be seen elsewhere: all of it at once, or a stretch of
 * bytes that may come in pieces (segments of a stream, fragments of a packet).
 * Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_STRETCH_H
#define WAYLAY_ANALYSIS_JUDGE_STRETCH_H

#include "analysis/judge/pass.h"

struct way_stretch {
    uint64_t key;         /* what packets that are the same have in common */
    bool whole;           /* it is one piece: `from` is 0 and `len` 1 */
    uint32_t from;        /* sequence number, or offset in the fragmented packet */
    int64_t len;          /* bytes */
    const uint8_t *bytes; /* borrowed from the packet; NULL where whole */
};

/* The stretch of the packet that stands, on one side (`main`: where the rule
 * starts). False for a packet that lacks a field of the key. */
bool way_stretch_of(struct way_pass *pass, const struct way_rule *rule, bool main,
                    struct way_stand *stand, struct way_stretch *out);

/* How far the piece lies behind the start of the stretch (modulo 2^32, signed). */
int64_t way_stretch_offset(const struct way_stretch *stretch, const struct way_stretch *piece);

/* Whether the bytes that both have are the same. Of fragments the transport's header
 * is left out: its checksum is rewritten with the addresses. */
bool way_stretch_agrees(const struct way_rule *rule, const struct way_stretch *stretch,
                        const struct way_stretch *piece);

#endif
