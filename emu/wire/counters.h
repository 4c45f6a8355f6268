/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wire's counters for --counters: sums over all links that stand.
 */
#ifndef WAYLAY_EMU_WIRE_COUNTERS_H
#define WAYLAY_EMU_WIRE_COUNTERS_H

#include "emu/wire/wire.h"

/* X(name, text, of a chain: what is added up) */
#define WAY_WIRE_COUNTERS(X)                                                                       \
    X(IN, "in", counts->in)                                                                        \
    X(IN_BYTES, "in_bytes", counts->in_bytes)                                                      \
    X(OUT, "out", counts->out)                                                                     \
    X(OUT_BYTES, "out_bytes", counts->out_bytes)                                                   \
    X(HELD, "held", way_chain_held(chain))                                                         \
    X(DROPPED, "dropped", counts->dropped)                                                         \
    X(DUPLICATED, "duplicated", counts->duplicated)                                                \
    X(CORRUPTED, "corrupted", counts->decided[WAY_DECIDED_CORRUPT])                                \
    X(REORDERED, "reordered", counts->decided[WAY_DECIDED_REORDER])                                \
    X(MARKED, "marked", counts->decided[WAY_DECIDED_MARK])
#define X(name, text, value) WAY_WIRE_COUNTER_##name,
enum way_wire_counter { WAY_WIRE_COUNTERS(X) WAY_WIRE_COUNTER_COUNT };
#undef X

/* Writes them to the file `path`; NULL is allowed: nothing is done. Returns 0, or -1
 * after logging. */
int way_wire_counters_write(const struct way_wire *wire, const char *path);

#endif
