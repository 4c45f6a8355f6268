/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links with wires: two captures of one link, of which each check reads the
 * right end. What a wire does on purpose is no fault of router or proxy.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/assert-judge.h"

#define US            INT64_C(1000)
#define SPOIL(name)   static void name(struct world *world)
#define DROP(tap, of) (world_packet(world, tap, of)->dropped = true)

/* ---- verdicts ---- */

SPOIL(long_wires)
{
    world->delay = 90 * US;
}

SPOIL(copy_lost_behind_the_router)
{
    DROP(WAY_TAP_PROXY, "hit.response-ack");
}

SPOIL(request_lost_before_the_router)
{
    DROP(WAY_TAP_CLIENT, "miss.last-ack");
    world_packet(world, WAY_TAP_PROXY, "miss.last-ack")->lost = true;
}

SPOIL(redirected_out_of_nothing)
{
    DROP(WAY_TAP_CLIENT, "miss.last-ack");
}

SPOIL(leak_that_did_not_arrive)
{
    struct world_packet *answer = world_packet(world, WAY_TAP_CLIENT, "hit.response");
    struct world_packet *leak = world_copy(world, answer, "leak", 1000);

    leak->source = PROXY_ADDRESS;
    leak->dropped = true;
}

SPOIL(leak_that_arrived)
{
    leak_that_did_not_arrive(world);
    world_packet(world, WAY_TAP_CLIENT, "leak")->dropped = false;
}

/* The origin's acknowledgement is on its way still when the client is acknowledged. */
SPOIL(acknowledged_while_the_answer_is_on_its_way)
{
    world->delay = 90 * US;
    world_packet(world, WAY_TAP_ORIGIN, "miss.origin-syn-ack")->time += 250 * US;
}

static void judge_wired(const struct judge_case *now)
{
    struct world *world = world_new();

    world->wired = true;
    now->spoil(world);
    judge_world(now, world);
    world_free(&world);
}

static void each_check_reads_its_end(void)
{
    static const struct judge_case cases[] = {
        {"wires that take their time", long_wires, "......."},
        {"a redirected packet was dropped on its way", copy_lost_behind_the_router, "......."},
        {"a client's packet never came", request_lost_before_the_router, "......."},
        {"it never came, but was redirected", redirected_out_of_nothing, "f......"},
        {"a leak was dropped", leak_that_did_not_arrive, "......."},
        {"a leak arrived", leak_that_arrived, ".f....."},
        {"too early by the way", acknowledged_while_the_answer_is_on_its_way, "...f..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        judge_wired(&cases[i]);
}

int main(void)
{
    CU_TestInfo tests[] = {{"each check reads its end", each_check_reads_its_end},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
