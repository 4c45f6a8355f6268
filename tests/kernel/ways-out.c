/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: what is written into the delivery device is delivered to the proxy's
 * own kernel, whomever it is addressed to, the client included; through a device
 * without that rule, a packet of an unknown flow is forwarded, one of the proxy's
 * own connections is not.
 *
 * Matters: what the proxy sends in the origin's name must not go through the
 * device by which it takes packets in (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

int main(void)
{
    struct received out;

    kernel_begin(3);
    int delivery = wire_delivery();
    int forwarding = kernel_tun("way1", false);
    kernel_sysctl("net/ipv4/ip_forward", "1");
    kernel_run("ip route add 10.0.3.0/24 dev way1");
    /* Out of the delivery device itself nothing is forwarded: the check of the
     * source asks for a route back as if from there, and finds a local one. */
    int to_clients = kernel_tun("wayc", false);
    kernel_run("ip route change 10.0.1.0/24 dev wayc");
    wire_listener(40000, 16);

    struct segment to_client = {.source = ORIGIN,
                                .destination = CLIENT,
                                .source_port = 80,
                                .destination_port = 40000,
                                .flags = WAY_TCP_SYN};
    wire_send(delivery, &to_client);
    check(wire_receive_tcp(forwarding, 80, &out) && out.ip.source == CLIENT &&
              out.tcp.flags == (WAY_TCP_SYN | WAY_TCP_ACK),
          "the proxy itself answers a SYN to the client from the delivery device");

    struct segment unknown = to_client;
    unknown.source_port = 81;
    wire_send(forwarding, &to_client);
    wire_send(forwarding, &unknown);
    bool received = wire_receive_tcp(to_clients, 40000, &out);
    check(received && out.ip.source == ORIGIN && out.ip.destination == CLIENT && out.ip.ttl == 63,
          "from another device a packet is forwarded to the client");
    check(received && out.tcp.source_port == 81,
          "but not one that matches a connection of the proxy's own");
    return kernel_end();
}
