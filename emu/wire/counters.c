/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Both directions of all links, added up.
 */
#include "emu/wire/counters.h"

#include <string.h>

#include "core/common/counters.h"
#include "core/common/log.h"

static void add(uint64_t values[WAY_WIRE_COUNTER_COUNT], const struct way_chain *chain)
{
    const struct way_chain_counts *counts = way_chain_counts(chain);
#define X(name, text, value) values[WAY_WIRE_COUNTER_##name] += (value);
    WAY_WIRE_COUNTERS(X)
#undef X
}

int way_wire_counters_write(const struct way_wire *wire, const char *path)
{
#define X(name, text, value) text,
    static const char *const names[] = {WAY_WIRE_COUNTERS(X)};
#undef X
    uint64_t values[WAY_WIRE_COUNTER_COUNT] = {0};
    if (!path)
        return 0;
    for (size_t i = 0; i < wire->link_count; i++)
        for (int side = 0; side < 2; side++)
            add(values, wire->links[i]->sides[side].chain);
    const struct way_counters counters = {"waylay-wire", names, values, WAY_WIRE_COUNTER_COUNT};
    int error = way_counters_write(&counters, path);
    if (error)
        way_log(WAY_LOG_ERROR, "%s: %s", path, strerror(-error));
    return error ? -1 : 0;
}
