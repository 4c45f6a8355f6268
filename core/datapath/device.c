/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two kinds of device, and what they have in common.
 */
#include "core/datapath/device.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/common/log.h"
#include "core/datapath/link.h"
#include "core/datapath/netlink.h"
#include "core/datapath/sysctl.h"
#include "core/datapath/tun.h"
#include "core/datapath/veth.h"

enum {
    MTU_LEAST = 1500,
    MTU_SPARE = 64, /* beyond the longest packet diverted: it may grow before it is written */
    MTU_MOST = 65535
};

/* What a kind does; the device's name and number are set. */
struct way_device_kind {
    int (*open)(struct way_device *device, struct nl_sock *nl,
                const struct way_diversion *diversion);
    int (*read)(struct way_device *device, struct way_diverted *frame);
    int (*write)(const struct way_device *device, const struct virtio_net_hdr *header,
                 const struct way_packet *packet);
    void (*close)(struct way_device *device);
};

static int fail(const char *name, const char *what, int error)
{
    const char *advice = "";
    if (error == -EPERM || error == -EACCES)
        advice = " (CAP_NET_ADMIN or CAP_NET_RAW lacks: run as root)";
    else if (error == -EOPNOTSUPP)
        advice = " (the kernel needs CONFIG_VETH)";
    else if (error == -EAFNOSUPPORT)
        advice = " (the kernel needs CONFIG_PACKET)";
    else if (error == -EEXIST)
        advice = " (an interface of this name is there)";
    way_log(WAY_LOG_ERROR, "%s: %s: %s%s", name, what, strerror(-error), advice);
    return error;
}

/* ---- tun ---- */

static int tun_open(struct way_device *device, struct nl_sock *nl,
                    const struct way_diversion *diversion)
{
    (void)nl;
    (void)diversion;
    int fd = way_tun_open(device->name);
    if (fd < 0)
        return fd;
    device->fd = fd;
    return 0;
}

static int tun_read(struct way_device *device, struct way_diverted *frame)
{
    return way_tun_read(device->fd, frame);
}

static int tun_write(const struct way_device *device, const struct virtio_net_hdr *header,
                     const struct way_packet *packet)
{
    return way_tun_write(device->fd, header, packet);
}

static void tun_close(struct way_device *device)
{
    close(device->fd);
}

/* ---- packet ---- */

/* Long enough for whatever is diverted, and for what becomes of it. */
static uint32_t mtu_for(const struct way_diversion *diversion)
{
    uint32_t longest = MTU_LEAST;
    for (unsigned i = 0; i < diversion->filter_count; i++) {
        uint32_t mtu = 0;
        if (way_link_mtu(diversion->filters[i].interface, &mtu) == 0 && mtu > longest)
            longest = mtu;
    }
    return longest < MTU_MOST - MTU_SPARE ? longest + MTU_SPARE : MTU_MOST;
}

/* No IPv6 of the kernel's own: it would solicit routers through the device. */
static void without_ipv6(const char *interface)
{
    char path[WAY_SYSCTL_PATH_MAX];
    snprintf(path, sizeof(path), "net/ipv6/conf/%s/disable_ipv6", interface);
    (void)way_sysctl_set(path, 1);
}

static int open_ring(struct way_device *device, struct nl_sock *nl, uint32_t mtu)
{
    struct way_link_facts near;
    struct way_link_facts far;
    char name[IFNAMSIZ];
    int error = way_link_facts(nl, if_nametoindex(device->name), &near);
    if (error == 0)
        error = way_link_facts(nl, near.peer, &far);
    if (error != 0)
        return fail(device->name, "the pair of veth is not to be found", error);
    if (if_indextoname(near.peer, name))
        without_ipv6(name);
    error = way_link_up(nl, near.peer);
    if (error != 0)
        return fail(device->name, "the program's end cannot be set up", error);
    error = way_packet_ring_open(&device->ring, near.peer, mtu, far.address, near.address);
    return error ? fail(device->name, "cannot read packets of its other end", error) : 0;
}

