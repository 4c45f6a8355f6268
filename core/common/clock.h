/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one clock of a run: nanoseconds since the epoch that never jump.
 *
 * The time is CLOCK_MONOTONIC plus an offset that is fixed when the program
 * starts. The runner gives every program of a run the same offset in the
 * environment (WAYLAY_CLOCK_OFFSET, integer nanoseconds), so that the stamps of
 * all logs can be compared; without it the offset is taken from the real-time
 * clock at the first call. The first call must happen before a second thread
 * starts (way_log_start does it); after that any thread may call.
 */
#ifndef WAYLAY_CORE_COMMON_CLOCK_H
#define WAYLAY_CORE_COMMON_CLOCK_H

#include <stdint.h>

#define WAY_NS_PER_SECOND INT64_C(1000000000)
#define WAY_NS_PER_MS     INT64_C(1000000)

/* The time now, in nanoseconds since the epoch. Never fails, never goes back. */
int64_t way_clock_ns(void);

/* The fixed offset between CLOCK_MONOTONIC and way_clock_ns, in nanoseconds. */
int64_t way_clock_offset_ns(void);

#endif
