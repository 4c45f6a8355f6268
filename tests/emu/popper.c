/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The smallest proxy-side datapath, for live tests of the router: pops the option
 * off what arrives on one interface and delivers it to local sockets, until it is
 * killed. It answers nothing and decides nothing.
 *
 *     popper INTERFACE TUN
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "core/common/log.h"
#include "core/datapath/diversion.h"
#include "core/datapath/tun.h"
#include "core/packet/route_push.h"

static void pop_and_deliver(const struct way_tun *tun, struct way_tun_frame *frame)
{
    struct way_route_change change;
    way_be32 origin;
    if (way_route_pop(&frame->packet, &origin, &change) != WAY_ROUTE_DONE ||
        !way_tun_adjust(frame, change.l4_delta, change.grown) || way_tun_write(tun, frame) != 0)
        way_log(WAY_LOG_WARNING, "a packet was dropped");
}

static int run(const char *interface, const char *name)
{
    struct way_tun tun;
    static struct way_tun_frame frame;
    static struct way_diversion diversion = {.owner = WAY_DIVERSION_PROXY, .deliver_locally = true};
    snprintf(diversion.tun, sizeof(diversion.tun), "%s", name);
    if (way_diversion_add_proxy(&diversion, interface) != 0 || way_tun_open(&tun, name) != 0 ||
        way_tun_up(&tun, 0) != 0 || way_diversion_install(&diversion) != 0)
        return 1;
    way_log(WAY_LOG_INFO, "ready");
    for (;;) {
        struct pollfd readable = {.fd = tun.fd, .events = POLLIN};
        poll(&readable, 1, -1);
        while (way_tun_read(&tun, &frame) == 0)
            pop_and_deliver(&tun, &frame);
    }
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    way_log_start("popper", false);
    return argc == 3 ? run(argv[1], argv[2]) : 2;
}
