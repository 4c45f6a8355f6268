/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The heap of appointments, against a list that is searched.
 */
#include <stdlib.h>

#include "emu/wire/draw.h"
#include "emu/wire/element.h"
#include "emu/wire/schedule.h"
#include "tests/unit/tap.h"

enum { MANY = 200, STEPS = 20000 };

static int64_t earliest(const struct way_appointment appointments[MANY])
{
    int64_t first = WAY_NEVER;
    for (int i = 0; i < MANY; i++)
        if (appointments[i].place > 0 && appointments[i].at < first)
            first = appointments[i].at;
    return first;
}

static void the_first_is_always_the_earliest(void)
{
    static struct way_appointment appointments[MANY];
    struct way_schedule schedule = {0};
    CU_ASSERT_TRUE_FATAL(way_schedule_reserve(&schedule, MANY));
    for (uint64_t step = 0; step < STEPS; step++) {
        struct way_appointment *each = &appointments[way_draw_bits(1, step, 0) % MANY];
        uint64_t at = way_draw_bits(1, step, 1) % 1000;
        way_schedule_set(&schedule, each, at < 200 ? WAY_NEVER : (int64_t)at);
        const struct way_appointment *first = way_schedule_first(&schedule);
        CU_ASSERT_EQUAL(first ? first->at : WAY_NEVER, earliest(appointments));
    }
    way_schedule_free(&schedule);
}

static void appointments_come_out_in_order(void)
{
    static struct way_appointment appointments[MANY];
    struct way_schedule schedule = {0};
    int64_t before = -1;
    CU_ASSERT_TRUE_FATAL(way_schedule_reserve(&schedule, MANY));
    CU_ASSERT_PTR_NULL(way_schedule_first(&schedule));
    for (uint64_t i = 0; i < MANY; i++)
        way_schedule_set(&schedule, &appointments[i], (int64_t)(way_draw_bits(2, i, 0) % 1000));
    for (struct way_appointment *each; (each = way_schedule_first(&schedule)) != NULL;) {
        CU_ASSERT_TRUE(each->at >= before);
        before = each->at;
        way_schedule_set(&schedule, each, WAY_NEVER);
    }
    CU_ASSERT_EQUAL(schedule.count, 0);
    way_schedule_free(&schedule);
}

int main(void)
{
    CU_TestInfo tests[] = {{"the first is always the earliest", the_first_is_always_the_earliest},
                           {"appointments come out in order", appointments_come_out_in_order},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire schedule", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
