/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lateness in buckets, the rate that was achieved, and the verdict over them.
 */
#include <string.h>

#include "emu/wire/lateness.h"
#include "emu/wire/pace.h"
#include "emu/wire/verdict.h"
#include "tests/unit/tap.h"

#define MS INT64_C(1000000)

static void quantiles_overstate_by_little(void)
{
    static struct way_lateness lateness;
    memset(&lateness, 0, sizeof(lateness));
    CU_ASSERT_EQUAL(way_lateness_quantile(&lateness, 0.5), 0);
    for (int64_t i = 1; i <= 1000; i++)
        way_lateness_add(&lateness, i * 1000);
    for (int64_t percent = 1; percent <= 100; percent++) {
        int64_t exact = percent * 10 * 1000;
        int64_t found = way_lateness_quantile(&lateness, (double)percent / 100);
        CU_ASSERT_TRUE(found >= exact);
        CU_ASSERT_TRUE(found <= exact + exact / 31);
    }
    CU_ASSERT_EQUAL(lateness.max, MS);
    CU_ASSERT_EQUAL(way_lateness_quantile(&lateness, 1), MS);
}

static void every_time_has_a_bucket(void)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, 31, 32, 63, 64, MS, INT64_MAX};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        static struct way_lateness lateness;
        memset(&lateness, 0, sizeof(lateness));
        way_lateness_add(&lateness, times[i]);
        CU_ASSERT_EQUAL(lateness.count, 1);
        CU_ASSERT_EQUAL(lateness.max, times[i] > 0 ? times[i] : 0);
        CU_ASSERT_TRUE(way_lateness_quantile(&lateness, 0.5) <= lateness.max);
    }
}

/* A frame of 1000 bytes that was served at a time, in the busy period since another. */
static struct way_frame served(int64_t at, int64_t since)
{
    return (struct way_frame){.len = 1000, .served = at, .busy_since = since};
}

static void pace_is_measured_behind_the_burst(void)
{
    const struct way_rate rate = {.bits = 8000000}; /* a frame in 1 ms */
    struct way_pace pace = {0};
    int64_t busy;
    for (int64_t i = 0; i < 10; i++) { /* the burst: all at once */
        const struct way_frame frame = served(MS, MS);
        way_pace_frame(&pace, &rate, &frame, 21 * MS);
    }
    CU_ASSERT_EQUAL(way_pace_achieved(&pace, &busy), 0);
    for (int64_t i = 2; i < 102; i++) {
        const struct way_frame frame = served(i * MS, MS);
        way_pace_frame(&pace, &rate, &frame, (20 + i) * MS);
    }
    CU_ASSERT_EQUAL(way_pace_achieved(&pace, &busy), rate.bits);
    CU_ASSERT_EQUAL(busy, 99 * MS);
}

static void pauses_and_short_periods_do_not_count_for_the_pace(void)
{
    const struct way_rate rate = {.bits = 8000000};
    struct way_pace pace = {0};
    int64_t busy;
    for (int64_t period = 1; period <= 6; period++)
        for (int64_t i = 1; i <= (period % 2 ? 101 : 10); i++) {
            const struct way_frame frame = served(1000 * period * MS + i * MS, 1000 * period * MS);
            way_pace_frame(&pace, &rate, &frame, frame.served + (period % 2 ? 0 : i * MS));
        }
    CU_ASSERT_EQUAL(way_pace_achieved(&pace, &busy), rate.bits);
    CU_ASSERT_EQUAL(busy, (int64_t)3 * 100 * MS);
    const struct way_rate other = {.bits = 1000};
    const struct way_frame frame = served(9000 * MS, 1);
    way_pace_frame(&pace, &other, &frame, 9000 * MS);
    CU_ASSERT_EQUAL(way_pace_achieved(&pace, &busy), 0);
}

/* The verdict on facts that are good but for what the caller changes. */
static enum way_faithful judged(const struct way_direction_facts *facts, size_t reasons)
{
    const struct way_lateness_bounds bounds = {MS, 10 * MS};
    struct way_verdict verdict = {.why = json_array()};
    way_verdict_direction(&verdict, facts, &bounds);
    CU_ASSERT_EQUAL(json_array_size(verdict.why), reasons);
    json_decref(verdict.why);
    return verdict.faithful;
}

static void accidents_make_a_wire_unfaithful(void)
{
    struct way_chain_counts counts = {.in = 10, .out = 10};
    const struct way_direction_facts good = {
        .link = "a-b", .from = "a", .counts = &counts, .conserved = true, .late_p99 = MS / 2};
    struct way_direction_facts facts = good;
    CU_ASSERT_EQUAL(judged(&facts, 0), WAY_FAITHFUL_YES);
    counts.dropped_because[WAY_BECAUSE_BERNOULLI] = 5;
    CU_ASSERT_EQUAL(judged(&facts, 0), WAY_FAITHFUL_YES);
    counts.dropped_because[WAY_BECAUSE_OFFLOAD] = 1;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_NO);
    counts.dropped_because[WAY_BECAUSE_OFFLOAD] = 0;
    facts.device_drops = 1;
    facts.capture_drops = 1;
    facts.conserved = false;
    CU_ASSERT_EQUAL(judged(&facts, 3), WAY_FAITHFUL_NO);
    facts = good;
    facts.device_drops = -1;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_SUSPECT);
    facts = good;
    facts.deaf = true;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_NO);
}

static void lateness_and_rates_have_two_bounds(void)
{
    const struct way_chain_counts counts = {.in = 10, .out = 10};
    struct way_direction_facts facts = {
        .link = "a-b", .from = "a", .counts = &counts, .conserved = true, .late_p99 = 2 * MS};
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_SUSPECT);
    facts.late_p99 = 10 * MS;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_NO);
    facts.late_p99 = 0;
    facts.rate = 1000000;
    facts.achieved = 1004000;
    facts.busy = WAY_RATE_BUSY;
    CU_ASSERT_EQUAL(judged(&facts, 0), WAY_FAITHFUL_YES);
    facts.achieved = 980000;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_SUSPECT);
    facts.achieved = 900000;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_NO);
    facts.achieved = 992000;
    facts.late_p99 = MS / 2; /* of 100 ms: explains another 1 % */
    CU_ASSERT_EQUAL(judged(&facts, 0), WAY_FAITHFUL_YES);
    facts.busy *= 10;
    CU_ASSERT_EQUAL(judged(&facts, 1), WAY_FAITHFUL_SUSPECT);
    facts.busy = WAY_RATE_BUSY;
    facts.busy--; /* too short to say */
    CU_ASSERT_EQUAL(judged(&facts, 0), WAY_FAITHFUL_YES);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"quantiles overstate by little", quantiles_overstate_by_little},
        {"every time has a bucket", every_time_has_a_bucket},
        {"pace is measured behind the burst", pace_is_measured_behind_the_burst},
        {"pauses and short periods do not count for the pace",
         pauses_and_short_periods_do_not_count_for_the_pace},
        {"accidents make a wire unfaithful", accidents_make_a_wire_unfaithful},
        {"lateness and rates have two bounds", lateness_and_rates_have_two_bounds},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire lateness", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
