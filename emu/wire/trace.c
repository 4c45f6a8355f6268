/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading traces, and finding opportunities in their endless repetition.
 */
#include "emu/wire/trace.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/frame.h"

#define NS_PER_MS INT64_C(1000000)
#define MS_MAX    UINT64_C(1000000000) /* eleven days, so that times stay far from overflow */

enum { TUN_HEADER = 4, DIGITS_MAX = 10 };

/* A line of digits and blanks behind them; false for anything else. */
static bool read_number(const char *line, size_t len, uint64_t *out)
{
    size_t digits = 0;
    *out = 0;
    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' ' || line[len - 1] == '\t'))
        len--;
    for (; digits < len && line[digits] >= '0' && line[digits] <= '9'; digits++)
        if (digits < DIGITS_MAX)
            *out = *out * 10 + (uint64_t)(line[digits] - '0');
    return digits > 0 && digits == len && digits <= DIGITS_MAX && *out <= MS_MAX;
}

static size_t count_lines(const char *text, size_t len)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    return lines;
}

static int refuse(struct way_trace *trace, char *error, size_t size, size_t line, const char *what)
{
    snprintf(error, size, "line %zu: expected %s", line, what);
    way_trace_free(trace);
    return -1;
}

int way_trace_read(const char *text, size_t len, struct way_trace *out, char *error,
                   size_t error_size)
{
    const char *end = text + len;
    size_t number = 0;
    *out = (struct way_trace){.ms = calloc(count_lines(text, len), sizeof(uint64_t))};
    if (!out->ms)
        return refuse(out, error, error_size, 0, "more memory");
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t line_len = (size_t)((line_end ? line_end : end) - text);
        uint64_t ms;
        number++;
        if (!read_number(text, line_len, &ms))
            return refuse(out, error, error_size, number, "milliseconds, one integer a line");
        if (out->count > 0 && ms < out->ms[out->count - 1])
            return refuse(out, error, error_size, number, "a time not before the last");
        out->ms[out->count++] = ms;
        text += line_len + 1;
    }
    if (out->count == 0 || out->ms[out->count - 1] == 0)
        return refuse(out, error, error_size, number, "a last time above 0");
    return 0;
}

void way_trace_free(struct way_trace *trace)
{
    free(trace->ms);
    *trace = (struct way_trace){.count = 0};
}

int64_t way_trace_time(const struct way_trace *trace, uint64_t index)
{
    uint64_t period = trace->ms[trace->count - 1];
    uint64_t ms = index / trace->count * period + trace->ms[index % trace->count];
    return (int64_t)ms * NS_PER_MS;
}

uint64_t way_trace_first(const struct way_trace *trace, int64_t time)
{
    int64_t period = (int64_t)trace->ms[trace->count - 1] * NS_PER_MS;
    /* The end of one repetition is the begin of the next: the earlier one's
     * opportunities come first where their times are equal. */
    uint64_t repetition = time > 0 ? (uint64_t)((time - 1) / period) : 0;
    uint64_t low = repetition * trace->count;
    uint64_t high = low + trace->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (way_trace_time(trace, middle) < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t way_trace_cost(size_t frame_len)
{
    size_t packet = frame_len > WAY_FRAME_ETHERNET ? frame_len - WAY_FRAME_ETHERNET : 0;
    return (int64_t)packet + TUN_HEADER;
}
