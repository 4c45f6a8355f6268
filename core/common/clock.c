/* SPDX-License-Identifier: BSD-2-Clause
 *
 * CLOCK_MONOTONIC plus a fixed offset.
 */
#include "core/common/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * WAY_NS_PER_SECOND + now.tv_nsec;
}

static int64_t offset_at_start(void)
{
    const char *given = getenv("WAYLAY_CLOCK_OFFSET");
    if (given) {
        char *end;
        errno = 0;
        long long value = strtoll(given, &end, 10);
        if (errno == 0 && end != given && *end == '\0')
            return value;
    }
    return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

int64_t way_clock_offset_ns(void)
{
    static int64_t offset;
    static bool known;
    if (!known) {
        offset = offset_at_start();
        known = true;
    }
    return offset;
}

int64_t way_clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC) + way_clock_offset_ns();
}
