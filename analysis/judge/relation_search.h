/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The search for the others of one packet, as a relation joins them, and what is told
 * of it where the relation does not hold. Internal to analysis/judge: relation.c asks.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_RELATION_SEARCH_H
#define WAYLAY_ANALYSIS_JUDGE_RELATION_SEARCH_H

#include "analysis/judge/relation.h"

/* What is found while the others are looked at. */
struct way_search {
    const struct way_kept *main;
    struct way_tally tally;
    size_t meant;                   /* others that are meant, in whatever order */
    const struct way_kept *nearest; /* of these, in time */
    bool nearest_is_timely;
    const struct way_kept *unlike; /* of those in order, the nearest that is not as demanded */
    const struct way_kept *held;   /* the nearest of which all holds */
    struct way_found *found;
};

/* Looks at the others that can be related to `search->main`, the `nth` packet that the rule is
 * about, which stands in slot 0 and in `was`. Slot 0 is changed. Returns false where the packet
 * lacks what joins it. */
bool way_search_others(struct way_pass *pass, struct way_relating *relating, size_t nth,
                       struct way_search *search);

/* Nanoseconds between two packets' stamps, never negative. */
int64_t way_search_distance(const struct way_kept *a, const struct way_kept *b);

/* Whether the others come before the packet: preceded by, after its. */
bool way_relation_looks_back(enum way_relation relation);

/* ---- relation_explain.c ---- */

/* Writes into `search->found` what was expected and what was found instead. `joined` is what
 * way_search_others returned, `truth` what the relation comes to. */
void way_search_explain(struct way_pass *pass, const struct way_relating *relating,
                        struct way_search *search, bool joined, enum way_truth truth);

#endif
