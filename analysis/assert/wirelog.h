/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wire's decision log: what the emulated links did to frames on purpose.
 *
 * logs/wire-decisions.jsonl of a run (docs/wire.md) has a line for each frame that was
 * dropped, doubled, corrupted, held back or marked. It is read here as hostile input, and
 * only for diagnosis: no verdict depends on it. A line about a link or a node that the
 * run's bindings do not know is passed over; a line that is none is an error.
 *
 * A decision names its frame by link, sender and number. The frame itself is in the
 * capture at its sender's end, stamped when the wire read it, which is the time
 * of the decision; where a frame is decided upon when it leaves (codel, device), its number
 * is counted among the frames of the sender. So frames are found without gaps in
 * captures mattering, and a length that does not agree is no match.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_WIRELOG_H
#define WAYLAY_ANALYSIS_ASSERT_WIRELOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/text.h"
#include "analysis/capture/record.h"

enum way_wirelog_limits {
    WAY_WIRELOG_DECISIONS_MAX = 1000 * 1000, /* what comes behind is left out */
    WAY_WIRELOG_LINE_MAX = 4096,             /* bytes of a line */
    WAY_WIRELOG_REASONS_MAX = 64,            /* different reasons */
    WAY_WIRELOG_REASON_MAX = 32              /* bytes of one, with the zero */
};

/* What was decided, and how we say it of a frame. X(suffix, name in the log, words) */
#define WAY_WIRE_DEEDS(X)                                                                          \
    X(DROP, "drop", "dropped")                                                                     \
    X(DUPLICATE, "duplicate", "doubled")                                                           \
    X(CORRUPT, "corrupt", "corrupted")                                                             \
    X(REORDER, "reorder", "held back")                                                             \
    X(MARK, "mark", "marked")

#define WAY_WIRE_ENUMERATOR(suffix, name, words) WAY_WIRE_##suffix,
enum way_wire_deed { WAY_WIRE_DEEDS(WAY_WIRE_ENUMERATOR) WAY_WIRE_DEED_COUNT };
#undef WAY_WIRE_ENUMERATOR

struct way_wire_decision {
    int64_t time;   /* ns since the epoch */
    uint64_t frame; /* its number in its direction, from 1 */
    int64_t value;  /* CORRUPT: the bit; REORDER: ns */
    uint32_t len;   /* bytes of the frame */
    uint16_t link;  /* in the bindings */
    uint8_t end;    /* which of the link's ends sent it: 0 or 1 */
    uint8_t deed;   /* enum way_wire_deed */
    uint8_t why;    /* in the log's reasons */
    bool copy;      /* it was done to the duplicate */
};

struct way_wirelog {
    struct way_wire_list {
        struct way_wire_decision *items; /* owned */
        size_t count, room;
    } coming,  /* taken when the frame came: by link, end and time */
        going; /* taken when it left: by link, end and number */
    char reasons[WAY_WIRELOG_REASONS_MAX][WAY_WIRELOG_REASON_MAX];
    size_t reason_count;
};

/* Reads the log of the run in `folder`. Returns 0; 1 where the run has none; -1 with one
 * line in `error` (file, line, key, what was found and expected). way_wirelog_free is due
 * in every case. */
int way_wirelog_read(struct way_wirelog *log, const char *folder,
                     const struct way_bindings *bindings, struct way_text *error);

/* The same from a stream; `name` stands for the file. Never returns 1. */
int way_wirelog_read_stream(struct way_wirelog *log, FILE *file, const char *name,
                            const struct way_bindings *bindings, struct way_text *error);

void way_wirelog_free(struct way_wirelog *log);

/* How many decisions there are. */
size_t way_wirelog_count(const struct way_wirelog *log);

/* Is shown a decision with its frame, as the sender sent it. */
typedef void way_wirelog_see(void *self, const struct way_wire_decision *decision,
                             const struct way_record *frame);

/* Reads the captures at the ends that sent frames which the log speaks of, and shows
 * every decision whose frame is there. A capture that cannot be read shows nothing. */
void way_wirelog_frames(const struct way_wirelog *log, const struct way_bindings *bindings,
                        const char *folder, way_wirelog_see *see, void *self);

/* "dropped it: bernoulli, frame 7 from c1 on c1-r1" */
struct way_text way_wirelog_text(const struct way_wirelog *log, const struct way_bindings *bindings,
                                 const struct way_wire_decision *decision, const char *it);

#endif
