/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: when a listener's accept queue is full, a SYN is dropped in silence:
 * no SYN-ACK, no RST.
 *
 * Matters: a SYN that was held and is released into a full queue is lost, and the
 * client has to wait for its own retransmission. So the backlog, somaxconn and
 * tcp_max_syn_backlog are at least the bound on held SYNs (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* Connects and leaves the connection in the accept queue. */
static bool fill_queue(int tun, uint16_t client_port)
{
    struct received answer;
    struct segment segment = wire_syn(client_port, 80);
    wire_send(tun, &segment);
    if (!wire_receive_tcp(tun, client_port, &answer))
        return false;
    wire_acknowledge(tun, &segment, &answer);
    return true;
}

int main(void)
{
    struct received answer;

    kernel_begin(3);
    int tun = wire_delivery();
    int listener = wire_listener(80, 0); /* room for one */
    wire_listener(81, 16);
    check(fill_queue(tun, 40000) && kernel_readable(listener), "one connection fills the queue");

    struct segment dropped = wire_syn(40001, 80), answered = wire_syn(40002, 81);
    wire_send(tun, &dropped);
    wire_send(tun, &answered);
    check(wire_receive(tun, &answer) && answer.is_tcp && answer.tcp.destination_port == 40002,
          "the next SYN is dropped in silence");

    wire_accept(listener);
    wire_send(tun, &dropped);
    check(wire_receive_tcp(tun, 40001, &answer) && answer.tcp.flags == (WAY_TCP_SYN | WAY_TCP_ACK),
          "its retransmission is answered when there is room");
    return kernel_end();
}
