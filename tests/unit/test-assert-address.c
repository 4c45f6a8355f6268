/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checks of what must not be seen: each way in which the proxy's address
 * can reach the client, and the option the origin.
 */
#include <string.h>

#include "tests/unit/assert-judge.h"

#define SPOIL(name) static void name(struct world *world)

static const uint8_t option_with_proxy[8] = {1, 7, 7, 8, 10, 0, 2, 2};
static const uint8_t option_with_origin[8] = {1, 7, 7, 8, 10, 0, 3, 2};

/* An extra packet to the client, before which nothing is wrong with the run. */
static struct world_packet *to_client(struct world *world)
{
    return world_copy(world, world_packet(world, WAY_TAP_CLIENT, "hit.response"), "extra", 7000);
}

SPOIL(proxy_is_source)
{
    to_client(world)->source = PROXY_ADDRESS;
}

SPOIL(client_asks_the_proxy)
{
    struct world_packet *packet = to_client(world);
    packet->source = CLIENT_ADDRESS;
    packet->destination = PROXY_ADDRESS;
    packet->source_port = 50001;
    packet->destination_port = 80;
}

SPOIL(client_asks_the_proxy_itself)
{
    client_asks_the_proxy(world);
    world_packet(world, WAY_TAP_CLIENT, "extra")->from_router = false;
}

SPOIL(clients_arp_for_the_proxy)
{
    struct world_packet *arp = world_packet(world, WAY_TAP_CLIENT, "miss.arp");
    arp->extra[26] = arp->extra[27] = 2;
    arp->from_router = false;
}

SPOIL(arp_for_the_proxy)
{
    clients_arp_for_the_proxy(world);
    world_packet(world, WAY_TAP_CLIENT, "miss.arp")->from_router = true;
}

SPOIL(proxy_in_options)
{
    struct world_packet *packet = to_client(world);
    memcpy(packet->option, option_with_proxy, 8);
    packet->option_len = 8;
}

SPOIL(proxy_in_unaligned_option)
{
    struct world_packet *packet = to_client(world);
    memcpy(packet->option, option_with_proxy + 1, 7);
    packet->option_len = 8;
}

SPOIL(error_quotes_proxy)
{
    struct world_packet *packet = to_client(world);
    packet->source = ROUTER_ADDRESS;
    world_make_icmp(packet, 3, 1, PROXY_ADDRESS, NULL);
}

SPOIL(error_quotes_option_with_proxy)
{
    struct world_packet *packet = to_client(world);
    packet->source = ROUTER_ADDRESS;
    world_make_icmp(packet, 11, 0, ORIGIN_ADDRESS, option_with_proxy);
}

SPOIL(error_echoes_proxy_in_its_header)
{
    struct world_packet *packet = to_client(world);
    world_make_icmp(packet, 3, 1, ORIGIN_ADDRESS, NULL);
    memcpy(packet->option, option_with_proxy, 8);
    packet->option_len = 8;
}

SPOIL(error_with_broken_quote)
{
    error_quotes_proxy(world);
    world_packet(world, WAY_TAP_CLIENT, "extra")->extra[8] = 0x65; /* IP version 6 */
}

SPOIL(redirect_to_proxy)
{
    struct world_packet *packet = to_client(world);
    static const uint8_t gateway[4] = {10, 0, 2, 2};
    world_make_icmp(packet, 5, 1, ORIGIN_ADDRESS, NULL);
    memcpy(packet->extra + 4, gateway, 4);
}

SPOIL(arp_from_proxy)
{
    struct world_packet *arp = world_packet(world, WAY_TAP_CLIENT, "miss.arp");
    arp->extra[16] = arp->extra[17] = 2;
}

SPOIL(honest_error)
{
    struct world_packet *packet = to_client(world);
    packet->source = ROUTER_ADDRESS;
    world_make_icmp(packet, 3, 1, ORIGIN_ADDRESS, NULL);
}

SPOIL(frame_that_ends_early)
{
    struct world_packet *packet = to_client(world);
    packet->ether_type = 0x0800;
    packet->option[0] = 1;
    packet->option_len = 48; /* more than a header can have: IHL overflows */
    packet->protocol = 17;
}

