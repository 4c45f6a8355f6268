/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A ring of bytes, in which a packet is never parted: one that does not fit before the
 * end goes to the beginning. In front of where the next packet goes lie the oldest.
 */
#include "analysis/capture/ring.h"

#include <stdlib.h>
#include <string.h>

enum { PACKET_LEAST = 32 }; /* bytes that a packet counts for: so the number of them is bounded */

struct way_ring {
    uint8_t *bytes; /* `size` of them */
    size_t size, at;
    struct way_record *records; /* a ring as well: of `room`, `count` from `first` on */
    size_t first, count, room;
};

struct way_ring *way_ring_new(size_t size)
{
    struct way_ring *ring = calloc(1, sizeof *ring);

    if (!ring)
        return NULL;
    ring->bytes = malloc(size ? size : 1);
    ring->size = size;
    if (!ring->bytes)
        way_ring_free(&ring);
    return ring;
}

static const struct way_record *oldest_of(const struct way_ring *ring)
{
    return &ring->records[ring->first];
}

static size_t place_of(const struct way_ring *ring, const struct way_record *record)
{
    return (size_t)(record->bytes - ring->bytes);
}

static void throw_out_oldest(struct way_ring *ring)
{
    ring->first = (ring->first + 1) % ring->room;
    ring->count--;
}

/* Makes room among the records. False when memory lacks. */
static bool grow(struct way_ring *ring)
{
    size_t room = ring->room ? 2 * ring->room : 64;
    struct way_record *records = reallocarray(NULL, room, sizeof *records);

    if (!records)
        return false;
    for (size_t i = 0; i < ring->count; i++)
        records[i] = ring->records[(ring->first + i) % ring->room];
    free(ring->records);
    ring->records = records;
    ring->first = 0;
    ring->room = room;
    return true;
}

/* Where `len` bytes go: what lies there is thrown out. */
static uint8_t *clear_place(struct way_ring *ring, size_t len)
{
    if (ring->at + len > ring->size) {
        while (ring->count && place_of(ring, oldest_of(ring)) >= ring->at)
            throw_out_oldest(ring);
        ring->at = 0;
    }
    while (ring->count && place_of(ring, oldest_of(ring)) >= ring->at &&
           place_of(ring, oldest_of(ring)) < ring->at + len)
        throw_out_oldest(ring);
    return ring->bytes + ring->at;
}

void way_ring_add(struct way_ring *ring, const struct way_record *record)
{
    size_t len = record->len < PACKET_LEAST ? PACKET_LEAST : record->len;

    if (len > ring->size || (ring->count == ring->room && !grow(ring))) {
        ring->count = ring->first = ring->at = 0;
        return;
    }
    uint8_t *place = clear_place(ring, len);
    if (record->len)
        memcpy(place, record->bytes, record->len);
    ring->at += len;
    struct way_record *added = &ring->records[(ring->first + ring->count++) % ring->room];
    *added = *record;
    added->bytes = place;
}

bool way_ring_find(const struct way_ring *ring, uint64_t number, struct way_record *record)
{
    if (ring->count == 0 || number < oldest_of(ring)->number ||
        number - oldest_of(ring)->number >= ring->count)
        return false;
    uint64_t behind = number - oldest_of(ring)->number;
    *record = ring->records[(ring->first + (size_t)behind) % ring->room];
    return true;
}

void way_ring_free(struct way_ring **ring)
{
    if (!*ring)
        return;
    free((*ring)->bytes);
    free((*ring)->records);
    free(*ring);
    *ring = NULL;
}
