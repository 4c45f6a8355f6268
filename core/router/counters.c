/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The names of the router's counters.
 */
#include "core/router/counters.h"

#include <stdio.h>

#define X(suffix, name, meaning) name,
static const char *names[WAY_ROUTER_COUNTER_COUNT] = {WAY_ROUTER_COUNTERS(X)};
#undef X

static char malformed_names[WAY_PACKET_ERROR_COUNT][48];

struct way_counters way_router_counters(const uint64_t *values)
{
    for (unsigned kind = 0; kind < WAY_PACKET_ERROR_COUNT; kind++) {
        snprintf(malformed_names[kind], sizeof(malformed_names[kind]), "malformed_%s",
                 way_packet_error_name((enum way_packet_error)kind));
        names[WAY_ROUTER_MALFORMED + kind] = malformed_names[kind];
    }
    return (struct way_counters){
        .program = "waylay-router",
        .names = names,
        .values = values,
        .count = WAY_ROUTER_COUNTER_COUNT,
    };
}
