/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expectations that a run may be taken to show, before anybody has judged them.
 *
 * Candidates are made generously, from what a survey has met; which of them hold is
 * not decided here but by judging them (analysis/draft/trial.h). A candidate with a
 * condition belongs to those with the same words and beginning: the conditions of a
 * group that hold make one rule.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_CANDIDATE_H
#define WAYLAY_ANALYSIS_DRAFT_CANDIDATE_H

#include "analysis/draft/survey.h"

struct way_candidate {
    const char *tap;           /* under which it is written; borrowed from the survey */
    char *words, *head, *tail; /* owned; `tail` may be "" */
    char *condition;           /* owned; NULL: none */
    bool needs_condition;      /* without one it says nothing */
};

/* The candidates of a survey: a list of struct way_candidate, owned by it. */
GPtrArray *way_candidates_of(const struct way_survey *survey, const struct way_bindings *bindings);

/* Those that hold, put together group by group; a new list. */
GPtrArray *way_candidates_merge(const GPtrArray *candidates);

/* A candidate as it is written in a file, with its words led by `prefix`. */
void way_candidate_write(const struct way_candidate *candidate, const char *prefix, GString *out);

#endif
