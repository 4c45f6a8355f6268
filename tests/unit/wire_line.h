/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A direction of a link on an invented clock, and a list of all that came of it.
 *
 * A test sends frames at times it chooses and looks at what arrived when; a run
 * of minutes takes milliseconds and is the same every time. Frames carry an
 * IPv4 header, ECN-capable where asked, and a running number.
 */
#ifndef WAYLAY_TESTS_UNIT_WIRE_LINE_H
#define WAYLAY_TESTS_UNIT_WIRE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/chain.h"

struct way_arrival {
    int64_t due; /* ns */
    uint64_t number;
    unsigned copy;
    uint64_t hash; /* of its bytes */
    bool marked;   /* Congestion Experienced */
};

struct way_line {
    struct way_frames frames;
    struct way_chain *chain;
    bool ecn; /* frames say that they can bear a mark */
    struct way_arrival *arrivals;
    size_t arrival_count, arrival_room;
    struct way_decision *decisions;
    size_t decision_count, decision_room;
};

/* Makes a line from end "a" of the link. Aborts when memory lacks. */
struct way_line *way_line_new(const struct way_parameters *parameters, uint64_t seed,
                              const char *link, const struct way_replay *replay);

/* Frees everything and nulls the pointer; checks that all frames came back. */
void way_line_free(struct way_line **line);

/* Sends a frame of `len` bytes (at least 64) at a time. */
void way_line_send(struct way_line *line, size_t len, int64_t now);

/* Sends `count` of them, the first at `from`, each `every` later, and then lets
 * the line run empty. */
void way_line_send_many(struct way_line *line, unsigned count, size_t len, int64_t from,
                        int64_t every);

/* Lets the line run until nothing is in it. */
void way_line_drain(struct way_line *line);

/* Whether both lines had the same arrivals, byte for byte, and decisions. */
bool way_line_same(const struct way_line *a, const struct way_line *b);

#endif
