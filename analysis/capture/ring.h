/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The last packets of a source that cannot be read again. Internal to analysis/capture.
 *
 * A pipe and an interface are gone once they were read; what is to be shown of them later
 * has to be kept meanwhile. A ring keeps as many of the latest packets as fit into its
 * bytes, with their numbers, which follow each other. Adding copies a packet, and may
 * throw out the oldest ones.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_RING_H
#define WAYLAY_ANALYSIS_CAPTURE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"

struct way_ring;

/* A ring for `size` bytes of packets. NULL when memory lacks. Freed by way_ring_free. */
struct way_ring *way_ring_new(size_t size);

/* Adds the packet, whose number is one more than that of the one added before. One that is
 * larger than the whole ring, and one for which memory lacks, empties it. */
void way_ring_add(struct way_ring *ring, const struct way_record *record);

/* The packet of that number, its bytes good until the next way_ring_add. False: it is not
 * there (any more, or yet). */
bool way_ring_find(const struct way_ring *ring, uint64_t number, struct way_record *record);

/* Frees and nulls the pointer. NULL inside is allowed. */
void way_ring_free(struct way_ring **ring);

#endif
