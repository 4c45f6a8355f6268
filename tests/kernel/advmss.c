/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: `advmss` on the route to a client lowers the MSS in the SYN-ACK, and
 * does not lower what is sent: the client's own MSS alone limits that.
 *
 * Matters: a redirected packet is 8 bytes longer than what the client sent, so
 * the proxy must ask for segments that are 8 bytes shorter, without sending
 * shorter ones itself. TCP_MAXSEG would do both.
 *
 * Seen on: Linux 6.18.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

int main(void)
{
    static const char data[4000];
    struct received answer;

    kernel_begin(2);
    int tun = wire_delivery();
    kernel_run("ip route change 10.0.1.0/24 dev way0 advmss 1452");
    int listener = wire_listener(80, 16);
    struct segment segment = wire_syn(40000, 80);
    wire_send(tun, &segment);
    check(wire_receive_tcp(tun, 40000, &answer) && way_tcp_mss(&answer.tcp) == 1452,
          "the SYN-ACK says 1452");

    wire_acknowledge(tun, &segment, &answer);
    int connection = wire_accept(listener);
    if (send(connection, data, sizeof data, MSG_NOSIGNAL) < 0)
        kernel_bail_out("send");
    bool received = wire_receive_tcp(tun, 40000, &answer);
    size_t payload = received ? way_cursor_left(&answer.tcp.payload) : 0;
    printf("# first segment sent: %zu bytes\n", payload);
    check(payload == 1460, "a segment as large as the client's MSS is sent");
    return kernel_end();
}
