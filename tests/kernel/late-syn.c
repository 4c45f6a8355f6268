/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a SYN that reaches the kernel long after it was sent is answered as if
 * it had just arrived, and nothing is answered before. The client's kernel takes
 * the late SYN-ACK. Which of several SYNs is released matters: after the first,
 * the client begins with a congestion window of 10; after the last, with 1,
 * because the echoed time stamp proves to it that its first SYNs were lost.
 *
 * Matters: it is what holding the SYN rests on, and why the first is released
 * (core/proxy).
 *
 * Seen on: Linux 6.18.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

enum { SYNS = 3 };

/* The two ends of the experiment, each in a namespace with one TUN device. */
struct ends {
    int client;
    int proxy;
};

static struct ends make_ends(void)
{
    struct ends ends;
    kernel_namespace_new();
    ends.proxy = wire_delivery();
    wire_listener(80, 16);
    kernel_namespace_new();
    ends.client = kernel_tun("wayc", false);
    kernel_run("ip address add 10.0.1.2/24 dev wayc");
    kernel_run("ip route add default dev wayc");
    return ends;
}

/* The client's socket, connecting to the origin. */
static int start_connect(void)
{
    const struct sockaddr_in origin = {
        .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = ORIGIN};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        kernel_bail_out("socket");
    (void)connect(fd, (const struct sockaddr *)&origin, sizeof origin);
    return fd;
}

/* Carries a SYN to the proxy, and its answer back. */
static bool release(const struct ends *ends, const struct received *syn)
{
    struct received answer;
    return write(ends->proxy, syn->bytes, syn->len) == (ssize_t)syn->len &&
           wire_receive_tcp(ends->proxy, syn->tcp.source_port, &answer) &&
           answer.tcp.flags == (WAY_TCP_SYN | WAY_TCP_ACK) &&
           write(ends->client, answer.bytes, answer.len) == (ssize_t)answer.len;
}

/* The client connects; its SYNs are held until there are three; one is released.
 * Returns the client's congestion window once it is connected, 0 if it is not. */
static unsigned window_after_releasing(int which)
{
    struct received syns[SYNS];
    struct tcp_info info = {0};
    socklen_t info_len = sizeof info;
    struct ends ends = make_ends();
    int fd = start_connect();

    for (int i = 0; i < SYNS; i++)
        if (!wire_receive(ends.client, &syns[i]) || syns[i].tcp.flags != WAY_TCP_SYN)
            return 0;
    struct pollfd early = {.fd = ends.proxy, .events = POLLIN};
    if (poll(&early, 1, 0) != 0 || !release(&ends, &syns[which]))
        return 0;
    struct pollfd connected = {.fd = fd, .events = POLLOUT};
    if (poll(&connected, 1, GUARD_MS) == 1)
        getsockopt(fd, SOL_TCP, TCP_INFO, &info, &info_len);
    return info.tcpi_state == TCP_ESTABLISHED ? info.tcpi_snd_cwnd : 0;
}

int main(void)
{
    kernel_begin(2);
    unsigned first = window_after_releasing(0);
    printf("# congestion window after the first SYN: %u\n", first);
    check(first == 10, "the first SYN, released late, connects with a window of 10");
    unsigned last = window_after_releasing(SYNS - 1);
    printf("# congestion window after the last SYN: %u\n", last);
    check(last == 1, "the last SYN, released late, connects with a window of 1");
    return kernel_end();
}
