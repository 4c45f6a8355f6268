/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Evidence: a small capture of the packets that a failed (or undecided) expectation
 * is about, with some before and after each in its own capture.
 *
 * The captures are read once more, as far as needed, and only where something was
 * wrong: judging itself keeps nothing for it. A packet that is concerned bears a
 * comment that says how; `frame.comment` finds those in Wireshark. Evidence
 * is never written over anything but evidence: names end in ".evidence.pcapng".
 * Standard input and live interfaces cannot be read again: of these there is what their
 * sources were told to keep (way_source_keep), the latest packets.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_EVIDENCE_H
#define WAYLAY_ANALYSIS_ASSERT_EVIDENCE_H

#include <limits.h>

#include "analysis/assert/text.h"
#include "analysis/assert/verdicts.h"

enum {
    WAY_EVIDENCE_AROUND = 5,                  /* packets before and after each, of its capture */
    WAY_EVIDENCE_BYTES_MAX = 16 * 1024 * 1024 /* of one file's packets; what is more is left out */
};

/* Writes the evidence of an outcome into `folder`, which is made if need be, and its
 * path into `path`. What an earlier judgement left there of the same expectation
 * is replaced, or removed where it holds now. *gone is how many of the packets concerned
 * cannot be had any more. Returns 1 where a file was written; 0 where
 * there is nothing to show; -1 with one line in `error`. */
int way_evidence_write(const char *folder, const struct way_reporting *reporting,
                       const struct way_outcome *outcome, char path[PATH_MAX], unsigned *gone,
                       struct way_text *error);

#endif
