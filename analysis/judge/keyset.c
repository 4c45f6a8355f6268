/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Open addressing, linear probing.
 */
#include "analysis/judge/keyset.h"

#include <stdlib.h>

#include "analysis/lang/memory.h"

enum { ROOM_FIRST = 64 };

static bool is_full(const struct way_key_set *set)
{
    return 4 * (set->count + 1) > 3 * set->room;
}

static size_t next_room(const struct way_key_set *set)
{
    return set->room ? 2 * set->room : ROOM_FIRST;
}

size_t way_key_set_size(const struct way_key_set *set)
{
    return set->room * sizeof *set->places;
}

size_t way_key_set_growth(const struct way_key_set *set)
{
    return is_full(set) ? (next_room(set) - set->room) * sizeof *set->places : 0;
}

/* The key's place, or the free one where it would stand. */
static size_t find(const uint64_t *places, size_t room, uint64_t key)
{
    size_t at = key & (room - 1);

    while (places[at] && places[at] != key)
        at = (at + 1) & (room - 1);
    return at;
}

static void grow(struct way_key_set *set)
{
    size_t room = next_room(set);
    uint64_t *places = way_memory_array(room, sizeof *places);

    for (size_t i = 0; i < set->room; i++)
        if (set->places[i])
            places[find(places, room, set->places[i])] = set->places[i];
    free(set->places);
    set->places = places;
    set->room = room;
}

void way_key_set_add(struct way_key_set *set, uint64_t key)
{
    if (key == 0) {
        set->count += !set->has_zero;
        set->has_zero = true;
        return;
    }
    if (is_full(set))
        grow(set);
    size_t at = find(set->places, set->room, key);
    set->count += set->places[at] == 0;
    set->places[at] = key;
}

void way_key_set_free(struct way_key_set *set)
{
    free(set->places);
    *set = (struct way_key_set){.count = 0};
}
