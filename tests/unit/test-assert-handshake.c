/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checks of handshake and cache: a proxy that answers too early, in its
 * own name, or not from its cache.
 */
#include "tests/unit/assert-judge.h"

#define SPOIL(name) static void name(struct world *world)
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static struct world_packet *client(struct world *world, const char *label)
{
    return world_packet(world, WAY_TAP_CLIENT, label);
}

static struct world_packet *origin(struct world *world, const char *label)
{
    return world_packet(world, WAY_TAP_ORIGIN, label);
}

SPOIL(early_on_the_miss)
{
    client(world, "miss.syn-ack")->time = origin(world, "miss.origin-syn-ack")->time - 100000;
}

SPOIL(at_the_same_time_as_the_clock_goes)
{
    client(world, "miss.syn-ack")->time = origin(world, "miss.origin-syn-ack")->time - 10000;
}

SPOIL(origin_never_acknowledged)
{
    origin(world, "hit.origin-syn-ack")->lost = true;
}

SPOIL(origin_never_asked)
{
    origin(world, "hit.origin-syn")->lost = true;
    origin(world, "hit.origin-syn-ack")->lost = true;
}

SPOIL(asked_only_after_the_answer)
{
    origin(world, "hit.origin-syn")->time += 1000000;
    origin(world, "hit.origin-syn-ack")->time += 1000000;
}

SPOIL(acknowledged_out_of_nowhere)
{
    client(world, "hit.syn-ack")->ack += 4711;
}

/* The next client's SYN comes before this one is answered. */
SPOIL(two_handshakes_at_once)
{
    struct world_packet *next = world_copy(world, client(world, "hit.syn"), "other", 100000);
    next->source_port = 50077;
    next = world_copy(world, world_packet(world, WAY_TAP_PROXY, "hit.syn"), "other", 100000);
    next->source_port = 50077;
}

SPOIL(syn_ack_repeated)
{
    world_copy(world, client(world, "miss.syn-ack"), "again", 50000);
}

SPOIL(request_on_the_hit)
{
    struct world_packet *request =
        world_copy(world, origin(world, "hit.origin-syn"), "request", 1000000);
    request->flags = PSH | ACK;
    request->payload = "GET /";
}

SPOIL(one_byte_on_the_hit)
{
    request_on_the_hit(world);
    origin(world, "request")->payload = "G";
}

SPOIL(request_to_another_service_on_the_hit)
{
    request_on_the_hit(world);
    origin(world, "request")->destination_port = 8080;
}

SPOIL(no_response_on_the_hit)
{
    client(world, "hit.response")->lost = true;
}

SPOIL(no_request_on_the_hit)
{
    client(world, "hit.request")->lost = true;
    world_packet(world, WAY_TAP_PROXY, "hit.request")->lost = true;
}

SPOIL(syn_ack_on_the_refused)
{
    struct world_packet *accepted = world_copy(world, client(world, "refused.rst"), "accepted", 0);
    accepted->flags = SYN | ACK;
    accepted->time -= 1000;
}

SPOIL(rst_from_a_stranger)
{
    client(world, "refused.rst")->source = STRANGER_ADDRESS;
}

SPOIL(rst_from_another_port)
{
    client(world, "refused.rst")->source_port = 80;
}

SPOIL(rst_without_ack)
{
    client(world, "refused.rst")->flags = RST;
}

SPOIL(rst_of_another_number)
{
    client(world, "refused.rst")->ack++;
}

SPOIL(refused_before_the_origin_was)
{
    client(world, "refused.rst")->time = origin(world, "refused.origin-rst")->time - 100000;
}

SPOIL(refused_but_origin_silent)
{
    origin(world, "refused.origin-rst")->lost = true;
}

SPOIL(refused_but_origin_not_asked)
{
    origin(world, "refused.origin-syn")->lost = true;
}

SPOIL(nobody_refused)
{
    client(world, "refused.syn")->lost = true;
    world_packet(world, WAY_TAP_PROXY, "refused.syn")->lost = true;
}

SPOIL(one_syn_was_enough)
{
    client(world, "delayed.syn-again")->lost = true;
    world_packet(world, WAY_TAP_PROXY, "delayed.syn-again")->lost = true;
}

SPOIL(acknowledged_between_the_syns)
{
    client(world, "delayed.syn-ack")->time = client(world, "delayed.syn")->time + 500000;
}

SPOIL(acknowledged_in_the_silence)
{
    client(world, "delayed.syn-ack")->time = client(world, "delayed.syn-again")->time + 1000;
}

SPOIL(never_acknowledged)
{
    client(world, "delayed.syn-ack")->lost = true;
}

static void an_early_acknowledgement_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"before the origin's", early_on_the_miss, "...f..."},
        {"within the clock's uncertainty", at_the_same_time_as_the_clock_goes, "...i..."},
        {"the origin never acknowledged", origin_never_acknowledged, "...f..."},
        {"the origin was never asked", origin_never_asked, "...f..."},
        {"the origin was asked afterwards", asked_only_after_the_answer, "...f..."},
        {"no SYN that it acknowledges", acknowledged_out_of_nowhere, "...f..."},
        {"two handshakes at once", two_handshakes_at_once, "......."},
        {"a repeated SYN-ACK", syn_ack_repeated, "......."},
    };
    JUDGE(cases);
}

static void a_hit_that_is_none_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"a request", request_on_the_hit, "....f.."},
        {"one byte", one_byte_on_the_hit, "....f.."},
        {"to another service", request_to_another_service_on_the_hit, "......."},
        {"no response", no_response_on_the_hit, "....f.."},
        {"nothing was asked", no_request_on_the_hit, "....f.."},
    };
    JUDGE(cases);
}

static void a_wrong_refusal_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"a SYN-ACK", syn_ack_on_the_refused, "...f.f."},
        {"an RST from a stranger", rst_from_a_stranger, ".....f."},
        {"an RST from another port", rst_from_another_port, ".....f."},
        {"an RST that acknowledges nothing", rst_without_ack, ".....f."},
        {"an RST of another number", rst_of_another_number, ".....f."},
        {"before the origin's", refused_before_the_origin_was, ".....f."},
        {"the origin was silent", refused_but_origin_silent, ".....f."},
        {"the origin was not asked", refused_but_origin_not_asked, ".....f."},
        {"nobody asked", nobody_refused, ".....f."},
    };
    JUDGE(cases);
}

static void impatience_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"one SYN was enough", one_syn_was_enough, "......f"},
        {"between the SYNs", acknowledged_between_the_syns, "...f..f"},
        {"in the silence", acknowledged_in_the_silence, "...f..f"},
        {"never", never_acknowledged, "......f"},
    };
    JUDGE(cases);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an early acknowledgement is noticed", an_early_acknowledgement_is_noticed},
        {"a hit that is none is noticed", a_hit_that_is_none_is_noticed},
        {"a wrong refusal is noticed", a_wrong_refusal_is_noticed},
        {"impatience is noticed", impatience_is_noticed},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "handshake", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
