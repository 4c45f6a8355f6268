/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The decision log: a first line that names the run,
 *
 *     {"seed": 1, "run": 1}
 *
 * and one line for each decision (emu/wire/decision.h), written by the writer's
 * thread. It is what emu/wire/replay.h reads.
 */
#ifndef WAYLAY_EMU_WIRE_DECISIONS_H
#define WAYLAY_EMU_WIRE_DECISIONS_H

#include "emu/wire/decision.h"
#include "emu/wire/writer.h"

/* A log is an output of the writer, and lives as long as that; lines that it lost
 * are in way_output_counts. */

/* Opens the log. Returns NULL with one line in `error`. */
struct way_output *way_decisions_open(struct way_writer *writer, const char *path, uint64_t seed,
                                      uint64_t run, char *error, size_t error_size);

/* Logs a decision. Never waits. NULL for the log is allowed: nothing is done. */
void way_decisions_put(struct way_output *log, const struct way_decision *decision,
                       const char *link, const char *from);

#endif
