/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A run's folder, read for judgement: its bindings and the captures of the
 * three links along which the mechanism shows.
 *
 *      client ---- CLIENT tap ---- router ---- ORIGIN tap ---- origin
 *                                    |
 *                                PROXY tap
 *                                    |
 *                                  proxy
 *
 * A tap is fit when its capture is (analysis/assert/capture.h) and when
 * captures/losses.json says of it that it was live before the first mark, lost
 * nothing, and wrote as many frames as there are. What is unfit is noted in
 * the capture and fails the expectations that read it; only what cannot be
 * understood at all (no bindings, no such links, JSON that is none) is an
 * error here.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_RUN_H
#define WAYLAY_ANALYSIS_ASSERT_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/capture.h"
#include "analysis/assert/text.h"

enum way_tap_name { WAY_TAP_CLIENT, WAY_TAP_PROXY, WAY_TAP_ORIGIN, WAY_TAP_COUNT };

struct way_tap {
    struct way_capture capture;
    int64_t live_from;  /* ns: from here on the tap is known to have been live */
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

/* Judges the taps by the text of losses.json (NULL: there is none), whose
 * entries are named by link: "losses" of `name` in messages. Returns 0, or
 * -EINVAL with one line in `error` for what is no such file. For way_run_load
 * and for tests. */
int way_run_judge(struct way_run *run, const char *name, const char *losses, size_t length,
                  struct way_text *error);

/* The link of a tap; NULL when the bindings have none or several. */
const struct way_link *way_run_link(const struct way_run *run, enum way_tap_name tap);

/* Frees the captures. */
void way_run_free(struct way_run *run);

#endif
