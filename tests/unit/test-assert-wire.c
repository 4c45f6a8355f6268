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

/* ---- views ---- */

static struct way_run *build(const struct world *world)
{
    struct way_run *run = calloc(1, sizeof *run);

    if (!run)
        abort();
    world_build(world, run);
    return run;
}

static size_t count_labelled(const struct way_capture *view, uint32_t seq, const char *file)
{
    size_t count = 0;

    for (size_t i = 0; i < view->count; i++)
        count += view->frames[i].kind == WAY_FRAME_TCP && view->frames[i].tcp.seq == seq &&
                 strcmp(view->frames[i].capture, file) == 0;
    return count;
}

static void a_dropped_frame_departed_and_did_not_arrive(void)
{
    struct world *world = world_new();
    const uint32_t seq = 77777;

    world->wired = true;
    world_packet(world, WAY_TAP_PROXY, "miss.response")->seq = seq;
    DROP(WAY_TAP_PROXY, "miss.response");
    struct way_run *run = build(world);
    const struct way_tap *tap = &run->taps[WAY_TAP_PROXY];
    CU_ASSERT_EQUAL(tap->file_count, 2);
    CU_ASSERT_EQUAL(tap->departed.count, tap->capture.count + 1);
    CU_ASSERT_EQUAL(count_labelled(&tap->departed, seq, "captures/r1-p1@p1.pcap"), 1);
    CU_ASSERT_EQUAL(count_labelled(&tap->capture, seq, "captures/r1-p1@r1.pcap"), 0);
    for (size_t i = 0; i < tap->capture.count; i++) {
        CU_ASSERT_EQUAL(tap->capture.frames[i].order, i);
        CU_ASSERT_TRUE(i == 0 || tap->capture.frames[i - 1].time <= tap->capture.frames[i].time);
    }
    way_run_free(run);
    free(run);
    world_free(&world);
}

static void one_end_that_lacks_spoils_the_link(void)
{
    struct world *world = world_new();

    world->wired = true;
    for (size_t i = 0; i < world->count; i++) /* the router's end sees nothing of these */
        if (world->packets[i].tap == WAY_TAP_ORIGIN && !world->packets[i].from_router)
            world->packets[i].dropped = true;
        else if (world->packets[i].tap == WAY_TAP_ORIGIN)
            world->packets[i].lost = true;
    struct way_run *run = build(world);
    CU_ASSERT_STRING_EQUAL(run->taps[WAY_TAP_ORIGIN].capture.unfit.s,
                           "captures/r1-o1@r1.pcap: it is empty");
    CU_ASSERT_STRING_EQUAL(run->taps[WAY_TAP_CLIENT].capture.unfit.s, "");
    way_run_free(run);
    free(run);
    world_free(&world);
}

#define NODE(name, role, mac)                                                                      \
    "\"" name "\": {\"role\": \"" role "\", \"addresses\": {}, \"macs\": {\"l\": \"" mac "\"}}"

static void a_tap_has_all_links_of_its_role(void)
{
    static const char text[] =
        "{\"version\": 1, \"nodes\": {" NODE("r1", "router", "02:00:00:00:00:01") "," NODE(
            "o1", "origin",
            "02:00:00:00:00:02") "," NODE("o2", "origin",
                                          "02:00:00:00:00:03") "}, \"links\": {\"r1-o1\": "
                                                               "{\"ends\": [\"r1\", \"o1\"], "
                                                               "\"capture\": "
                                                               "\"captures/r1-o1.pcap\"},"
                                                               "\"r1-o2\": {\"ends\": [\"r1\", "
                                                               "\"o2\"], \"captures\": {\"r1\": "
                                                               "\"a.pcap\", \"o2\": \"b.pcap\"},"
                                                               " \"timing\": {\"error\": 1234}}},"
                                                               "\"services\": {}, \"marks\": {}, "
                                                               "\"clock\": {\"uncertainty\": 0}}";
    struct way_run *run = calloc(1, sizeof *run);
    struct way_text error = {""};

    if (!run)
        abort();
    CU_ASSERT_EQUAL_FATAL(
        way_bindings_read_text(&run->bindings, "b", text, sizeof text - 1, &error), 0);
    CU_ASSERT_EQUAL(way_run_prepare(run), 0);
    CU_ASSERT_EQUAL(run->taps[WAY_TAP_ORIGIN].file_count, 3);
    CU_ASSERT_EQUAL(run->taps[WAY_TAP_ORIGIN].error, 1234);
    CU_ASSERT_EQUAL(run->taps[WAY_TAP_PROXY].file_count, 0);
    CU_ASSERT_EQUAL(way_run_judge(run, "losses", NULL, 0, &error), 0);
    CU_ASSERT_STRING_EQUAL(run->taps[WAY_TAP_PROXY].capture.unfit.s, "there is no such link");
    way_run_free(run);
    free(run);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each check reads its end", each_check_reads_its_end},
        {"a dropped frame departed, and did not arrive",
         a_dropped_frame_departed_and_did_not_arrive},
        {"one end that lacks spoils the link", one_end_that_lacks_spoils_the_link},
        {"a tap has all links of its role", a_tap_has_all_links_of_its_role},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
