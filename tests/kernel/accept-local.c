/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a packet that comes in with an address of the machine itself as source
 * is dropped as a martian, unless the interface has accept_local=1 (and no
 * rp_filter).
 *
 * Matters: at the router, ICMP errors of its own kernel that were diverted and
 * are written back into the TUN device would be lost (core/datapath).
 *
 * Seen on: Linux 6.18.
 */
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* Sends a packet from the router's own address, then one from the client's. True
 * when the first arrives at the proxy's side, too. */
static bool passes(int tun, int to_proxy, uint16_t identification)
{
    struct received out;
    struct segment own = wire_syn(40000, 80), other = wire_syn(40000, 80);
    own.source = wire_address(10, 0, 1, 1);
    own.destination = other.destination = PROXY;
    own.identification = identification;
    other.identification = (uint16_t)(identification + 1);
    wire_send(tun, &own);
    wire_send(tun, &other);

    bool seen = false;
    while (wire_receive(to_proxy, &out) && out.ip.identification != other.identification)
        seen |= out.ip.identification == identification;
    return seen;
}

int main(void)
{
    kernel_begin(2);
    kernel_sysctl("net/ipv4/conf/all/rp_filter", "0");
    kernel_sysctl("net/ipv4/conf/default/rp_filter", "0");
    kernel_sysctl("net/ipv4/ip_forward", "1");
    kernel_tun("wayc", false);
    int to_proxy = kernel_tun("wayp", false), tun = kernel_tun("way0", false);
    kernel_run("ip address add 10.0.1.1/24 dev wayc");
    kernel_run("ip address add 10.0.2.1/24 dev wayp");

    check(!passes(tun, to_proxy, 10), "a packet with the machine's own source is dropped");
    kernel_sysctl("net/ipv4/conf/way0/accept_local", "1");
    check(passes(tun, to_proxy, 20), "with accept_local=1 it passes");
    return kernel_end();
}
