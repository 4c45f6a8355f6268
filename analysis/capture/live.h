/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Live captures by libpcap. Internal to analysis/capture.
 *
 * The handle does not block: a packet is there or it is not. Stamps are the
 * kernel's, in nanoseconds where the kernel gives them.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_LIVE_H
#define WAYLAY_ANALYSIS_CAPTURE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/capture/record.h"
#include "analysis/capture/source.h"

struct way_live;

/* Opens the interface; way_live_close frees the handle. NULL with one line in
 * `error`. */
struct way_live *way_live_open(const char *interface, char error[WAY_SOURCE_ERROR_MAX]);

/* The next packet. LATER when there is none now; END when the interface is gone,
 * with libpcap's words in *message (the handle's). */
enum way_source_result way_live_next(struct way_live *live, struct way_record *record,
                                     const char **message);

/* ns that a stamp is exact to. */
int64_t way_live_resolution(const struct way_live *live);

int way_live_descriptor(const struct way_live *live);

/* Packets that kernel and interface have lost so far; false when they do not say. */
bool way_live_dropped(struct way_live *live, uint64_t *dropped);

/* Closes the handle and nulls the pointer. NULL inside is allowed. */
void way_live_close(struct way_live **live);

#endif
