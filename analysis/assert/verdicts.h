/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Outcomes of expectation files, for people and for programs.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_VERDICTS_H
#define WAYLAY_ANALYSIS_ASSERT_VERDICTS_H

#include <jansson.h>
#include <stdio.h>

#include "analysis/judge/judge.h"

/* What is common to a report. */
struct way_reporting {
    const struct way_judge_setup *setup;
    const char *file; /* the expectation file */
};

/* Prints one expectation's line; unless it passed, what was wrong: the rule, the
 * packet, expected and found, what almost matched. */
void way_verdict_text(FILE *out, const struct way_reporting *reporting,
                      const struct way_outcome *outcome);

/* Prints, under it, what each rule selected, examined and matched. */
void way_verdict_explain(FILE *out, const struct way_reporting *reporting,
                         const struct way_outcome *outcome, const struct way_verdicts *verdicts);

/* The expectation as an object of `--json`'s list: name, verdict, detail, examined,
 * matched, level, file, line, rules; each rule with text, line, counts and notes. A new
 * reference, or NULL when memory lacks. */
json_t *way_verdict_json(const struct way_reporting *reporting, const struct way_outcome *outcome);

#endif
