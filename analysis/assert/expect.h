/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expectation files, read and judged: over a run's folder, or over captures.
 *
 * A file is read with the names that the run (or the command line) gives it, and checked as
 * a whole: what is wrong with it is said before any capture is opened. Then its captures are
 * opened and passed over once, and each expectation's outcome is told in words, as an
 * object, and by evidence. A verdict is a function of the file, the run's folder and the
 * options; what is written besides (evidence) changes none.
 *
 * Everything that goes wrong is said on standard error by who meets it; callers learn only
 * that there are no verdicts.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_EXPECT_H
#define WAYLAY_ANALYSIS_ASSERT_EXPECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analysis/assert/inputs.h"

enum { WAY_EXPECT_GIVEN_MAX = 256, WAY_EXPECT_ONLY_MAX = 64 };

struct way_mutation;

struct way_expect_options {
    FILE *text;                    /* verdicts are printed there; NULL: they are not */
    struct way_mutation *mutation; /* judge mutations instead (mutation.h); NULL: do not */
    bool explain;
    const char *evidence; /* where evidence (evidence.h) is written; NULL: a run's `evidence/` */
    bool no_evidence;
    const char *only[WAY_EXPECT_ONLY_MAX]; /* parts of expectations' words; none: all */
    size_t only_count;
    struct way_given_tap given[WAY_EXPECT_GIVEN_MAX];
    size_t given_count;
    int64_t deadline; /* ns, of live taps; 0: until a signal */
    struct way_given_name {
        const char *name, *text; /* $name is the text */
    } names[WAY_EXPECT_GIVEN_MAX];
    size_t name_count;
};

/* How many expectations came to which ruling; warnings are counted apart. */
struct way_expect_tally {
    size_t rulings[WAY_RULED_SKIPPED + 1];
    size_t warned; /* of level `warn`, failed or inconclusive: in no other count */
    size_t all;
};

/* Judges the file at `path`: over the run in `folder` with its bindings, or, where
 * both are NULL, over captures that the file or the options name. Prints verdicts where
 * the options say, and appends them to `list`. Returns 0; -1 after messages on
 * standard error: nothing was judged. */
int way_expect_file(const char *path, const struct way_bindings *bindings, const char *folder,
                    const struct way_expect_options *options, json_t *list,
                    struct way_expect_tally *tally);

/* Prints the expectations of the file, with their lines. Returns as above. */
int way_expect_list(const char *path);

#endif
