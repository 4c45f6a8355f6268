/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One capture, whole, in memory.
 *
 * A capture is the sequence of frames that one tap saw, in the file's order,
 * each decoded once, and a judgement on the tap itself: only a fit capture can
 * hold an expectation. What makes one unfit (missing, empty, cut short,
 * clipped frames, a clock that ran backwards; the losses are added by
 * analysis/assert/run.h) is kept as a sentence, the first one found.
 *
 * Memory is bounded by enum way_capture_limits; a larger capture is refused
 * and not read in part. The capture owns its frames and their bytes; they stay
 * where they are until way_capture_free. A view holds frames of several
 * captures, merged by time, and owns no bytes.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_CAPTURE_H
#define WAYLAY_ANALYSIS_ASSERT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/assert/frame.h"
#include "analysis/assert/text.h"

enum way_capture_limits {
    WAY_CAPTURE_FRAMES_MAX = 1 << 18,          /* frames in one capture */
    WAY_CAPTURE_BYTES_MAX = 128 * 1024 * 1024, /* bytes of all its frames */
    WAY_CAPTURE_NAME_MAX = 256,                /* bytes of the name, with the zero */
    WAY_CAPTURE_BACKWARDS_MAX =
        1000 * 1000 /* ns: processors that stamp side by side may differ by this */
};

struct way_capture {
    char name[WAY_CAPTURE_NAME_MAX]; /* the file's path in the run's folder */
    struct way_frame *frames; /* `count` frames in the file's order; their numbers are 1... */
    size_t count;
    size_t room;           /* frames for which there is memory */
    size_t bytes;          /* bytes of all frames */
    bool is_view;          /* its frames' bytes belong to other captures, which outlive it */
    struct way_text unfit; /* why nothing can be held by this capture; empty when it is fit */
};

/* Makes an empty capture of the given name (cut to fit), which is fit. */
void way_capture_init(struct way_capture *capture, const char *name);

/* Adds a frame: `len` captured bytes (copied, then decoded) of a frame that
 * was `wire_len` bytes on the wire, seen at `time` (ns since the epoch).
 * Returns 0, -EFBIG beyond the limits, -ENOMEM. Frames that were added before
 * may move: take no pointers to frames before the last one is added. */
int way_capture_append(struct way_capture *capture, int64_t time, const uint8_t *bytes, size_t len,
                       size_t wire_len);

/* Makes an empty view of the given name: frames that other captures own, in the
 * order of time. They are added by way_capture_merge alone. */
void way_capture_init_view(struct way_capture *view, const char *name);

/* Whether a frame is wanted. */
typedef bool way_capture_select(const struct way_frame *frame, const void *context);

/* Adds to the view the frames of `from` that are wanted (all, for a NULL
 * `select`), between those that it has: earlier stamps first, and the frames of
 * one file in the file's order. The bytes stay with `from`. Returns as
 * way_capture_append. Pointers to frames of the view end. */
int way_capture_merge(struct way_capture *view, const struct way_capture *from,
                      way_capture_select *select, const void *context);

/* Marks the capture as unfit, unless it already is. */
void way_capture_spoil(struct way_capture *capture, struct way_text why);

/* Reads a capture (pcap in us or ns, or pcapng; Ethernet) from `file`, which
 * it closes in every case. What is wrong with the file makes the capture unfit;
 * its frames up to there are kept. Returns 0 (also for an unfit capture),
 * -EFBIG beyond the limits, -ENOMEM. */
int way_capture_read(struct way_capture *capture, FILE *file);

/* Opens the file at `path` and reads it as above; a file that is not there or
 * is no regular file makes the capture unfit. */
int way_capture_open(struct way_capture *capture, const char *path);

/* Frees the frames, and leaves an empty capture. */
void way_capture_free(struct way_capture *capture);

#endif
