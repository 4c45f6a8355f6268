/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ranges: adding one swallows those that it touches.
 */
#include "analysis/judge/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

static const struct way_range *items_of(const struct way_ranges *ranges)
{
    return ranges->many ? ranges->many : &ranges->only;
}

/* The ranges, with room for one more. */
static struct way_range *items_and_one(struct way_ranges *ranges)
{
    enum { ROOM_FIRST = 4 };

    if (!ranges->many && ranges->count == 0)
        return &ranges->only;
    if (ranges->count < ranges->room)
        return ranges->many;
    size_t room = ranges->room ? 2 * ranges->room : ROOM_FIRST;
    struct way_range *items = way_memory_array(room, sizeof *items);
    memcpy(items, items_of(ranges), ranges->count * sizeof *items);
    free(ranges->many);
    ranges->many = items;
    ranges->room = room;
    return items;
}

int64_t way_ranges_add(struct way_ranges *ranges, int64_t from, int64_t to)
{
    struct way_range *there = ranges->many ? ranges->many : &ranges->only;
    int64_t low = from, high = to, had = 0;
    size_t first = 0;

    if (to <= from)
        return 0;
    while (first < ranges->count && there[first].to < from)
        first++;
    size_t end = first;
    while (end < ranges->count && there[end].from <= to) {
        int64_t begin = there[end].from, stop = there[end].to;
        int64_t shared = (stop < to ? stop : to) - (begin > from ? begin : from);
        had += shared > 0 ? shared : 0;
        low = begin < low ? begin : low;
        high = stop > high ? stop : high;
        end++;
    }
    if (end == first && ranges->count == WAY_RANGES_MAX)
        return 0;
    struct way_range *items = end == first ? items_and_one(ranges) : there;
    memmove(&items[first + 1], &items[end], (ranges->count - end) * sizeof *items);
    items[first] = (struct way_range){low, high};
    ranges->count = ranges->count - (end - first) + 1;
    return to - from - had;
}

bool way_ranges_cover(const struct way_ranges *ranges, int64_t from, int64_t to)
{
    const struct way_range *items = items_of(ranges);

    for (size_t i = 0; i < ranges->count; i++)
        if (items[i].from <= from && to <= items[i].to)
            return true;
    return to <= from;
}

int64_t way_ranges_skip(const struct way_ranges *ranges, int64_t at)
{
    const struct way_range *items = items_of(ranges);

    for (size_t i = 0; i < ranges->count; i++)
        if (items[i].from <= at && at < items[i].to)
            return items[i].to;
    return at;
}

int64_t way_ranges_until(const struct way_ranges *ranges, int64_t at, int64_t end)
{
    const struct way_range *items = items_of(ranges);

    for (size_t i = 0; i < ranges->count; i++)
        if (items[i].from >= at && items[i].from < end)
            return items[i].from;
    return end;
}

void way_ranges_free(struct way_ranges *ranges)
{
    free(ranges->many);
    *ranges = (struct way_ranges){.count = 0};
}
