/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A kept run, judged by what its scenario expects, or by files given instead.
 *
 * A scenario names files of expectations by paths relative to its own file. They
 * are looked for there first, so that an edit is judged at once, and else in the
 * run's folder, under expectations/, where the runner left a copy.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_FOLDER_H
#define WAYLAY_ANALYSIS_ASSERT_FOLDER_H

#include "analysis/assert/expect.h"

/* Judges the run in `folder`. With `files` (`file_count` of them) those are judged
 * instead of what the scenario expects. Returns 0; -1 after a message. */
int way_folder_judge(const char *folder, char *const files[], size_t file_count,
                     const struct way_expect_options *options, json_t *list,
                     struct way_expect_tally *tally);

#endif
