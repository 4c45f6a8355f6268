/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules that captures may be taken to show, before anybody has judged them.
 *
 * Candidates are made generously, from what a survey has met: of each sort of packets, from
 * all TCP packets on all taps down to one class. Which of them hold is not decided here but
 * by judging them (analysis/draft/trial.h). Of those that hold, one that follows from
 * another is struck: the same condition on packets among the other's. What is left is put
 * together: conditions of the same rule, rules of the same words.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_CANDIDATE_H
#define WAYLAY_ANALYSIS_DRAFT_CANDIDATE_H

#include "analysis/draft/survey.h"

enum {
    WAY_CANDIDATES_MAX = 2000,   /* that are judged: of more, those that say least are left out */
    WAY_CANDIDATE_WEIGHT_MAX = 8 /* what says least */
};

/* What a rule is about, in the order of the file. X(suffix, heading) */
#define WAY_DRAFT_SECTIONS(X)                                                                      \
    X(ABSENT, "whose addresses are not seen where")                                                \
    X(HEADERS, "what headers have in common")                                                      \
    X(BECOMES, "what becomes of packets on other links")                                           \
    X(CONNECTIONS, "how many there are, and what answers what")                                    \
    X(STATUSES, "HTTP")                                                                            \
    X(ORDER, "the order in which things begin")

#define WAY_DRAFT_ENUMERATOR(suffix, heading) WAY_DRAFT_##suffix,
enum way_draft_section { WAY_DRAFT_SECTIONS(WAY_DRAFT_ENUMERATOR) WAY_DRAFT_SECTION_COUNT };
#undef WAY_DRAFT_ENUMERATOR

/* A set of classes, by their numbers. */
struct way_class_set {
    uint64_t bits[WAY_DRAFT_CLASSES_MAX / 64];
    uint64_t packets; /* of all of them */
};

struct way_candidate {
    enum way_draft_section section;
    unsigned weight;            /* the less, the more it says: what is struck last */
    char *words;                /* owned, of its expectation */
    char *head, *tail;          /* owned, around the conditions; the tail may be "" */
    GPtrArray *conditions;      /* char *: one or none, until they are put together */
    const char *joint;          /* between head and conditions: " with ", "expect " */
    bool needs_condition;       /* without one it says nothing */
    struct way_class_set about; /* packets of these; of none: it follows from no other */
    char *target;               /* owned: of BECOMES, the other tap; else "" */
};

/* A list of candidates, which it owns. */
GPtrArray *way_candidates_new(void);

/* Adds one to the list. `words` and `head` are taken over; `condition` (NULL: none) too. */
struct way_candidate *way_candidate_add(GPtrArray *list, enum way_draft_section section,
                                        unsigned weight, char *words, char *head, char *condition);

/* All candidates of a survey: see headers.c, becomes.c, events.c, absent.c. */
GPtrArray *way_candidates_of(const struct way_survey *survey);
void way_candidates_of_headers(GPtrArray *list, const struct way_survey *survey);
void way_candidates_of_becomes(GPtrArray *list, const struct way_survey *survey);
void way_candidates_of_events(GPtrArray *list, const struct way_survey *survey);
void way_candidates_of_taps(GPtrArray *list, const struct way_survey *survey);

/* Strikes those that follow from others of the list. */
void way_candidates_prune(GPtrArray *list);

/* Puts conditions together, rule by rule; strikes what says nothing. A new list. */
GPtrArray *way_candidates_merge(const GPtrArray *list);

/* Strikes those with the greatest weights (of equal ones: about the fewest packets), until
 * the list can be written in about `lines` lines. Returns how many were struck. */
guint way_candidates_shorten(GPtrArray *list, guint lines);

/* Writes the candidate as an expectation of its own, with these words. */
void way_candidate_write(const struct way_candidate *candidate, const char *words, GString *out);

/* Writes all, section by section, rules of the same words together. */
void way_candidates_write(const GPtrArray *list, GString *out);

/* Classes of a set. */
static inline void way_class_set_add(struct way_class_set *set, const struct way_draft_class *one)
{
    set->bits[one->number / 64] |= UINT64_C(1) << one->number % 64;
    set->packets += one->count;
}

#endif
