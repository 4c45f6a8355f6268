/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bounded ring of records, from one thread to one other, without locks.
 *
 * A record is a piece of bytes for an owner, and lies in one piece in the ring; where
 * it would wrap, the ring's end stays empty. The positions count all bytes that ever
 * went through; what is between them belongs to the reader, all else to the putter.
 */
#ifndef WAYLAY_EMU_WIRE_RING_H
#define WAYLAY_EMU_WIRE_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { WAY_RING_MIN = 256 << 10 }; /* bytes of the smallest ring */

struct way_ring {
    _Alignas(64) _Atomic uint64_t head; /* the putter's */
    uint8_t *bytes;
    size_t size;                        /* a power of two */
    uint64_t tail_seen;                 /* the putter's copy of tail */
    _Alignas(64) _Atomic uint64_t tail; /* the reader's */
};

/* As it lies in the ring. */
struct way_ring_record {
    void *owner;                  /* NULL: it fills the ring's end */
    struct way_ring_record *next; /* the reader's, for its own lists */
    uint64_t len;
    uint64_t unused; /* so that records are aligned */
    uint8_t bytes[];
};

/* Allocates a ring of `bytes`, rounded up. Returns 0, or -1 with errno set. */
int way_ring_open(struct way_ring *ring, size_t bytes);
void way_ring_close(struct way_ring *ring);

/* Putter: room for a record of `len` bytes, or NULL when there is none now. The record is
 * the reader's after way_ring_put of the same length. */
uint8_t *way_ring_room(struct way_ring *ring, void *owner, size_t len);
void way_ring_put(struct way_ring *ring, size_t len);

/* Putter: how many bytes lie in it, at most. */
size_t way_ring_filled(struct way_ring *ring);

/* Reader: where the records that are there now begin, and end. */
uint64_t way_ring_tail(const struct way_ring *ring);
uint64_t way_ring_head(const struct way_ring *ring);

/* Reader: the record at `*position`, which moves behind it; NULL when there is none before
 * `head`. The record is the reader's until it is released. */
struct way_ring_record *way_ring_next(const struct way_ring *ring, uint64_t *position,
                                      uint64_t head);

/* Reader: gives all before the position back to the putter. */
void way_ring_release(struct way_ring *ring, uint64_t position);

#endif
