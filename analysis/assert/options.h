/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line of waylay-assert.
 *
 * Names that end in .expect are files of expectations, all others folders: so both can
 * be told apart before anything is read, and a misspelt option is never a run. What is
 * wrong with the line is said in one line on standard error, and where help is.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_OPTIONS_H
#define WAYLAY_ANALYSIS_ASSERT_OPTIONS_H

#include <stdbool.h>

#include "analysis/assert/expect.h"
#include "analysis/assert/outputs.h"

/* Exit codes. */
enum way_assert_exit {
    WAY_ASSERT_PASSED = 0,
    WAY_ASSERT_FAILED = 1,
    WAY_ASSERT_USAGE = 2,
    WAY_ASSERT_INCONCLUSIVE = 3
};

/* What the program is asked for. */
struct way_assert_options {
    bool check, list;
    enum way_format format;
    const char *output; /* a file for the verdicts; NULL: standard output */
    unsigned mutations; /* how many to make; 0: judge */
    unsigned seed;      /* of their choice */
    struct way_expect_options expect;
    char **files; /* names that end in .expect; owned (the array, with `folders` behind it) */
    size_t file_count;
    char **folders; /* all others */
    size_t folder_count;
};

/* Reads the command line. Returns -1 to go on; or the exit code, where there is nothing to
 * do (--help) or the line is wrong, which has been said. `files` is to be freed. */
int way_assert_options_read(int argc, char **argv, struct way_assert_options *options);

/* Says "waylay-assert: MESSAGE ARGUMENT" and where help is. Returns WAY_ASSERT_USAGE. */
int way_assert_complain(const char *message, const char *argument);

#endif
