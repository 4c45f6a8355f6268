/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bytes of one direction of a TCP connection, put in order.
 *
 * What comes in order is handed through where it lies; only what comes early is
 * copied and kept until the hole before it is filled. Bytes that were handed out are
 * never handed out again, whatever a repetition says about them. What is kept counts
 * against a budget that many directions share.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_REASSEMBLY_H
#define WAYLAY_ANALYSIS_DISSECT_REASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/value.h"

struct way_piece;

/* Pieces of one direction: to find a place among them costs time, whatever their bytes. */
enum { WAY_REASSEMBLY_PIECES_MAX = 4096 };

struct way_reassembly {
    uint32_t next;            /* the sequence number of the next byte to hand out */
    unsigned count;           /* pieces that are kept */
    struct way_piece *kept;   /* ascending */
    struct way_piece *newest; /* the last of them, or NULL */
    struct way_piece *lent;   /* the one whose bytes were handed out last, or NULL */
};

/* Begins at the sequence number of the first byte of data. */
static inline void way_reassembly_begin(struct way_reassembly *reassembly, uint32_t seq)
{
    *reassembly = (struct way_reassembly){.next = seq};
}

/* Adds `bytes`, the first of which has the number `seq`. If they are next, `*ready`
 * is the part of them that is new (and way_reassembly_more is to be called); else it
 * is empty. Returns false when they cannot be kept: the budget, from which kept bytes
 * are taken, or memory does not suffice, or there are WAY_REASSEMBLY_PIECES_MAX. */
bool way_reassembly_add(struct way_reassembly *reassembly, uint32_t seq, struct way_bytes bytes,
                        size_t *budget, struct way_bytes *ready);

/* The next kept bytes that are in order by now; they are good until the next call, for
 * the same direction, of any function here. False when there are none. */
bool way_reassembly_more(struct way_reassembly *reassembly, size_t *budget,
                         struct way_bytes *ready);

/* Frees what is kept and gives it back to the budget. */
void way_reassembly_end(struct way_reassembly *reassembly, size_t *budget);

#endif
