/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the emulated link reads from files: decision logs (they begin with '{') and
 * traces of delivery opportunities. What is accepted is inside its bounds; what
 * is refused says in which line.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/replay.h"
#include "emu/wire/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_log(const char *text, size_t len)
{
    char error[256] = "";
    struct way_replay_log *log = way_replay_read(text, len, error, sizeof(error));
    demand(log || strncmp(error, "line ", 5) == 0);
    const struct way_replay *replay = log ? way_replay_direction(log, "l", "a") : NULL;
    for (size_t i = 0; replay && i < replay->count; i++) {
        const struct way_decision *each = &replay->decisions[i];
        demand(each->what < WAY_DECIDED_COUNT && each->why < WAY_BECAUSE_COUNT);
        demand(each->value >= 0 && each->value <= WAY_DECISION_VALUE_MAX);
        demand(way_replay_find(replay, each->frame, each->copy, each->what) != NULL);
    }
    way_replay_free(&log);
}

static void check_trace(const char *text, size_t len)
{
    char error[256] = "";
    struct way_trace trace;
    if (way_trace_read(text, len, &trace, error, sizeof(error)) != 0) {
        demand(strncmp(error, "line ", 5) == 0);
        return;
    }
    for (uint64_t i = 0; i < 2 * trace.count; i++) {
        int64_t time = way_trace_time(&trace, i);
        demand(time >= 0 && way_trace_time(&trace, i + 1) >= time);
        demand(way_trace_first(&trace, time) <= i);
        demand(way_trace_first(&trace, time + 1) > i);
    }
    way_trace_free(&trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > 0 && data[0] == '{')
        check_log((const char *)data, len);
    else if (len < 4096)
        check_trace((const char *)data, len);
    return 0;
}
