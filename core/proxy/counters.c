/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The counters' values, and their names put together from two tables.
 */
#include "core/proxy/counters.h"

#include <stdio.h>

#include "core/common/counters.h"

uint64_t way_counted[WAY_COUNT_COUNT];

int way_counted_write(const char *path)
{
#define WAY_PROXY_COUNTER_NAME(suffix, name) name,
    static const char *names[WAY_COUNT_COUNT] = {WAY_PROXY_COUNTERS(WAY_PROXY_COUNTER_NAME)};
#undef WAY_PROXY_COUNTER_NAME
    static char malformed[WAY_PACKET_ERROR_COUNT][40];
    for (int kind = 0; kind < WAY_PACKET_ERROR_COUNT; kind++) {
        snprintf(malformed[kind], sizeof malformed[kind], "malformed_%s",
                 way_packet_error_name((enum way_packet_error)kind));
        names[WAY_COUNT_MALFORMED + kind] = malformed[kind];
    }
    const struct way_counters all = {"waylay-proxy", names, way_counted, WAY_COUNT_COUNT};
    return way_counters_write(&all, path);
}
