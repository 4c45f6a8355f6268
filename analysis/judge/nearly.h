/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What almost was the packet that is missing elsewhere.
 *
 * A rule that looks for a packet on another tap knows it again by a key; a packet there
 * that differs in one field has another key and is nobody's. Of the latest such packets a
 * summary is remembered, in a ring of fixed size; when a packet turns out to be missing,
 * those that differ least from it are named, each with the fields in which it differs.
 * Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_NEARLY_H
#define WAYLAY_ANALYSIS_JUDGE_NEARLY_H

#include "analysis/judge/pass.h"

enum {
    WAY_SUMMARY_FIELDS = 10,
    WAY_NEARLY_MAX = 256,    /* packets that are remembered */
    WAY_NEARLY_DIFFERENT = 4 /* what differs in more fields is just another packet */
};

/* What a packet is known again by; payload and the rest of what has no ports as a hash. */
struct way_summary {
    struct way_at at;
    uint64_t fields[WAY_SUMMARY_FIELDS];
};

struct way_nearly {
    struct way_summary ring[WAY_NEARLY_MAX];
    size_t added; /* in all */
};

/* Summarises the packet that stands; false for what is no IPv4. */
bool way_summarise(struct way_stand *stand, struct way_summary *out);

/* Remembers the packet, in place of the oldest. */
void way_nearly_add(struct way_nearly *nearly, struct way_stand *stand);

/* Offers one packet to the nearest, if it is near: stamped at most `span` ns before or
 * after the wanted one. The destination counts only if `exact`. */
void way_nearly_offer(const struct way_summary *wanted, const struct way_summary *one, int64_t span,
                      bool exact, struct way_near *near);

/* Offers all that is remembered. */
void way_nearly_rank(const struct way_nearly *nearly, const struct way_summary *wanted,
                     int64_t span, bool exact, struct way_near *near);

#endif
