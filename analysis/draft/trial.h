/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates on trial: those that a run does not bear out are struck.
 *
 * The judge is the one that will judge the file, so that what is drafted passes on the
 * run that it was drafted from.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_TRIAL_H
#define WAYLAY_ANALYSIS_DRAFT_TRIAL_H

#include "analysis/draft/candidate.h"

/* Strikes from the list what cannot be said with the run's names, and what does not pass.
 * Returns 0; -1 with one line in `error`. */
int way_trial(GPtrArray *candidates, const struct way_bindings *bindings, const char *folder,
              struct way_text *error);

#endif
