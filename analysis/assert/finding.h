/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a check found: how much it looked at, and the first thing that was
 * wrong.
 *
 * A finding begins empty and only ever gets worse. A failure outweighs a
 * doubt, a doubt outweighs everything that held, and a finding for which
 * nothing was examined is a failure: what was never looked at has not passed.
 * The earliest failure (or, without one, the earliest doubt) is kept with its
 * place; the others are counted. Checks may note them in any order; among those
 * without a frame, and at the same time, the first noted stays.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_FINDING_H
#define WAYLAY_ANALYSIS_ASSERT_FINDING_H

#include <stddef.h>

#include "analysis/assert/capture.h"
#include "analysis/assert/text.h"

/* The verdict on one expectation. Inconclusive is kept for what the run's own
 * error in time makes undecidable; a capture that cannot be relied upon is a
 * failure. */
enum way_verdict { WAY_PASSED, WAY_FAILED, WAY_INCONCLUSIVE };

/* The verdict's name as results.json has it. */
const char *way_verdict_name(enum way_verdict verdict);

struct way_finding {
    size_t examined; /* packets (or connections: the check says which) to which the rule applies */
    size_t matched;  /* of these, the ones that held */
    size_t failures; /* occasions on which the rule was broken */
    size_t doubts;   /* occasions that could not be decided */
    /* Of the earliest failure, or of the earliest doubt while there is no failure: */
    bool placed;              /* a frame is concerned: the next three are valid */
    const char *capture;      /* the capture's name, borrowed from it */
    uint64_t number;          /* the frame's number in its file, from 1 */
    int64_t time;             /* ns since the epoch */
    struct way_text expected; /* empty when there is neither failure nor doubt */
    struct way_text found;
};

/* Notes that the rule was broken, at frame `at` (NULL where no frame is
 * concerned: something is absent). */
void way_finding_fail(struct way_finding *finding, const struct way_frame *at,
                      struct way_text expected, struct way_text found);

/* Notes an occasion that the run's own error makes undecidable. */
void way_finding_doubt(struct way_finding *finding, const struct way_frame *at,
                       struct way_text expected, struct way_text found);

/* The verdict so far. */
enum way_verdict way_finding_verdict(const struct way_finding *finding);

#endif
