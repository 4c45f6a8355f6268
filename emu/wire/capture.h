/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captures: frames at one end of a link, in a pcap file with nanosecond stamps
 * (magic 0xa1b23c4d, host byte order, LINKTYPE_ETHERNET), written by the writer's
 * thread (emu/wire/writer.h).
 *
 * A capture can be turned off and on; what comes while it is off is neither
 * written nor counted. Its file stays open until the writer ends.
 *
 * Format: draft-ietf-opsawg-pcap, sections 4 and 5.
 */
#ifndef WAYLAY_EMU_WIRE_CAPTURE_H
#define WAYLAY_EMU_WIRE_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/writer.h"

struct way_capture;

struct way_capture_counts {
    uint64_t captured; /* frames that are, or are about to be, in the file */
    uint64_t dropped;  /* frames that should be, and are not */
};

/* Opens DIR/LINK@NODE.pcap, turned on. One that was opened before and released goes
 * on where it ended (a link that was removed and added again). Returns NULL with one
 * line in `error`. The capture is to be released, before the writer is freed. */
struct way_capture *way_capture_open(struct way_writer *writer, const char *dir, const char *link,
                                     const char *node, size_t snaplen, char *error,
                                     size_t error_size);

/* Ends the use and nulls the pointer. What was put will still be written. NULL in it
 * is allowed. */
void way_capture_release(struct way_capture **capture);

/* Captures a frame as it was at `time` (ns since the epoch, 0 or above), from the
 * Ethernet header on. Never waits. NULL for the capture is allowed: nothing is done. */
void way_capture_put(struct way_capture *capture, int64_t time, const void *bytes, size_t len);

/* Turns it on or off. */
void way_capture_turn(struct way_capture *capture, bool on);
bool way_capture_is_on(const struct way_capture *capture);

/* What was counted, as of now. */
struct way_capture_counts way_capture_counts(const struct way_capture *capture);

/* All captures that the writer ever opened: {"c1-r1@c1": {"captured": n, "dropped": n},
 * …}. A new reference, or NULL when memory lacks. */
json_t *way_captures_json(const struct way_writer *writer);

#endif
