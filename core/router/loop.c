/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The slow path: read, decide, change, write back.
 */
#include "core/router/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "core/common/cleanup.h"
#include "core/common/clock.h"
#include "core/common/log.h"
#include "core/datapath/device.h"
#include "core/datapath/link.h"
#include "core/datapath/netlink.h"
#include "core/packet/build.h"
#include "core/packet/icmp.h"
#include "core/packet/route_option.h"
#include "core/router/policy.h"
#include "core/router/redirect.h"

enum {
    BATCH = 64,         /* packets of one device before the next is asked */
    REFRESH_MS = 1000,  /* how old the knowledge of routes and addresses may be */
    MTU_AT_LEAST = 576, /* below, an answer would say less than every host must take */
};

/* All that the worker has. */
struct worker {
    const struct way_router *router;
    struct way_policy policy;
    struct way_device device;      /* what comes from clients */
    struct way_device icmp_device; /* ICMP from the proxy's side, and the router's own */
    struct nl_sock *nl;
    struct way_diverted *frame; /* what was read */
    struct way_diverted *piece; /* a fragment of it */
    struct way_fragments fragments;
    int64_t refreshed; /* ns, when policy.mtu and policy.locals were read */
    uint64_t counters[WAY_ROUTER_COUNTER_COUNT];
};

/* ---- what is known of the surroundings ---- */

static void refresh_locals(struct way_policy *policy)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0)
        return;
    policy->local_count = 0;
    for (const struct ifaddrs *each = all; each; each = each->ifa_next) {
        if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET ||
            policy->local_count == WAY_POLICY_LOCALS_MAX)
            continue;
        struct sockaddr_in address;
        memcpy(&address, each->ifa_addr, sizeof(address));
        policy->locals[policy->local_count++] = address.sin_addr.s_addr;
    }
    freeifaddrs(all);
}

/* Reads the MTU towards the proxy and our addresses; keeps the old MTU when there
 * is no route just now. */
static void refresh(struct worker *worker)
{
    struct way_next_hop hop;
    if (way_link_route(worker->nl, worker->router->settings->proxy, &hop) == 0 &&
        hop.mtu >= MTU_AT_LEAST)
        worker->policy.mtu = hop.mtu;
    refresh_locals(&worker->policy);
    worker->refreshed = way_clock_ns();
}

/* ---- packets ---- */

static void write_back(struct worker *worker, const struct way_device *device,
                       const struct way_diverted *frame)
{
    if (way_device_write(device, frame) != 0)
        worker->counters[WAY_ROUTER_DROPPED_WRITE]++;
}

/* Tells the sender that fragmentation is needed, in its own terms. */
static void answer_too_long(struct worker *worker, uint16_t mtu)
{
    const struct way_packet *packet = &worker->frame->packet;
    struct way_ipv4 ip;
    struct way_next_hop hop;
    uint8_t memory[WAY_BUILD_ICMP_MAX];
    if (way_ipv4_parse(packet->data, packet->len, &ip) != WAY_PACKET_OK ||
        way_link_route(worker->nl, ip.source, &hop) != 0 || hop.source == 0)
        return;
    const struct way_build_icmp what = {.source = hop.source,
                                        .type = WAY_ICMP_UNREACHABLE,
                                        .code = WAY_ICMP_FRAGMENTATION_NEEDED,
                                        .mtu = mtu};
    size_t len = way_build_icmp_error(memory, sizeof(memory), &what, packet->data, packet->len);
    struct way_packet answer = {.data = memory, .len = len};
    if (len > 0 && way_device_write_plain(&worker->device, &answer) != 0)
        worker->counters[WAY_ROUTER_DROPPED_WRITE]++;
}

/* Cuts the packet, which is in the worker's frame, and redirects each piece. */
static void fragment_and_push(struct worker *worker, unsigned counter)
{
    struct way_ipv4 whole;
    struct way_diverted *piece = worker->piece;
    const struct way_packet *packet = &worker->frame->packet;
    if (!way_diverted_complete(worker->frame) ||
        way_ipv4_parse(packet->data, packet->len, &whole) != WAY_PACKET_OK) {
        worker->counters[WAY_ROUTER_DROPPED_OFFLOAD]++;
        return;
    }
    struct way_cursor rest = whole.payload;
    worker->counters[WAY_ROUTER_FRAGMENTED]++;
    for (;;) {
        piece->header = (struct virtio_net_hdr){0};
        piece->packet.data = piece->memory + WAY_DIVERTED_ROOM;
        piece->packet.room = WAY_DIVERTED_ROOM;
        piece->packet.len =
            way_fragment_cut(&whole, &rest, worker->policy.mtu - WAY_ROUTE_OPTION_LEN,
                             piece->packet.data, WAY_DIVERTED_PACKET_MAX);
        if (piece->packet.len == 0)
            return;
        if (way_redirect_push(piece, worker->router->settings->proxy, counter, worker->counters))
            write_back(worker, &worker->device, piece);
    }
}

