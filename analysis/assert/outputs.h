/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verdicts, for programs: TAP, JUnit XML, JSON and JSON lines.
 *
 * What is written is the list of objects that way_verdict_json and way_report_json
 * make, each with its run's folder under "run" where there is one. A verdict is
 * "passed", "failed", "inconclusive", "skipped" or "flaky" (it passed, but not in
 * every repeat of its run).
 *
 *      TAP     version 13, since tools (prove) refuse a later one; what is inconclusive or
 *              flaky is not ok; a warning is a TODO, which no consumer counts as a failure
 *      JUnit   a suite for each run; a failure for each failed, an error for each
 *              inconclusive or flaky one; a warning passes, and is told in system-out
 *      both    have the words of the text format (`text` of the objects) of what is wrong
 *      JSON    {"expectations": [...]}, or each of the objects in a line
 *
 * TAP: https://testanything.org/tap-version-13-specification.html
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_OUTPUTS_H
#define WAYLAY_ANALYSIS_ASSERT_OUTPUTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* X(suffix, name) */
#define WAY_FORMATS(X)                                                                             \
    X(TEXT, "text")                                                                                \
    X(TAP, "tap")                                                                                  \
    X(JUNIT, "junit")                                                                              \
    X(JSON, "json")                                                                                \
    X(JSONL, "jsonl")

#define WAY_FORMAT_ENUMERATOR(suffix, name) WAY_FORMAT_##suffix,
enum way_format { WAY_FORMATS(WAY_FORMAT_ENUMERATOR) WAY_FORMAT_COUNT };
#undef WAY_FORMAT_ENUMERATOR

/* The format of that name. False for a name that is none. */
bool way_format_find(const char *name, enum way_format *out);

/* The names, for messages: "text, tap, ...". Static. */
const char *way_format_names(void);

/* Writes the list in a format that is not TEXT. Returns 0, or -1 where the list cannot be
 * written (errors of `out` itself are left to who closes it). */
int way_outputs_write(FILE *out, enum way_format format, json_t *list);

#endif
