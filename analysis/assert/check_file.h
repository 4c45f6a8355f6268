/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `--check`: is an expectation file one, without any run or capture?
 *
 * Syntax, fields, filters, macros, tables, bound names and which values go
 * together are checked; names of a run (taps, marks, $names) are taken to exist.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_CHECK_FILE_H
#define WAYLAY_ANALYSIS_ASSERT_CHECK_FILE_H

#include <stdbool.h>

#include "analysis/lang/program.h"

/* Checks each of the files; says of a good one how many expectations it has, on
 * standard output, and all complaints about others on standard error. Returns
 * whether all were good. */
bool way_check_files(char *const files[], int count);

/* Prints what is wrong with a file, with carets, on standard error. */
void way_complaints_print(const struct way_complaints *complaints);

#endif
