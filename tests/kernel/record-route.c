/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a Linux router forwards a full Record Route (pointer beyond the
 * length) without a change to the option; drops a datagram with two Record
 * Routes; and echoes the option in the header of an ICMP error about the packet,
 * without our NOP before it.
 *
 * Matters: the first is why the option is full, the second why a client's own
 * Record Route is taken off, the third what core/packet/icmp_quote.h mends.
 *
 * Seen on: Linux 6.18.
 */
#include <string.h>

#include "core/packet/icmp.h"
#include "core/packet/icmp_quote.h"
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

static const uint8_t ours[8] = {1, 7, 7, 8, 10, 0, 3, 2};
static const uint8_t two[16] = {1, 7, 7, 8, 10, 0, 3, 2, 7, 7, 4};

/* The redirected SYN with these options. */
static struct segment redirected(const uint8_t *options, size_t len, uint16_t identification)
{
    struct segment segment = wire_syn(40000, 80);
    segment.destination = PROXY;
    segment.options = options;
    segment.options_len = len;
    segment.identification = identification;
    return segment;
}

static bool has_options(const struct received *packet, const uint8_t *options, size_t len)
{
    return way_cursor_left(&packet->ip.options) == len &&
           memcmp(packet->ip.options.at, options, len) == 0;
}

/* Is the error, once translated, one about the packet as the client sent it? */
static bool translates(struct received *error, uint8_t ttl, uint16_t identification)
{
    uint8_t as_sent[WIRE_PACKET_MAX];
    struct segment syn = wire_syn(40000, 80);
    struct way_packet packet = {.data = error->bytes, .len = error->len};
    struct way_icmp_quote_change change;
    struct way_ipv4 ip;
    struct way_icmp icmp;

    syn.ttl = ttl;
    syn.identification = identification;
    size_t len = wire_build(as_sent, &syn);
    return way_icmp_quote_restore(&packet, PROXY, &change) == WAY_ICMP_QUOTE_DONE &&
           way_ipv4_parse(packet.data, packet.len, &ip) == WAY_PACKET_OK &&
           way_ipv4_checksum_ok(&ip) && way_cursor_left(&ip.options) == 0 &&
           way_icmp_parse(&ip, &icmp) == WAY_PACKET_OK && way_icmp_checksum_ok(&ip) &&
           way_cursor_left(&icmp.quote) == len && memcmp(icmp.quote.at, as_sent, len) == 0;
}

int main(void)
{
    static const uint8_t echoed[8] = {7, 7, 8, 10, 0, 3, 2, 0};
    struct received out;

    kernel_begin(4);
    kernel_sysctl("net/ipv4/conf/all/rp_filter", "0");
    kernel_sysctl("net/ipv4/conf/default/rp_filter", "0");
    kernel_sysctl("net/ipv4/ip_forward", "1");
    int from_client = kernel_tun("wayc", false), to_proxy = kernel_tun("wayp", false);
    kernel_run("ip address add 10.0.1.1/24 dev wayc");
    kernel_run("ip address add 10.0.2.1/24 dev wayp");

    struct segment twice = redirected(two, sizeof two, 1);
    struct segment once = redirected(ours, sizeof ours, 2);
    wire_send(from_client, &twice);
    wire_send(from_client, &once);
    bool received = wire_receive(to_proxy, &out);
    check(received && out.ip.identification == 2, "two Record Routes are dropped, one is not");
    check(received && has_options(&out, ours, sizeof ours) && out.ip.ttl == 63,
          "the full one is forwarded unchanged");

    struct segment expiring = redirected(ours, sizeof ours, 3);
    expiring.ttl = 1;
    wire_send(from_client, &expiring);
    do
        received = wire_receive(from_client, &out);
    while (received && out.bytes[out.ip.header_len] != 11);
    check(received && has_options(&out, echoed, sizeof echoed),
          "a time exceeded echoes the option in its own header");
    check(received && translates(&out, 1, 3), "translated, it is about what the client sent");
    return kernel_end();
}
