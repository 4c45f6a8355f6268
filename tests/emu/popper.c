/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The smallest proxy-side datapath, for live tests of the router: pops the option
 * off what arrives on one interface and delivers it to local sockets, until it is
 * killed. It answers nothing and decides nothing.
 *
 *     popper INTERFACE DEVICE [auto|tun|packet]
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "core/common/log.h"
#include "core/datapath/device.h"
#include "core/datapath/diversion.h"
#include "core/packet/route_push.h"

static void pop_and_deliver(const struct way_device *device, struct way_diverted *frame)
{
    struct way_route_change change;
    way_be32 origin;
    if (way_route_pop(&frame->packet, &origin, &change) != WAY_ROUTE_DONE ||
        !way_diverted_adjust(frame, change.l4_delta, change.grown) ||
        way_device_write(device, frame) != 0)
        way_log(WAY_LOG_WARNING, "a packet was dropped");
}

static int run(const char *interface, const char *name, enum way_device_choice choice)
{
    struct way_device device;
    static struct way_diverted frame;
    static struct way_diversion diversion = {.owner = WAY_DIVERSION_PROXY, .deliver_locally = true};
    snprintf(diversion.device, sizeof(diversion.device), "%s", name);
    if (way_diversion_add_proxy(&diversion, interface) != 0 ||
        way_device_open(&device, choice, &diversion) != 0 || way_device_up(&device, 0) != 0 ||
        way_diversion_install(&diversion) != 0)
        return 1;
    way_log(WAY_LOG_INFO, "ready");
    for (;;) {
        struct pollfd readable = {.fd = device.fd, .events = POLLIN};
        poll(&readable, 1, -1);
        while (way_device_read(&device, &frame) == 0)
            pop_and_deliver(&device, &frame);
    }
}

static enum way_device_choice choice_of(const char *word)
{
    static const char *const choices[] = WAY_DEVICE_CHOICES;
    unsigned choice = WAY_DEVICE_AUTO;
    for (unsigned i = 0; choices[i]; i++)
        if (strcmp(choices[i], word) == 0)
            choice = i;
    return (enum way_device_choice)choice;
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    way_log_start("popper", false);
    return argc < 3 ? 2 : run(argv[1], argv[2], choice_of(argc > 3 ? argv[3] : "auto"));
}
