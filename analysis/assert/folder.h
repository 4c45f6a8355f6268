/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A kept run, judged by what its scenario expects, or by files given instead.
 *
 * The run's scenario.yaml names files of expectations by paths relative to the run's
 * folder, where the runner keeps copies: the verdict is a function of the folder.
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
