/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a TCP packet for a foreign address, delivered locally, for which there
 * is no transparent socket gets no answer at all: no RST, no ICMP error. (The
 * kernel looks for the address that it would answer from, and has none.)
 *
 * Matters: unknown flows are the proxy's to answer or to forward; the kernel will
 * not refuse them (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* Sends a packet that may be answered, then a SYN that is for sure. True when the
 * first thing to come back is the second one's answer. */
static bool silent(int tun, struct segment unknown, uint16_t next_port)
{
    struct received answer;
    struct segment known = wire_syn(next_port, 80);
    wire_send(tun, &unknown);
    wire_send(tun, &known);

    unsigned before = 0;
    while (wire_receive(tun, &answer)) {
        if (answer.is_tcp && answer.tcp.destination_port == next_port)
            return before == 0;
        before++;
    }
    return false;
}

int main(void)
{
    kernel_begin(3);
    int tun = wire_delivery();
    wire_listener(80, 16);

    struct segment syn = wire_syn(40001, 81), ack = wire_syn(40001, 81);
    ack.flags = WAY_TCP_ACK;
    ack.mss = 0;
    check(silent(tun, syn, 40002), "a SYN to a port without a listener: silence");
    check(silent(tun, ack, 40003), "an ACK to a port without a listener: silence");
    ack.destination_port = 80;
    check(!silent(tun, ack, 40004), "but an ACK that reaches a transparent listener is refused");
    return kernel_end();
}
