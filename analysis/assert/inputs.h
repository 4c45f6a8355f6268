/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the taps that a program asks to the captures that feed them.
 *
 * A tap is one that the file declares, one that the command line gives, or one of
 * the run. Each capture is opened once, whatever number of taps it feeds. What the
 * run says of its captures (captures/losses.json: losses, whether they were live)
 * becomes what is known of the taps.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_INPUTS_H
#define WAYLAY_ANALYSIS_ASSERT_INPUTS_H

#include "analysis/assert/bindings.h"
#include "analysis/assert/logread.h"
#include "analysis/assert/text.h"
#include "analysis/judge/judge.h"

/* A tap given on the command line: NAME=FILE, or NAME=INTERFACE where it is live. */
struct way_given_tap {
    const char *name, *path;
    bool live;
    const int64_t *deadline; /* live: ns from the opening on; 0 there: until a signal */
};

enum { WAY_INPUTS_SOURCES_MAX = WAY_MERGE_SOURCES_MAX };

struct way_inputs {
    struct way_judge_setup setup; /* for way_judge */
    struct way_arena arena;
    struct way_judge_source *sources;
    struct way_judge_tap *taps;
    const char **paths; /* of the sources */
    size_t source_count;
    struct way_logread log;
};

/* Opens all that the program asks. `bindings` and `folder` are the run's, or NULL.
 * Returns 0; -1 with one line in `error`. way_inputs_close is due in either case. */
int way_inputs_open(struct way_inputs *inputs, const struct way_program *program,
                    const struct way_bindings *bindings, const char *folder,
                    const struct way_given_tap *given, size_t given_count, struct way_text *error);

void way_inputs_close(struct way_inputs *inputs);

#endif
