/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets that are kept, and packets that stand ready to be asked.
 *
 * A kept packet is a copy of a record with the tap that saw it. To be asked by a
 * term it must *stand*: a view is begun on it, and a slot points there. What a
 * kept packet cannot be asked any more (fields that need the earlier packets of
 * its capture) was remembered when it passed.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_PACKET_H
#define WAYLAY_ANALYSIS_JUDGE_PACKET_H

#include "analysis/judge/outcome.h"
#include "analysis/lang/evaluate.h"

struct way_kept {
    struct way_record record; /* its bytes are its own */
    int tap;
    uint64_t order;                /* among all packets of the pass */
    struct way_values *remembered; /* by number in the program, or NULL: nothing is */
    enum way_presence *presences;
    uint8_t *texts; /* of what is remembered: it does not point into the packet */
    size_t size;    /* bytes that it takes */
    uint8_t bytes[];
};

/* A packet that stands. */
struct way_stand {
    struct way_record record;
    struct way_view view;
    struct way_seen seen;
};

/* A copy of the packet that stands; freed by way_kept_free. */
struct way_kept *way_keep(const struct way_program *program, const struct way_stand *stand,
                          uint64_t order);

/* Frees it. */
void way_kept_free(struct way_kept *kept);

/* Lets a kept packet stand. It must outlive that. */
void way_stand_on(struct way_stand *stand, const struct way_kept *kept);

/* Where it is. */
struct way_at way_at_of(const struct way_stand *stand);
struct way_at way_at_kept(const struct way_kept *kept);

/* The packet in one line: addresses, protocol, ports, flags, numbers. */
void way_packet_line(struct way_stand *stand, char *text, size_t size);

/* The display filter that finds the packet in its file. */
void way_packet_filter(const struct way_at *at, char *text, size_t size);

#endif