SPOIL(only_other_services_answer)
{
    for (size_t i = 0; i < world->count; i++)
        if (world->packets[i].source_port == 80 || world->packets[i].source_port == 8081)
            world->packets[i].lost = true;
}

static struct world_packet *to_origin(struct world *world)
{
    return world_copy(world, world_packet(world, WAY_TAP_ORIGIN, "miss.origin-fin"), "extra", 7000);
}

SPOIL(option_to_origin)
{
    struct world_packet *packet = to_origin(world);
    memcpy(packet->option, option_with_origin, 8);
    packet->option_len = 8;
}

SPOIL(option_behind_others_to_origin)
{
    struct world_packet *packet = to_origin(world);
    static const uint8_t options[12] = {1, 148, 4, 0, 0, 7, 7, 8, 10, 0, 3, 2};
    memcpy(packet->option, options, 12);
    packet->option_len = 12;
}

SPOIL(options_that_cannot_be_read)
{
    struct world_packet *packet = to_origin(world);
    packet->option[0] = 68;
    packet->option[1] = 40; /* longer than the header */
    packet->option_len = 4;
}

SPOIL(router_alert_to_origin)
{
    struct world_packet *packet = to_origin(world);
    static const uint8_t alert[4] = {148, 4, 0, 0};
    memcpy(packet->option, alert, 4);
    packet->option_len = 4;
}

SPOIL(nothing_to_origin)
{
    world_silence(world, WAY_TAP_ORIGIN);
    world_packet(world, WAY_TAP_ORIGIN, "miss.origin-syn-ack")->lost = false;
}

static void the_proxys_address_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"as source", proxy_is_source, ".f....."},
        {"as the destination of what came back", client_asks_the_proxy, ".f....."},
        {"in the options", proxy_in_options, ".f....."},
        {"in the options, unaligned", proxy_in_unaligned_option, ".f....."},
        {"in an error's header", error_echoes_proxy_in_its_header, ".f....."},
        {"as the gateway of a redirect", redirect_to_proxy, ".f....."},
        {"in ARP", arp_from_proxy, ".f....."},
        {"as ARP's target", arp_for_the_proxy, ".f....."},
    };
    JUDGE(cases);
}

static void what_the_client_sends_is_its_own(void)
{
    static const struct judge_case cases[] = {
        {"a SYN to the proxy", client_asks_the_proxy_itself, "......."},
        {"ARP for the proxy", clients_arp_for_the_proxy, "......."},
    };
    JUDGE(cases);
}

static void quotes_are_looked_into(void)
{
    static const struct judge_case cases[] = {
        {"the proxy in a quoted header", error_quotes_proxy, ".f....."},
        {"the proxy in a quoted option", error_quotes_option_with_proxy, ".f....."},
        {"the proxy in a broken quote", error_with_broken_quote, ".f....."},
        {"an honest error", honest_error, "......."},
    };
    JUDGE(cases);
}

static void what_cannot_be_read_is_not_clean(void)
{
    static const struct judge_case cases[] = {
        {"a broken header", frame_that_ends_early, ".f....."},
        {"broken options at the origin", options_that_cannot_be_read, "..f...."},
    };
    JUDGE(cases);
}

static void the_option_at_the_origin_is_noticed(void)
{
    static const struct judge_case cases[] = {
        {"the option", option_to_origin, "..f...."},
        {"the option, behind others", option_behind_others_to_origin, "..f...."},
        {"another option", router_alert_to_origin, "......."},
    };
    JUDGE(cases);
}

static void nothing_examined_is_no_pass(void)
{
    static const struct judge_case cases[] = {
        {"no redirected service answered", only_other_services_answer, ".f.ffff"},
        {"nothing went to the origin", nothing_to_origin, "..ff.ff"},
    };
    JUDGE(cases);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the proxy's address is noticed", the_proxys_address_is_noticed},
        {"what the client sends is its own", what_the_client_sends_is_its_own},
        {"quotes are looked into", quotes_are_looked_into},
        {"what cannot be read is not clean", what_cannot_be_read_is_not_clean},
        {"the option at the origin is noticed", the_option_at_the_origin_is_noticed},
        {"nothing examined is no pass", nothing_examined_is_no_pass},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "address", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
