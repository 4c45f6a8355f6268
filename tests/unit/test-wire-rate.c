/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rates and traces, against arithmetic: no tolerance at all.
 */
#include <stdlib.h>
#include <string.h>

#include "emu/wire/trace.h"
#include "tests/unit/tap.h"
#include "tests/unit/wire_line.h"

#define SECOND INT64_C(1000000000)
#define MS     INT64_C(1000000)

enum { FULL = 1514 };

/* The quotient, rounded up. */
static int64_t over(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The n-th frame of a busy period leaves at exactly n * bits / rate, rounded up. */
static void every_frame_leaves_at_the_exact_time(void)
{
    static const int64_t rates[] = {9600, 1000000, 100000000, 999999937, INT64_C(40000000000)};
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        const struct way_parameters parameters = {.rate = {.bits = rates[r]}};
        struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
        int64_t wrong = 0;
        way_line_send_many(line, 10000, FULL, 5 * MS, 0);
        CU_ASSERT_EQUAL_FATAL(line->arrival_count, 10000);
        for (int64_t i = 0; i < 10000; i++) {
            __extension__ __int128 nanobits = (__int128)(i + 1) * FULL * 8 * SECOND;
            int64_t due = 5 * MS + (int64_t)((nanobits + rates[r] - 1) / rates[r]);
            wrong += line->arrivals[i].due != due;
        }
        CU_ASSERT_EQUAL(wrong, 0);
        way_line_free(&line);
    }
}

static void a_pause_earns_the_burst_and_no_more(void)
{
    const struct way_parameters parameters = {.rate = {.bits = 8000000, .burst = 3000}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 5, 1000, 10 * SECOND, 0);
    static const int64_t due[] = {0, 0, 0, MS, 2 * MS}; /* 1000 bytes take 1 ms */
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(line->arrivals[i].due, 10 * SECOND + due[i]);
    way_line_free(&line);
}

static void overhead_counts(void)
{
    const struct way_parameters parameters = {.rate = {.bits = 8000000, .overhead = 24}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 2, 976, 0, 0);
    CU_ASSERT_EQUAL(line->arrivals[1].due, 2 * MS);
    way_line_free(&line);
}

/* Half a frame at 8 Mbit/s, the other half at 1 Mbit/s; the next wholly so. */
static void a_new_rate_holds_for_what_is_left(void)
{
    struct way_parameters parameters = {.rate = {.bits = 8000000}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send(line, 1000, 0);
    way_line_send(line, 1000, 0);
    parameters.rate.bits = 1000000;
    way_chain_change(line->chain, &parameters, MS / 2);
    way_line_drain(line);
    CU_ASSERT_EQUAL(line->arrivals[0].due, MS / 2 + 4 * MS);
    CU_ASSERT_EQUAL(line->arrivals[1].due, MS / 2 + 12 * MS);
    way_line_free(&line);
}

static void no_rate_lets_all_go(void)
{
    struct way_parameters parameters = {.rate = {.bits = 1000}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    for (int i = 0; i < 10; i++)
        way_line_send(line, 1000, 0);
    CU_ASSERT_EQUAL(line->arrival_count, 0);
    parameters.rate.bits = 0;
    way_chain_change(line->chain, &parameters, 7);
    CU_ASSERT_EQUAL(line->arrival_count, 10);
    CU_ASSERT_EQUAL(line->arrivals[9].due, 7);
    way_line_free(&line);
}

static struct way_trace trace_of(const char *text)
{
    struct way_trace trace;
    char error[100];
    CU_ASSERT_EQUAL_FATAL(way_trace_read(text, strlen(text), &trace, error, sizeof(error)), 0);
    return trace;
}

/* Each full packet takes one opportunity; the trace repeats after 10 ms. */
static void a_trace_delivers_at_its_opportunities(void)
{
    struct way_trace trace = trace_of("1\n4\n4\n10\n");
    const struct way_parameters parameters = {.trace = &trace};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 9, FULL, 2 * MS, 0);
    static const int64_t due[] = {4, 4, 10, 11, 14, 14, 20, 21, 24};
    CU_ASSERT_EQUAL_FATAL(line->arrival_count, 9);
    for (int i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(line->arrivals[i].due, due[i] * MS);
    way_line_send(line, FULL, 24 * MS);
    way_line_send(line, FULL, 27 * MS);
    way_line_drain(line);
    CU_ASSERT_EQUAL(line->arrivals[9].due, 24 * MS); /* there are two at 24 */
    CU_ASSERT_EQUAL(line->arrivals[10].due, 30 * MS);
    way_line_free(&line);
    way_trace_free(&trace);
}

/* 100 bytes of packet count 104: fourteen and a part of the next go at once. */
static void small_packets_share_an_opportunity(void)
{
    struct way_trace trace = trace_of("5\r\n");
    const struct way_parameters parameters = {.trace = &trace};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 30, 114, 0, 0);
    for (int i = 0; i < 30; i++)
        CU_ASSERT_EQUAL(line->arrivals[i].due,
                        over(INT64_C(104) * (i + 1), WAY_TRACE_BYTES) * 5 * MS);
    way_line_free(&line);
    way_trace_free(&trace);
}

static void what_is_no_trace_is_refused(void)
{
    static const char *const texts[] = {"",       "0\n",  "1\n0\n",   "x\n",
                                        "1\n\n2", "-1\n", "1 2\n3\n", "99999999999\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct way_trace trace;
        char error[100] = "";
        CU_ASSERT_EQUAL(way_trace_read(texts[i], strlen(texts[i]), &trace, error, 100), -1);
        CU_ASSERT_EQUAL(strncmp(error, "line ", 5), 0);
        CU_ASSERT_PTR_NULL(trace.ms);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every frame leaves at the exact time", every_frame_leaves_at_the_exact_time},
        {"a pause earns the burst and no more", a_pause_earns_the_burst_and_no_more},
        {"overhead counts", overhead_counts},
        {"a new rate holds for what is left", a_new_rate_holds_for_what_is_left},
        {"no rate lets all go", no_rate_lets_all_go},
        {"a trace delivers at its opportunities", a_trace_delivers_at_its_opportunities},
        {"small packets share an opportunity", small_packets_share_an_opportunity},
        {"what is no trace is refused", what_is_no_trace_is_refused},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire rate", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
