/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verdicts for people and for programs.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_REPORT_H
#define WAYLAY_ANALYSIS_ASSERT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "analysis/assert/check.h"

/* Prints an expectation's line, and, unless it passed, the rule, the place,
 * what was expected and what was found. */
void way_report_text(FILE *out, const struct way_expectation *expectation,
                     const struct way_finding *finding);

/* The expectation as an object of `--json`'s list: name, verdict, detail,
 * examined, matched; during, where it has one; and unless it passed rule,
 * expected, found, and capture, frame and time where a frame is concerned.
 * Returns a new reference, or NULL when memory lacks. */
json_t *way_report_json(const struct way_expectation *expectation,
                        const struct way_finding *finding);

#endif
