/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the taps that a program asks to the captures that feed them.
 *
 * A tap is one that the file declares, one that the command line gives, or one of
 * the run. Each capture is opened once, whatever number of taps it feeds (and under
 * whatever names); a tap that would have one twice, and so each packet twice, is an error.
 * What the run says of its captures (analysis/assert/losses.h) becomes what is known of
 * the taps.
 *
 * A capture of the run that is missing or damaged is no wrong input: it is a tap that is
 * not to be relied upon, so that what needs it fails. One that a file or the command line
 * names, and that cannot be opened, is an error.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_INPUTS_H
#define WAYLAY_ANALYSIS_ASSERT_INPUTS_H

#include <sys/types.h>

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

/* What a source was opened from. */
struct way_opened {
    const char *path;    /* the arena's; "interface NAME" of a live one */
    const char *capture; /* of the run: its name in the bindings, borrowed; else NULL */
    bool is_file;        /* a regular file, of which the following says which: */
    dev_t device;
    ino_t inode;
};

struct way_inputs {
    struct way_judge_setup setup; /* for way_judge */
    struct way_arena arena;
    struct way_judge_source *sources;
    struct way_judge_tap *taps;
    struct way_opened *opened; /* of the sources */
    size_t source_count;
    struct way_logread log;
};

/* What is to be opened; all borrowed, and needed until the inputs are closed. */
struct way_inputs_wish {
    const struct way_program *program;   /* all that it asks */
    const struct way_bindings *bindings; /* of a run, and */
    const char *folder;                  /* where it is; both or none */
    const struct way_given_tap *given;   /* taps of the command line */
    size_t given_count;
    bool keep; /* the latest packets of what cannot be read again are kept (WAY_INPUTS_KEPT) */
};

enum { WAY_INPUTS_KEPT = 32 * 1024 * 1024 }; /* bytes of packets, of each such source */

/* Opens it. Returns 0; -1 with one line in `error`. way_inputs_close is due in either
 * case. */
int way_inputs_open(struct way_inputs *inputs, const struct way_inputs_wish *wish,
                    struct way_text *error);

void way_inputs_close(struct way_inputs *inputs);

#endif
