/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The check of the redirect: passes on the good run, and notices each thing
 * that a router can do wrong, alone.
 */
#include <string.h>

#include "tests/unit/assert-judge.h"

#define SPOIL(name) static void name(struct world *world)

static struct world_packet *redirected(struct world *world, const char *label)
{
    return world_packet(world, WAY_TAP_PROXY, label);
}

SPOIL(no_option)
{
    redirected(world, "miss.request")->option_len = 0;
}

SPOIL(other_origin_in_option)
{
    redirected(world, "miss.request")->option[7] ^= 1;
}

SPOIL(pointer_4)
{
    redirected(world, "miss.request")->option[3] = 4;
}

SPOIL(no_nop_first)
{
    struct world_packet *packet = redirected(world, "miss.request");
    memmove(packet->option, packet->option + 1, 7);
    packet->option[7] = 1;
}

SPOIL(option_behind_another)
{
    struct world_packet *packet = redirected(world, "miss.request");
    memmove(packet->option + 4, packet->option, 8);
    memset(packet->option, 1, 4);
    packet->option_len = 12;
}

SPOIL(ttl_as_it_was)
{
    redirected(world, "hit.request")->ttl++;
}

SPOIL(origin_still_destination)
{
    redirected(world, "hit.request")->destination = ORIGIN_ADDRESS;
}

SPOIL(wrong_ip_checksum)
{
    redirected(world, "hit.request")->bad_ip_checksum = true;
}

SPOIL(wrong_tcp_checksum)
{
    redirected(world, "hit.request")->bad_tcp_checksum = true;
}

SPOIL(client_with_wrong_tcp_checksum)
{
    world_packet(world, WAY_TAP_CLIENT, "hit.request")->bad_tcp_checksum = true;
}

SPOIL(other_source)
{
    redirected(world, "hit.request")->source = STRANGER_ADDRESS;
}

SPOIL(other_payload)
{
    redirected(world, "hit.request")->payload = "GET / HTTP/1.0";
}

SPOIL(do_not_fragment_lost)
{
    redirected(world, "hit.request")->fragment = 0;
}

SPOIL(copy_missing)
{
    redirected(world, "hit.request")->lost = true;
}

SPOIL(copy_doubled)
{
    world_copy(world, redirected(world, "hit.request"), "twice", 5000);
}

SPOIL(copy_before_its_cause)
{
    redirected(world, "hit.syn")->time -= 100000;
}

SPOIL(copy_after_twelve_seconds)
{
    redirected(world, "delayed.last-ack")->time += 12000000000;
}

SPOIL(option_out_of_nowhere)
{
    world_packet(world, WAY_TAP_CLIENT, "miss.request")->lost = true;
}

/* Two copies, bit for bit, on both sides: the first belongs to the first. */
SPOIL(true_duplicates)
{
    world_copy(world, world_packet(world, WAY_TAP_CLIENT, "miss.syn"), "again", 9000);
    world_copy(world, redirected(world, "miss.syn"), "again", 9000);
}

SPOIL(second_duplicate_without_option)
{
    true_duplicates(world);
    redirected(world, "again")->option_len = 0;
}

SPOIL(client_options_kept)
{
    struct world_packet *sent = world_packet(world, WAY_TAP_CLIENT, "miss.request");
    sent->option_len = 4;
    memset(sent->option, 1, 4);
    struct world_packet *packet = redirected(world, "miss.request");
    packet->option_len = 12;
    memset(packet->option + 8, 1, 4);
}

SPOIL(client_options_lost)
{
    client_options_kept(world);
    redirected(world, "miss.request")->option_len = 8;
}

/* Which the router rightly drops. */
SPOIL(client_asks_proxy_source_routed)
{
    struct world_packet *sent =
        world_copy(world, world_packet(world, WAY_TAP_CLIENT, "miss.request"), "routed", 9000);
    static const uint8_t source_route[8] = {131, 7, 4, 10, 0, 3, 2, 0};
    memcpy(sent->option, source_route, 8);
    sent->option_len = 8;
}

SPOIL(sent_after_the_last_mark)
{
    world_copy(world, world_packet(world, WAY_TAP_CLIENT, "delayed.last-ack"), "late", 3000000000);
}

SPOIL(fragment)
{
    world_packet(world, WAY_TAP_CLIENT, "hit.request")->fragment = 0x2000;
    redirected(world, "hit.request")->fragment = 0x2000;
}

SPOIL(client_silent)
{
    world_silence(world, WAY_TAP_CLIENT);
    world_silence(world, WAY_TAP_PROXY);
    world_packet(world, WAY_TAP_CLIENT, "miss.arp")->lost = false;
    world_packet(world, WAY_TAP_PROXY, "miss.arp")->lost = false;
}

static void the_good_run_passes(void)
{
    static const struct judge_case cases[] = {
        {"nothing", NULL, "......."},
        {"duplicates, each redirected", true_duplicates, "......."},
        {"options of the client's own", client_options_kept, "......."},
        {"a source-routed packet is dropped", client_asks_proxy_source_routed, "......."},
    };
    JUDGE(cases);
}

static void a_wrong_option_fails(void)
{
    static const struct judge_case cases[] = {
        {"no option", no_option, "f......"},
        {"another origin in it", other_origin_in_option, "f......"},
        {"pointer 4", pointer_4, "f......"},
        {"no NOP before it", no_nop_first, "f......"},
        {"not the first", option_behind_another, "f......"},
    };
    JUDGE(cases);
}

static void a_wrong_packet_fails(void)
{
    static const struct judge_case cases[] = {
        {"TTL as it was", ttl_as_it_was, "f......"},
        {"the origin still its destination", origin_still_destination, "f......"},
        {"a wrong IP checksum", wrong_ip_checksum, "f......"},
        {"a wrong TCP checksum", wrong_tcp_checksum, "f......"},
        {"a client's wrong TCP checksum", client_with_wrong_tcp_checksum, "f......"},
        {"another source", other_source, "f......"},
        {"another payload", other_payload, "f......"},
        {"do-not-fragment lost", do_not_fragment_lost, "f......"},
        {"the client's options lost", client_options_lost, "f......"},
    };
    JUDGE(cases);
}

static void one_to_one_or_it_fails(void)
{
    static const struct judge_case cases[] = {
        {"a copy missing", copy_missing, "f......"},
        {"a copy too many", copy_doubled, "f......"},
        {"a copy before its cause", copy_before_its_cause, "f......"},
        {"a copy after twelve seconds", copy_after_twelve_seconds, "f......"},
        {"the option out of nowhere", option_out_of_nowhere, "f......"},
        {"the second of two without option", second_duplicate_without_option, "f......"},
        {"nothing to examine", client_silent, "ff.ffff"}, /* nobody asked, nobody was answered */
    };
    JUDGE(cases);
}

static void what_cannot_be_known_is_inconclusive(void)
{
    static const struct judge_case cases[] = {
        {"sent when the tap may be gone", sent_after_the_last_mark, "i......"},
        {"fragments", fragment, "......."},
    };
    JUDGE(cases);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the good run passes", the_good_run_passes},
        {"a wrong option fails", a_wrong_option_fails},
        {"a wrong packet fails", a_wrong_packet_fails},
        {"one to one, or it fails", one_to_one_or_it_fails},
        {"what cannot be known is inconclusive", what_cannot_be_known_is_inconclusive},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "redirect", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
