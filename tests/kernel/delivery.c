/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a packet for a foreign address, written into a TUN device whose
 * incoming interface selects a table with `local default dev lo`, reaches a
 * listener on 0.0.0.0 with IP_TRANSPARENT. The kernel answers with the foreign
 * address as source, getsockname() names it, and TCP_SAVED_SYN returns the very
 * SYN. No netfilter, no conntrack.
 *
 * Matters: it is how the proxy accepts connections in the origin's name, and how
 * it matches accepted sockets to held SYNs (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* The sequence number in the SYN that the kernel saved for this socket. */
static bool saved_syn_has(int connection, uint32_t seq)
{
    uint8_t saved[256];
    socklen_t len = sizeof saved;
    struct way_ipv4 ip;
    struct way_tcp tcp;
    return getsockopt(connection, SOL_TCP, TCP_SAVED_SYN, saved, &len) == 0 &&
           way_ipv4_parse(saved, len, &ip) == WAY_PACKET_OK &&
           way_tcp_parse(&ip, &tcp) == WAY_PACKET_OK && tcp.seq == seq;
}

int main(void)
{
    struct received answer;
    struct sockaddr_in name = {0};
    socklen_t name_len = sizeof name;

    kernel_begin(4);
    int tun = wire_delivery();
    int listener = wire_listener(80, 16);
    struct segment segment = wire_syn(40000, 80);
    wire_send(tun, &segment);

    check(wire_receive_tcp(tun, 40000, &answer) &&
              answer.tcp.flags == (WAY_TCP_SYN | WAY_TCP_ACK) && answer.ip.source == ORIGIN,
          "the SYN-ACK comes from the foreign address");
    wire_acknowledge(tun, &segment, &answer);
    int connection = wire_accept(listener);
    check(connection >= 0, "the listener accepts");
    check(getsockname(connection, (struct sockaddr *)&name, &name_len) == 0 &&
              name.sin_addr.s_addr == ORIGIN && ntohs(name.sin_port) == 80,
          "getsockname names the foreign address");
    check(saved_syn_has(connection, 1000), "the saved SYN bears the SYN's sequence number");
    return kernel_end();
}
