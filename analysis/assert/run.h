/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A run's folder, read for judgement: its bindings and the captures of the
 * links along which the mechanism shows.
 *
 *      client ---- CLIENT tap ---- router ---- ORIGIN tap ---- origin
 *                                    |
 *                                PROXY tap
 *                                    |
 *                                  proxy
 *
 * A tap is all links between nodes of the one role and routers. A plain link has
 * one capture, taken at one end, in which a frame that arrives is one that left.
 * A link with a wire has two, one at each end; a frame stands in both, with two
 * stamps, or in the sender's alone when the wire dropped it. Each tap shows two
 * views of its files, merged by time:
 *
 *      capture     frames as they arrive at the end that receives them, which is
 *                  what "on a link" means; read where nothing else is said
 *      departed    frames as they leave the end that sends them
 *
 * Whose a frame is, its Ethernet source says, else its destination.
 *
 * A tap is fit when each of its files is (analysis/assert/capture.h) and when
 * captures/losses.json, whose entries bear the files' names without folder and
 * ".pcap", says of it that it was live before the first mark, lost nothing, and
 * wrote as many frames as there are. What is unfit is noted in the views and
 * fails the expectations that read them. A capture that was turned off for a while
 * (`gaps`) fails those whose time it is; only what cannot be understood at all
 * (no bindings, JSON that is none) is an error here.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_RUN_H
#define WAYLAY_ANALYSIS_ASSERT_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/capture.h"
#include "analysis/assert/text.h"

enum way_tap_name { WAY_TAP_CLIENT, WAY_TAP_PROXY, WAY_TAP_ORIGIN, WAY_TAP_COUNT };

/* One file of a tap. */
struct way_tap_file {
    struct way_capture capture;
    const struct way_link *link;
    size_t end; /* of the link: an index of its ends; either for a plain link */
};

/* From `from` to `to` (ns) one of a tap's files was not written: its capture was off. */
struct way_tap_gap {
    int64_t from, to;
};

enum { WAY_TAP_GAPS_MAX = 64 };

struct way_tap {
    struct way_tap_file *files; /* owned; they own the frames' bytes */
    size_t file_count;
    struct way_capture capture, departed; /* the two views */
    int64_t error;                        /* ns: the largest of its links' */
    int64_t live_from;                    /* ns: from here on the tap is known to have been live */
    struct way_tap_gap gaps[WAY_TAP_GAPS_MAX]; /* in no order */
    size_t gap_count;
    int64_t live_until; /* ns: and up to here: its last frame or the last mark */
};

/* Large (bindings are bounded arrays) and pointed into: allocated, not moved. */
struct way_run {
    struct way_bindings bindings;
    struct way_tap taps[WAY_TAP_COUNT];
};

/* Reads the folder `path` into `run`, which need not be initialised. Returns 0;
 * or a negative errno with one line in `error`: -EINVAL for a folder that is no
 * run's, -EFBIG for a capture beyond the limits, -ENOMEM. way_run_free is due in
 * every case. */
int way_run_load(struct way_run *run, const char *path, struct way_text *error);

/* Makes the empty files of all taps, as the run's bindings, which are read, name
 * them. Returns 0 or -ENOMEM. For way_run_load and for tests. */
int way_run_prepare(struct way_run *run);

/* Judges the files, which are read, by the text of losses.json (NULL: there is
 * none), and makes the views of them; `name` stands for the file in messages.
 * Returns 0; -EINVAL with one line in `error` for what is no such file, -EFBIG,
 * -ENOMEM. For way_run_load and for tests. */
int way_run_judge(struct way_run *run, const char *name, const char *losses, size_t length,
                  struct way_text *error);

/* Frees the captures. */
void way_run_free(struct way_run *run);

#endif
