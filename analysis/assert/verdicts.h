/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Outcomes of expectation files, for people and for programs.
 *
 * An outcome (analysis/judge/outcome.h) names packets by source and number, and taps by
 * number. Here it becomes words: captures by the names of their files, taps as the file
 * of expectations calls them, times as Wireshark shows them. There are two forms with the
 * same content: lines for a terminal, printed at once, and an object, from which all other
 * formats are made (analysis/assert/outputs.h). What passed is one line; what did not
 * names its rules, of each the first few packets that broke it, and what is known of the
 * taps that the rule looks at.
 *
 * Words and packets may come from hostile files: what is no printable ASCII is written
 * as '?' or escaped. Nothing here is kept; nothing decides anything.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_VERDICTS_H
#define WAYLAY_ANALYSIS_ASSERT_VERDICTS_H

#include <jansson.h>
#include <stdio.h>

#include "analysis/assert/wirenotes.h"
#include "analysis/judge/judge.h"

/* What a report draws upon; all borrowed. */
struct way_reporting {
    const struct way_judge_setup *setup;
    const char *file;                  /* the expectation file */
    const struct way_wire_notes *wire; /* of all outcomes; NULL: nothing is known */
};

/* Prints one expectation's line; unless it passed, what was wrong: the rule, the
 * packet, expected and found, what almost matched. */
void way_verdict_text(FILE *out, const struct way_reporting *reporting,
                      const struct way_outcome *outcome);

/* Prints, under it, what each rule selected, examined and matched. */
void way_verdict_explain(FILE *out, const struct way_reporting *reporting,
                         const struct way_outcome *outcome, const struct way_verdicts *verdicts);

/* The expectation as an object of `--json`'s list: name, verdict, detail, examined,
 * matched, level, file, line, rules (to which way_expect_file adds `text`, and `evidence`); each
 * rule with text, line, counts, notes and what `expect` compared (`value`); of what did not pass
 * also `rule`, `expected`, `found`, place and `wire` of the first note. A new reference, or NULL
 * when memory lacks. */
json_t *way_verdict_json(const struct way_reporting *reporting, const struct way_outcome *outcome);

#endif
