/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates on trial: those that a run, or captures, do not bear out are struck.
 *
 * The judge is the one that will judge the file, so that what is drafted passes on what
 * it was drafted from.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_TRIAL_H
#define WAYLAY_ANALYSIS_DRAFT_TRIAL_H

#include "analysis/draft/candidate.h"

/* Strikes from the list what cannot be said with the ground's names, and what does not pass
 * there. `survey` has the names that candidates use (it may be of another ground). Returns
 * 0; -1 with one line in `error`. */
int way_trial(GPtrArray *candidates, const struct way_ground *ground,
              const struct way_survey *survey, struct way_text *error);

#endif
