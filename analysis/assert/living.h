/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging while packets come: interfaces in the place of captures.
 *
 * Live sources are opened one after the other, then `ready` is said on standard error:
 * whatever is sent from then on is seen. They end by their deadline, or when SIGINT or
 * SIGTERM comes: what came until then is judged. One set of live sources at a time.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_LIVING_H
#define WAYLAY_ANALYSIS_ASSERT_LIVING_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/capture/source.h"

/* A duration on the command line: "30s", "500ms", "2min". False for what is none, or not
 * longer than nothing, or longer than a year. */
bool way_living_duration(const char *text, int64_t *ns);

/* Opens an interface, to end `deadline` ns from now (0: by a signal alone). Returns the
 * source, the caller's; NULL with one line in `error`. */
struct way_source *way_living_open(const char *interface, int64_t deadline,
                                   char error[WAY_SOURCE_ERROR_MAX]);

/* All are open: signals end them, and `ready` is said. Without any, nothing happens.
 * Returns the time (ns since the epoch) from which on they are live. */
int64_t way_living_ready(void);

/* Before the sources are closed: signals are as they were. */
void way_living_end(void);

#endif
