/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a redirected packet that reaches the proxy's kernel as it is, with the
 * option and P's address, is answered by P in its own name, and the option is
 * echoed in the answer.
 *
 * Matters: no redirected packet may pass the proxy's ingress unseen; one that is
 * not popped shows P to the client (core/proxy, and why its supervisor takes the
 * way in down with the program).
 *
 * Seen on: Linux 6.18.
 */
#include <string.h>

#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

int main(void)
{
    static const uint8_t option[8] = {1, 7, 7, 8, 10, 0, 3, 2};
    static const uint8_t echoed[7] = {7, 7, 8, 10, 0, 3, 2};
    struct received answer;
    struct segment syn = wire_syn(40000, 80);

    kernel_begin(2);
    int tun = wire_delivery();
    wire_listener(80, 16);
    syn.destination = PROXY;
    syn.options = option;
    syn.options_len = sizeof option;
    wire_send(tun, &syn);
    bool received = wire_receive_tcp(tun, 40000, &answer);
    check(received && answer.ip.source == PROXY && answer.tcp.flags & WAY_TCP_SYN,
          "P answers in its own name");
    check(received && way_cursor_left(&answer.ip.options) == sizeof option &&
              memcmp(answer.ip.options.at, echoed, sizeof echoed) == 0,
          "and echoes the option");
    return kernel_end();
}
