/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames on their way, and the memory that all of them may take together.
 *
 * A frame is a handle with one owner. Who gives a frame away passes its address
 * (struct way_frame **) and finds NULL in it afterwards; so a frame is given
 * away once, and one that is still held is visible. Every frame comes from a
 * pool and goes back to it; the pool bounds the bytes that are out, and keeps
 * what came back for the next.
 *
 * One thread, the wire's own.
 */
#ifndef WAYLAY_EMU_WIRE_FRAME_H
#define WAYLAY_EMU_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    WAY_FRAME_ETHERNET = 14,    /* bytes of the header before the packet */
    WAY_FRAME_MAX = 65536 + 64, /* bytes of a frame: a whole GSO packet and its header */
    WAY_FRAME_OFFLOAD = 10,     /* bytes of a virtio header */
    WAY_FRAME_CLASSES = 4       /* sizes of memory that are kept */
};

struct way_frame {
    struct way_frame *next; /* in the one list that it is in */
    uint64_t number;        /* from 1, in its direction, as frames came in; the chain sets it */
    unsigned copy;          /* 0, or 1 for one that a duplication made */
    int64_t arrived;        /* ns, when it came into the link */
    int64_t queued;         /* ns, when it came into the queue */
    int64_t served;         /* ns, when it left the bottleneck by the model; 0: there was none */
    int64_t busy_since;     /* ns, since when the bottleneck had been busy then */
    int64_t due;            /* ns, when it leaves the link by the model; the chain sets it */
    int64_t waited;         /* ns, that it may have waited before it was read */
    size_t len;             /* bytes */
    uint8_t class;          /* of its memory; the pool's */
    /* What follows is in one piece, as it is read and written. */
    uint8_t offload[WAY_FRAME_OFFLOAD]; /* the virtio header it came with, opaque here */
    uint8_t bytes[];                    /* from the Ethernet header on */
};
_Static_assert(offsetof(struct way_frame, bytes) ==
                   offsetof(struct way_frame, offload) + WAY_FRAME_OFFLOAD,
               "the header stands before the bytes");

struct way_frames {
    size_t out, out_max; /* bytes of frames that somebody owns, and their bound */
    uint64_t count;      /* such frames */
    struct way_frame *kept[WAY_FRAME_CLASSES];
};

/* Bytes of the Ethernet header with its VLAN tags (IEEE 802.1Q, two at most): where the packet
 * begins. At most `len`. */
size_t way_frame_header(const uint8_t *bytes, size_t len);

/* A list, first in, first out. {0} is empty. */
struct way_fifo {
    struct way_frame *first, *last;
    uint64_t count;
    uint64_t bytes; /* of all in it */
};

/* An empty pool that lets out at most `bytes`. */
struct way_frames way_frames_new(size_t bytes);

/* Frees the memory that is kept. Every frame must have come back (asserted). */
void way_frames_free(struct way_frames *frames);

/* A frame of `len` bytes, which are undefined, all else 0. Returns NULL when it
 * would exceed the bound, `len` exceeds WAY_FRAME_MAX, or memory lacks. */
struct way_frame *way_frame_new(struct way_frames *frames, size_t len);

/* A copy of the frame, everything but its place in a list. Returns NULL as above. */
struct way_frame *way_frame_copy(struct way_frames *frames, const struct way_frame *frame);

/* Gives the frame back and nulls the pointer; NULL in it is allowed. */
void way_frame_free(struct way_frames *frames, struct way_frame **frame);

/* Takes the frame, and nulls the pointer. */
void way_fifo_push(struct way_fifo *fifo, struct way_frame **frame);

/* Gives out the first frame, or NULL. */
struct way_frame *way_fifo_pop(struct way_fifo *fifo);

#endif
