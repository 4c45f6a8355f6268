/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Queues: bounds, CoDel by RFC 8289's own schedule, RED by its probabilities.
 */
#include <math.h>
#include <stdlib.h>

#include "emu/wire/red.h"
#include "tests/unit/tap.h"
#include "tests/unit/wire_line.h"

#define MS INT64_C(1000000)

enum { LEN = 1000 }; /* at 8 Mbit/s a frame takes 1 ms */

static struct way_parameters bottleneck(void)
{
    struct way_parameters parameters = way_parameters_default;
    parameters.rate.bits = 8000000;
    return parameters;
}

/* One is in service, three wait, the others find no room. */
static void bounds_drop_the_tail(void)
{
    struct way_parameters parameters = bottleneck();
    parameters.queue.packets = 3;
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 10, LEN, 0, 0);
    CU_ASSERT_EQUAL(line->arrival_count, 4);
    CU_ASSERT_EQUAL(line->decisions[0].frame, 5);
    CU_ASSERT_EQUAL(line->decisions[0].why, WAY_BECAUSE_QUEUE_PACKETS);
    way_line_free(&line);

    parameters.queue.packets = 0;
    parameters.queue.bytes = 2 * LEN + LEN / 2;
    line = way_line_new(&parameters, 1, "l", NULL);
    for (int i = 0; i < 5; i++)
        way_line_send(line, LEN, 0);
    way_line_send(line, LEN / 2, 0); /* a small one still finds room */
    way_line_drain(line);
    CU_ASSERT_EQUAL(line->arrival_count, 4);
    CU_ASSERT_EQUAL(line->decisions[0].why, WAY_BECAUSE_QUEUE_BYTES);
    way_line_free(&line);
}

/* Twice the rate comes for 2 s. The n-th frame waits n * 1/2 ms before it is taken
 * at n ms: the target of 5 ms is passed at n = 10, and 100 ms later drops begin, at
 * intervals of 100 ms / sqrt(count), each at the next whole millisecond. */
static void codel_keeps_its_schedule(void)
{
    struct way_parameters parameters = bottleneck();
    parameters.queue.discipline = WAY_DISCIPLINE_CODEL;
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 4000, LEN, 0, MS / 2);
    double next = 110.0 * MS;
    int checked = 0;
    for (size_t i = 0; i < line->decision_count && line->decisions[i].time < 1000 * MS; i++) {
        CU_ASSERT_EQUAL(line->decisions[i].why, WAY_BECAUSE_CODEL);
        int64_t due = (int64_t)ceil(next / MS) * MS;
        CU_ASSERT_TRUE(llabs(line->decisions[i].time - due) <= MS);
        next = (i == 0 ? (double)line->decisions[0].time : next) + 100.0 * MS / sqrt((double)i + 1);
        checked++;
    }
    CU_ASSERT_TRUE(checked > 15);
    way_line_free(&line);
}

/* A burst that is gone within the interval costs nothing. */
static void codel_forgives_bursts(void)
{
    struct way_parameters parameters = bottleneck();
    parameters.queue.discipline = WAY_DISCIPLINE_CODEL;
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    for (int burst = 0; burst < 50; burst++)
        for (int i = 0; i < 90; i++)
            way_line_send(line, LEN, 100 * MS * burst);
    way_line_drain(line);
    CU_ASSERT_EQUAL(line->decision_count, 0);
    way_line_free(&line);
}

static void codel_marks_who_can_bear_it(void)
{
    struct way_parameters parameters = bottleneck();
    parameters.queue.discipline = WAY_DISCIPLINE_CODEL;
    parameters.queue.ecn = true;
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    line->ecn = true;
    way_line_send_many(line, 4000, LEN, 0, MS / 2);
    const struct way_chain_counts *counts = way_chain_counts(line->chain);
    uint64_t marked = 0;
    for (size_t i = 0; i < line->arrival_count; i++)
        marked += line->arrivals[i].marked;
    CU_ASSERT_EQUAL(counts->dropped, 0);
    CU_ASSERT_TRUE(marked > 15);
    CU_ASSERT_EQUAL(marked, counts->decided[WAY_DECIDED_MARK]);
    way_line_free(&line);
}