/* Does what was decided; what is given back goes to the device it came from. */
static void carry_out(struct worker *worker, struct way_decision decision,
                      const struct way_device *device)
{
    if (decision.verdict == WAY_VERDICT_FRAGMENT) {
        fragment_and_push(worker, decision.counter);
        return;
    }
    if (decision.verdict == WAY_VERDICT_PUSH) {
        if (way_redirect_push(worker->frame, worker->router->settings->proxy, decision.counter,
                              worker->counters))
            write_back(worker, device, worker->frame);
        return;
    }
    worker->counters[decision.counter]++;
    if (decision.verdict == WAY_VERDICT_PASS)
        write_back(worker, device, worker->frame);
    else if (decision.verdict == WAY_VERDICT_ANSWER)
        answer_too_long(worker, decision.mtu);
}

static void read_clients(struct worker *worker)
{
    const struct way_packet *packet = &worker->frame->packet;
    const struct way_policy_state state = {&worker->fragments, way_clock_ns()};
    for (unsigned i = 0; i < BATCH && way_device_read(&worker->device, worker->frame) == 0; i++) {
        worker->counters[WAY_ROUTER_SEEN]++;
        carry_out(worker,
                  way_policy_decide(&worker->policy, &state, packet->data, packet->len,
                                    way_diverted_segment_len(worker->frame)),
                  &worker->device);
    }
}

static void handle_icmp(struct worker *worker)
{
    const struct way_packet *packet = &worker->frame->packet;
    worker->counters[WAY_ROUTER_SEEN_ICMP]++;
    switch (
        way_redirect_translate(worker->frame, worker->router->settings->proxy, worker->counters)) {
    case WAY_TRANSLATED:
        write_back(worker, &worker->icmp_device, worker->frame);
        break;
    case WAY_TRANSLATED_NONE:
        carry_out(worker, way_policy_decide_icmp(&worker->policy, packet->data, packet->len),
                  &worker->icmp_device);
        break;
    case WAY_TRANSLATED_DROP:
        break;
    }
}

static void read_icmp(struct worker *worker)
{
    for (unsigned i = 0; i < BATCH && way_device_read(&worker->icmp_device, worker->frame) == 0;
         i++)
        handle_icmp(worker);
}

/* ---- the loop ---- */

static void write_counters(struct worker *worker)
{
    if (!worker->router->counters_path)
        return;
    worker->counters[WAY_ROUTER_LOST] =
        way_device_lost(&worker->device) + way_device_lost(&worker->icmp_device);
    struct way_counters counters = way_router_counters(worker->counters);
    int error = way_counters_write(&counters, worker->router->counters_path);
    if (error != 0)
        way_log(WAY_LOG_WARNING, "cannot write the counters to %s: %s",
                worker->router->counters_path, strerror(-error));
}

/* Returns whether to go on. */
static bool read_signals(struct worker *worker, int fd)
{
    struct signalfd_siginfo info;
    bool go_on = true;
    while (read(fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGUSR1)
            write_counters(worker);
        else
            go_on = false;
    }
    return go_on;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int run_loop(struct worker *worker)
{
    WAY_AUTO_FD int signals = open_signals();
    if (signals < 0) {
        way_log(WAY_LOG_ERROR, "signalfd: %s", strerror(errno));
        return 1;
    }
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = worker->device.fd, .events = POLLIN},
                           {.fd = worker->icmp_device.fd, .events = POLLIN}};
    way_log(WAY_LOG_INFO, "ready");
    for (;;) {
        if (poll(fds, sizeof(fds) / sizeof(fds[0]), REFRESH_MS) < 0 && errno != EINTR) {
            way_log(WAY_LOG_ERROR, "poll: %s", strerror(errno));
            return 1;
        }
        if (way_clock_ns() - worker->refreshed > REFRESH_MS * WAY_NS_PER_MS)
            refresh(worker);
        if ((fds[1].revents | fds[2].revents) & POLLERR) {
            way_log(WAY_LOG_ERROR, "a device was taken away");
            return 1;
        }
        if (fds[1].revents)
            read_clients(worker);
        if (fds[2].revents)
            read_icmp(worker);
        if (fds[0].revents && !read_signals(worker, signals))
            return 0;
    }
}

static int open_device(struct way_device *device, const struct way_router *router,
                       const struct way_diversion *diversion)
{
    int error = way_device_open(device, router->settings->device, diversion);
    return error ? error : way_device_up(device, 1);
}

static int open_all(struct worker *worker)
{
    const struct way_router *router = worker->router;
    if (way_nl_open(&worker->nl) != 0)
        return -1;
    refresh(worker);
    if (open_device(&worker->device, router, router->clients) != 0 ||
        open_device(&worker->icmp_device, router, router->icmp) != 0 ||
        way_diversion_install(router->icmp) != 0)
        return -1;
    return way_diversion_install(router->clients);
}

int way_router_run(const struct way_router *router)
{
    static struct way_diverted frame;
    static struct way_diverted piece;
    static struct worker worker = {
        .frame = &frame, .piece = &piece, .device = {.fd = -1}, .icmp_device = {.fd = -1}};
    worker.router = router;
    worker.policy.settings = router->settings;
    int code = open_all(&worker) == 0 ? run_loop(&worker) : 1;
    write_counters(&worker);
    way_device_close(&worker.device);
    way_device_close(&worker.icmp_device);
    way_nl_cleanup(&worker.nl);
    return code;
}
