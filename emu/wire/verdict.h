/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether the wire was what it was told to be: facts in, verdict out.
 *
 * NO: frames were lost by accident, or left so late, or at such a rate, that the
 * network was another one. SUSPECT: it may matter, depending on what is measured.
 * YES: neither. The worst of all facts is the verdict of the wire; docs/wire.md
 * has the bounds for users.
 *
 * Pure.
 */
#ifndef WAYLAY_EMU_WIRE_VERDICT_H
#define WAYLAY_EMU_WIRE_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/chain.h"

#define WAY_FAITHFULNESS(X)                                                                        \
    X(YES, "yes")                                                                                  \
    X(SUSPECT, "suspect")                                                                          \
    X(NO, "no")
#define X(name, text) WAY_FAITHFUL_##name,
enum way_faithful { WAY_FAITHFULNESS(X) WAY_FAITHFUL_COUNT };
#undef X

/* The fixed bounds. */
#define WAY_RATE_SUSPECT 0.005 /* of the configured rate */
#define WAY_RATE_NO      0.05
#define WAY_RATE_BUSY    INT64_C(100000000) /* ns of busy periods: below, nothing is said */

/* Lateness at the 99th percentile, in ns: below `suspect` it is good. One frame alone that is
 * WAY_LATE_ONCE times as late as `unfaithful` makes a suspect, too. */
enum { WAY_LATE_ONCE = 10 };
struct way_lateness_bounds {
    int64_t suspect, unfaithful;
};

/* Those that hold when nothing else is said: 1 ms and 10 ms. */
extern const struct way_lateness_bounds way_lateness_usual;

/* What is known of a direction. */
struct way_direction_facts {
    const char *link, *from;
    const struct way_chain_counts *counts;
    uint64_t held;
    bool conserved;
    bool deaf;            /* the interface could not be read any more */
    int64_t device_drops; /* frames; -1: it could not be found out */
    uint64_t capture_drops;
    int64_t late_p50, late_p99, late_max; /* ns */
    uint64_t late_count;
    int64_t rate, achieved; /* bits a second; 0: there is none, it is not known */
    int64_t busy;           /* ns in which `achieved` was measured */
};

/* {YES, an empty array} at first. */
struct way_verdict {
    enum way_faithful faithful;
    json_t *why; /* strings */
};

/* Adds a reason of this weight, in printf's format. */
void way_verdict_say(struct way_verdict *verdict, enum way_faithful weight, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Judges a direction. */
void way_verdict_direction(struct way_verdict *verdict, const struct way_direction_facts *facts,
                           const struct way_lateness_bounds *bounds);

/* The name of a value. */
const char *way_faithful_name(enum way_faithful faithful);

#endif
