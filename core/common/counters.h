/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counters: what a program counted, by name, as one JSON object.
 *
 * A program has one X-macro table of counters, from which its enum and its
 * names are made; this module knows only the array and writes it. The counters
 * belong to the one thread that counts; writing is done by that thread, too
 * (its loop answers SIGUSR1), so nothing is locked.
 */
#ifndef WAYLAY_CORE_COMMON_COUNTERS_H
#define WAYLAY_CORE_COMMON_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct way_counters {
    const char *program;      /* member "program" of the object */
    const char *const *names; /* `count` names, without quotes or backslashes */
    const uint64_t *values;   /* `count` values */
    size_t count;
};

/* Writes {"program": …, "time": ns, "<name>": value, …} and a newline to the
 * file `path`, atomically: into `path`.tmp first, renamed over `path` when it is
 * complete. Returns 0, or a negative errno with nothing left behind. */
int way_counters_write(const struct way_counters *counters, const char *path);

#endif
