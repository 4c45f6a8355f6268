/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The decision log's first line, and its others.
 */
#include "emu/wire/decisions.h"

#include <inttypes.h>
#include <stdio.h>

struct way_output *way_decisions_open(struct way_writer *writer, const char *path, uint64_t seed,
                                      uint64_t run, char *error, size_t error_size)
{
    char head[WAY_DECISION_LINE];
    int len =
        snprintf(head, sizeof(head), "{\"seed\": %" PRIu64 ", \"run\": %" PRIu64 "}\n", seed, run);
    return way_output_open(writer, path, "decisions", head, (size_t)len, error, error_size);
}

void way_decisions_put(struct way_output *log, const struct way_decision *decision,
                       const char *link, const char *from)
{
    char line[WAY_DECISION_LINE];
    if (log)
        way_output_put(log, line, way_decision_line(decision, link, from, line), NULL, 0);
}
