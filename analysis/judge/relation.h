/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Relations between a packet and others, over those that were kept.
 * Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_RELATION_H
#define WAYLAY_ANALYSIS_JUDGE_RELATION_H

#include "analysis/judge/meant.h"

/* What was found of one packet. */
struct way_found {
    char expected[WAY_NOTE_TEXT_MAX], found[WAY_NOTE_TEXT_MAX];
    const struct way_term *cause; /* the field that lacks, or NULL */
    struct way_at other;          /* the other packet that is nearest; tap -1: none */
};

/* A rule while it is judged, with what is worked out once. Zeroed but for the rule
 * (and whether it asks the log) to begin with. */
struct way_relating {
    const struct way_rule *rule;
    struct way_joined *joined; /* of those others that have the key's fields */
    size_t joined_count;
    bool is_sorted;
    bool asks_log;        /* of `joined by connection`: the access log has the pairs */
    struct way_met *met;  /* of relations that mean the same packet; else NULL */
    uint8_t *wholly_seen; /* of each in the main select's list */
    size_t met_count;
    bool is_paired;
    size_t order_at, order_seen; /* joined by order: where the search is, and how many that are
                                    meant stand before; 0 when the rule is judged anew */
    bool order_doubtful; /* of some packet before, on either side, clocks cannot tell whether it
                            counts */
};

/* Whether the rule's relation holds for the packet (in slot 0), the `nth` that the rule
 * is about. It is moved to the slot `was`; slot 0 is changed. */
enum way_truth way_relation_holds(struct way_pass *pass, struct way_relating *relating,
                                  const struct way_kept *kept, size_t nth, struct way_found *found);

/* Names in the note, where nothing is joined to the packet, the others near it in time that
 * differ least in what joins them. Slots 0 and `was` are left as they were used. */
void way_relation_nearest(struct way_pass *pass, struct way_relating *relating,
                          const struct way_kept *kept, struct way_note *note);

void way_relating_free(struct way_relating *relating);

/* ---- kept_rule.c ---- */

/* Judges the rule by the names that are bound at present. Returns false where it has bound one
 * of several packets of which clocks cannot tell which is meant. */
bool way_kept_rule(struct way_pass *pass, const struct way_expected *expected,
                   struct way_relating *relating, struct way_rule_outcome *outcome);

/* Whether all that the rule demands of a packet (in slot 0), the `nth` that it is about,
 * holds; and what was wrong. */
enum way_truth way_kept_demanded(struct way_pass *pass, struct way_relating *relating,
                                 const struct way_kept *kept, size_t nth, struct way_found *found);

/* Fills a note (or NULL) in with that. `kept` is the packet, or NULL. */
void way_kept_note(struct way_pass *pass, const struct way_expected *expected,
                   struct way_relating *relating, struct way_note *note,
                   const struct way_kept *kept, const struct way_found *found);

/* Whether the window that packets bound goes on when the captures have ended: it is so long
 * after a packet. (A window that ends with a packet has ended.) */
bool way_kept_is_cut(const struct way_pass *pass, const struct way_rule *rule);

/* ---- kept_one.c ---- */

/* Judges a rule of `first` or `last`; returns as way_kept_rule does. */
bool way_kept_one(struct way_pass *pass, const struct way_expected *expected,
                  struct way_relating *relating, struct way_rule_outcome *outcome);

/* ---- become_kept.c ---- */

/* The relations that mean the same packet, as way_relation_holds: one to one among all that
 * the selects mean, by the names that are bound at present. */
enum way_truth way_become_kept(struct way_pass *pass, struct way_relating *relating,
                               const struct way_kept *kept, struct way_found *found);

/* Other names are bound: what depends on them is to be worked out anew. */
void way_become_kept_anew(struct way_relating *relating);

void way_become_kept_free(struct way_relating *relating);

#endif