/* The queue is kept at 60 kB, half way from 30 to 90: with the average arrived
 * there, the base probability is 0.05, and counting makes the gaps uniform from 1 to
 * 20, 10.5 on average; a change of the gap by 4 standard errors is a failure. */
static void red_drops_evenly(void)
{
    struct way_red red = {.average = 60000};
    const struct way_red_parameters *parameters = &way_parameters_default.queue.red;
    int drops = 0, longest = 0, gap = 0;
    const int many = 100000;
    for (int i = 0; i < many; i++) {
        gap++;
        if (way_red_judge(&red, parameters, 60000, MS, way_draw_uniform(9, (uint64_t)i, 0), i) ==
            WAY_RED_KEEP)
            continue;
        longest = gap > longest ? gap : longest;
        gap = 0;
        drops++;
    }
    double deviation = sqrt((20.0 * 20 - 1) / 12 / drops);
    CU_ASSERT_TRUE(fabs((double)many / drops - 10.5) < 4 * deviation);
    CU_ASSERT_EQUAL(longest, 20);
}

/* Weight 1/2: the average is easy to follow by hand. */
static void red_follows_the_average(void)
{
    const struct way_red_parameters parameters = {
        .min = 1000, .max = 2000, .probability = 0.5, .weight = 0.5};
    struct way_red red = {.average = 0};
    CU_ASSERT_EQUAL(way_red_judge(&red, &parameters, 1000, MS, 0, 0), WAY_RED_KEEP);
    CU_ASSERT_DOUBLE_EQUAL(red.average, 500, 1e-9);
    CU_ASSERT_EQUAL(way_red_judge(&red, &parameters, 2500, MS, 0, 0), WAY_RED_EARLY);
    CU_ASSERT_DOUBLE_EQUAL(red.average, 1500, 1e-9);
    CU_ASSERT_EQUAL(way_red_judge(&red, &parameters, 2500, MS, 0.999, 0), WAY_RED_FORCED);
    CU_ASSERT_DOUBLE_EQUAL(red.average, 2000, 1e-9);
    way_red_idle(&red, 0); /* for three typical times */
    CU_ASSERT_EQUAL(way_red_judge(&red, &parameters, 0, MS, 0, 3 * MS), WAY_RED_KEEP);
    CU_ASSERT_DOUBLE_EQUAL(red.average, 125, 1e-9);
}

static void red_marks_early_and_drops_above(void)
{
    struct way_parameters parameters = bottleneck();
    parameters.queue.discipline = WAY_DISCIPLINE_RED;
    parameters.queue.ecn = true;
    parameters.queue.red.weight = 0.1;
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    line->ecn = true;
    way_line_send_many(line, 4000, LEN, 0, MS / 2);
    const struct way_chain_counts *counts = way_chain_counts(line->chain);
    CU_ASSERT_TRUE(counts->decided[WAY_DECIDED_MARK] > 0);
    CU_ASSERT_EQUAL(counts->dropped_because[WAY_BECAUSE_RED_EARLY], 0);
    CU_ASSERT_TRUE(counts->dropped_because[WAY_BECAUSE_RED_FORCED] > 0);
    way_line_free(&line);
}

int main(void)
{
    CU_TestInfo tests[] = {{"bounds drop the tail", bounds_drop_the_tail},
                           {"CoDel keeps its schedule", codel_keeps_its_schedule},
                           {"CoDel forgives bursts", codel_forgives_bursts},
                           {"CoDel marks who can bear it", codel_marks_who_can_bear_it},
                           {"RED follows the average", red_follows_the_average},
                           {"RED drops evenly", red_drops_evenly},
                           {"RED marks early and drops above", red_marks_early_and_drops_above},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire queue", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
