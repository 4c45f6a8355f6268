/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a connection that was accepted from a SYN cookie has no saved SYN.
 *
 * Matters: accepted sockets are matched to held SYNs by the saved SYN's sequence
 * number, so tcp_syncookies is 0 in the proxy's namespace (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* Connects with that setting; returns the length of the accepted socket's saved
 * SYN, -1 when there is no connection. */
static int saved_syn_len(int tun, int listener, const char *syncookies, uint16_t client_port)
{
    uint8_t saved[256];
    socklen_t len = sizeof saved;
    struct received answer;
    struct segment segment = wire_syn(client_port, 80);

    kernel_sysctl("net/ipv4/tcp_syncookies", syncookies);
    wire_send(tun, &segment);
    if (!wire_receive_tcp(tun, client_port, &answer))
        return -1;
    wire_acknowledge(tun, &segment, &answer);
    int connection = wire_accept(listener);
    if (connection < 0 || getsockopt(connection, SOL_TCP, TCP_SAVED_SYN, saved, &len) != 0)
        return -1;
    return (int)len;
}

int main(void)
{
    kernel_begin(2);
    int tun = wire_delivery();
    int listener = wire_listener(80, 16);
    check(saved_syn_len(tun, listener, "0", 40000) == 44, "without cookies the SYN is saved");
    check(saved_syn_len(tun, listener, "2", 40001) == 0, "with a cookie there is no saved SYN");
    return kernel_end();
}