static int packet_open(struct way_device *device, struct nl_sock *nl,
                       const struct way_diversion *diversion)
{
    uint32_t mtu = mtu_for(diversion);
    int error = way_veth_make(nl, device->name, device->number, mtu);
    if (error != 0)
        return fail(device->name, "cannot make the pair of veth", error);
    error = open_ring(device, nl, mtu);
    if (error != 0) {
        (void)way_veth_clear(nl, device->number);
        return error;
    }
    device->fd = device->ring.fd;
    return 0;
}

static int packet_read(struct way_device *device, struct way_diverted *frame)
{
    return way_packet_ring_read(&device->ring, frame);
}

static int packet_write(const struct way_device *device, const struct virtio_net_hdr *header,
                        const struct way_packet *packet)
{
    return way_packet_ring_write(&device->ring, header, packet);
}

static void packet_close(struct way_device *device)
{
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    way_packet_ring_close(&device->ring);
    if (way_nl_open(&nl) == 0)
        (void)way_veth_clear(nl, device->number);
}

/* ---- both ---- */

static const struct way_device_kind tun_kind = {tun_open, tun_read, tun_write, tun_close};
static const struct way_device_kind packet_kind = {packet_open, packet_read, packet_write,
                                                   packet_close};

static const struct way_device_kind *choose(enum way_device_choice choice, const char *name)
{
    if (choice == WAY_DEVICE_TUN)
        return &tun_kind;
    if (choice == WAY_DEVICE_PACKET)
        return &packet_kind;
    int error = way_tun_usable();
    if (error == 0)
        return &tun_kind;
    way_log(WAY_LOG_INFO, "%s: %s: %s: a pair of veth takes the TUN device's place", name,
            WAY_TUN_NODE, strerror(-error));
    return &packet_kind;
}

int way_device_open(struct way_device *device, enum way_device_choice choice,
                    const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    *device = (struct way_device){.fd = -1, .number = way_diversion_number(diversion)};
    snprintf(device->name, sizeof(device->name), "%s", diversion->device);
    int error = way_nl_open(&nl);
    if (error == 0)
        error = way_veth_clear(nl, device->number);
    if (error != 0)
        return fail(device->name, "cannot be made", error);
    device->kind = choose(choice, device->name);
    return device->kind->open(device, nl, diversion);
}

static int set_device(const struct way_device *device, const char *what, int value)
{
    char path[WAY_SYSCTL_PATH_MAX];
    snprintf(path, sizeof(path), "net/ipv4/conf/%s/%s", device->name, what);
    int error = way_sysctl_set(path, value);
    if (error != 0)
        way_log(WAY_LOG_ERROR, "%s: %s: %s (is /proc/sys writable?)", device->name, what,
                strerror(-error));
    return error;
}

int way_device_up(const struct way_device *device, int accept_local)
{
    int error = set_device(device, "rp_filter", 0);
    if (error == 0)
        error = set_device(device, "accept_local", accept_local);
    if (error == 0)
        error = set_device(device, "send_redirects", 0);
    if (error != 0)
        return error;
    without_ipv6(device->name);
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    error = way_nl_open(&nl);
    if (error == 0)
        error = way_link_up(nl, if_nametoindex(device->name));
    return error ? fail(device->name, "cannot be set up", error) : 0;
}

void way_device_close(struct way_device *device)
{
    if (device->fd >= 0)
        device->kind->close(device);
    device->fd = -1;
}

int way_device_read(struct way_device *device, struct way_diverted *frame)
{
    return device->kind->read(device, frame);
}

int way_device_write(const struct way_device *device, const struct way_diverted *frame)
{
    return device->kind->write(device, &frame->header, &frame->packet);
}

int way_device_write_plain(const struct way_device *device, const struct way_packet *packet)
{
    static const struct virtio_net_hdr plain = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};
    return device->kind->write(device, &plain, packet);
}

uint64_t way_device_lost(struct way_device *device)
{
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    struct way_link_facts facts = {0};
    if (device->fd < 0)
        return 0;
    if (way_nl_open(&nl) == 0)
        (void)way_link_facts(nl, if_nametoindex(device->name), &facts);
    return facts.tx_dropped +
           (device->kind == &packet_kind ? way_packet_ring_lost(&device->ring) : 0);
}
