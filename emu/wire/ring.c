/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Positions, headers, and the empty end.
 *
 * A record of the owner NULL fills the ring's end. Headers and records begin at
 * multiples of the header's size, so a header always fits.
 */
#include "emu/wire/ring.h"

#include <sys/mman.h>

enum { UNIT = sizeof(struct way_ring_record) };

_Static_assert((UNIT & (UNIT - 1)) == 0, "headers keep records aligned");

/* What a record takes of the ring. */
static uint64_t span(size_t len)
{
    return UNIT + (len + UNIT - 1) / UNIT * UNIT;
}

static struct way_ring_record *place(const struct way_ring *ring, uint64_t position)
{
    return (struct way_ring_record *)(void *)(ring->bytes + (position & (ring->size - 1)));
}

int way_ring_open(struct way_ring *ring, size_t bytes)
{
    size_t size = WAY_RING_MIN;
    while (size < bytes)
        size *= 2;
    /* Pages are taken as they are first used, not now. */
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    ring->bytes = memory;
    ring->size = size;
    ring->tail_seen = 0;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    return 0;
}

void way_ring_close(struct way_ring *ring)
{
    munmap(ring->bytes, ring->size);
    ring->bytes = NULL;
}

/* Whether the ring has `need` bytes left behind the position. */
static int has_room(struct way_ring *ring, uint64_t head, uint64_t need)
{
    if (head + need - ring->tail_seen <= ring->size)
        return 1;
    ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return head + need - ring->tail_seen <= ring->size;
}

uint8_t *way_ring_room(struct way_ring *ring, void *owner, size_t len)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t need = span(len);
    uint64_t left = ring->size - (head & (ring->size - 1));
    uint64_t skip = need > left ? left : 0;
    if (need > ring->size || !has_room(ring, head, skip + need))
        return NULL;
    if (skip > 0) {
        *place(ring, head) = (struct way_ring_record){.len = skip - UNIT};
        atomic_store_explicit(&ring->head, head += skip, memory_order_release);
    }
    struct way_ring_record *record = place(ring, head);
    *record = (struct way_ring_record){.owner = owner, .len = len};
    return record->bytes;
}

void way_ring_put(struct way_ring *ring, size_t len)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    atomic_store_explicit(&ring->head, head + span(len), memory_order_release);
}

size_t way_ring_filled(struct way_ring *ring)
{
    return (size_t)(atomic_load_explicit(&ring->head, memory_order_relaxed) - ring->tail_seen);
}

uint64_t way_ring_head(const struct way_ring *ring)
{
    return atomic_load_explicit(&ring->head, memory_order_acquire);
}

uint64_t way_ring_tail(const struct way_ring *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

struct way_ring_record *way_ring_next(const struct way_ring *ring, uint64_t *position,
                                      uint64_t head)
{
    while (*position != head) {
        struct way_ring_record *record = place(ring, *position);
        *position += span(record->len);
        if (record->owner)
            return record;
    }
    return NULL;
}

void way_ring_release(struct way_ring *ring, uint64_t position)
{
    atomic_store_explicit(&ring->tail, position, memory_order_release);
}
