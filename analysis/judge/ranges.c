/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ranges: adding one swallows those that it touches.
 */
#include "analysis/judge/ranges.h"

#include <string.h>

int64_t way_ranges_add(struct way_ranges *ranges, int64_t from, int64_t to)
{
    int64_t low = from, high = to, had = 0;
    size_t first = 0;

    if (to <= from)
        return 0;
    while (first < ranges->count && ranges->items[first].to < from)
        first++;
    size_t end = first;
    while (end < ranges->count && ranges->items[end].from <= to) {
        int64_t begin = ranges->items[end].from, stop = ranges->items[end].to;
        int64_t shared = (stop < to ? stop : to) - (begin > from ? begin : from);
        had += shared > 0 ? shared : 0;
        low = begin < low ? begin : low;
        high = stop > high ? stop : high;
        end++;
    }
    if (end == first && ranges->count == WAY_RANGES_MAX)
        return 0;
    memmove(&ranges->items[first + 1], &ranges->items[end],
            (ranges->count - end) * sizeof ranges->items[0]);
    ranges->items[first].from = low;
    ranges->items[first].to = high;
    ranges->count = ranges->count - (end - first) + 1;
    return to - from - had;
}

bool way_ranges_cover(const struct way_ranges *ranges, int64_t from, int64_t to)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (ranges->items[i].from <= from && to <= ranges->items[i].to)
            return true;
    return to <= from;
}

int64_t way_ranges_skip(const struct way_ranges *ranges, int64_t at)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (ranges->items[i].from <= at && at < ranges->items[i].to)
            return ranges->items[i].to;
    return at;
}

int64_t way_ranges_until(const struct way_ranges *ranges, int64_t at, int64_t end)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (ranges->items[i].from >= at && ranges->items[i].from < end)
            return ranges->items[i].from;
    return end;
}
