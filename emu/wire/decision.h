/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decisions: what the emulated link did to a frame on purpose, and why.
 *
 * Whatever a link does but carry a frame on is one decision, reported once. A
 * decision names its frame by direction, number and copy, not by time; so a log
 * of decisions can be played again over the same traffic (emu/wire/replay.h).
 * One line of the log:
 *
 *     {"time": ns, "link": "c1-r1", "from": "c1", "frame": 7, "copy": 0,
 *      "length": 1514, "decision": "drop", "why": "bernoulli", "value": 0}
 */
#ifndef WAYLAY_EMU_WIRE_DECISION_H
#define WAYLAY_EMU_WIRE_DECISION_H

#include <stddef.h>
#include <stdint.h>

/* What was decided; `value` of each. */
#define WAY_DECISIONS(X)                                                                           \
    X(DROP, "drop")           /* 0 */                                                              \
    X(DUPLICATE, "duplicate") /* 0; the copy has the same number */                                \
    X(CORRUPT, "corrupt") /* the bit that was flipped, from the frame's first byte's top bit */    \
    X(REORDER, "reorder") /* ns by which it is held back */                                        \
    X(MARK, "mark")       /* 0; its ECN field became Congestion Experienced */

/* Why. The last three are accidents of the machine: they are no part of the
 * model, and make a run less than faithful. */
#define WAY_REASONS(X)                                                                             \
    X(DOWN, "down")                                                                                \
    X(MTU, "mtu")                                                                                  \
    X(BERNOULLI, "bernoulli")                                                                      \
    X(GILBERT_ELLIOTT, "gilbert-elliott")                                                          \
    X(LIST, "list")                                                                                \
    X(RANDOM, "random")                                                                            \
    X(QUEUE_PACKETS, "queue-packets")                                                              \
    X(QUEUE_BYTES, "queue-bytes")                                                                  \
    X(CODEL, "codel")                                                                              \
    X(RED_EARLY, "red-early")                                                                      \
    X(RED_FORCED, "red-forced")                                                                    \
    X(MEMORY, "memory")                                                                            \
    X(OFFLOAD, "offload")                                                                          \
    X(DEVICE, "device")

#define X(name, text) WAY_DECIDED_##name,
enum way_decided { WAY_DECISIONS(X) WAY_DECIDED_COUNT };
#undef X
#define X(name, text) WAY_BECAUSE_##name,
enum way_because { WAY_REASONS(X) WAY_BECAUSE_COUNT };
#undef X

struct way_decision {
    int64_t time;   /* ns, by the model */
    uint64_t frame; /* its number in its direction */
    unsigned copy;  /* which of them, 0 for the one that came in */
    uint64_t len;   /* bytes of the frame */
    enum way_decided what;
    enum way_because why;
    int64_t value;
};

/* Bytes of the longest line, with names of up to WAY_DECISION_NAME bytes. */
enum { WAY_DECISION_NAME = 64, WAY_DECISION_LINE = 512 };

/* The highest value of a decision: an hour, in nanoseconds. */
#define WAY_DECISION_VALUE_MAX INT64_C(3600000000000)

/* The names as the log has them. */
const char *way_decided_name(enum way_decided what);
const char *way_because_name(enum way_because why);

/* The value of a name; -1 for one that is not in the table. */
int way_decided_named(const char *name);
int way_because_named(const char *name);

/* Writes the line with its newline into `out`, and returns its length. `link` and
 * `from` have at most WAY_DECISION_NAME bytes, none of them a quote, a backslash or
 * a control character. */
size_t way_decision_line(const struct way_decision *decision, const char *link, const char *from,
                         char out[WAY_DECISION_LINE]);

#endif
