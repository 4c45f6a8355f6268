/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Traces of delivery opportunities, in Mahimahi's format.
 *
 * A trace is a text file of integers, one a line, ascending: milliseconds at
 * which the link could have delivered one packet of full size. A number that
 * stands there twice is two opportunities. After the last, the trace begins
 * again, the last one's time being the new zero. An opportunity carries 1504
 * bytes, of several small packets or of a part of a big one; what finds nothing
 * to carry is lost. A packet counts 4 bytes more than its own (in Mahimahi, the
 * header of its TUN device), so that one of 1500 bytes takes one opportunity.
 */
#ifndef WAYLAY_EMU_WIRE_TRACE_H
#define WAYLAY_EMU_WIRE_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum { WAY_TRACE_BYTES = 1504 }; /* of an opportunity */

struct way_trace {
    uint64_t *ms; /* ascending; the last is the period, and above 0 */
    size_t count; /* at least 1 */
};

/* Reads a trace from text, which is untrusted. Returns 0, or -1 with one line in
 * `error` ("line 3: found 'x', expected …"). The caller frees it. */
int way_trace_read(const char *text, size_t len, struct way_trace *out, char *error,
                   size_t error_size);

/* Frees what the trace owns and empties it. */
void way_trace_free(struct way_trace *trace);

/* The time of the opportunity `index`, from 0 on, in nanoseconds since the
 * trace's begin. */
int64_t way_trace_time(const struct way_trace *trace, uint64_t index);

/* The first opportunity that is not before `time` (ns since the begin). */
uint64_t way_trace_first(const struct way_trace *trace, int64_t time);

/* The bytes that a frame takes of opportunities. */
int64_t way_trace_cost(size_t frame_len);

#endif
