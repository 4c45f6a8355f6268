/* SPDX-License-Identifier: BSD-2-Clause
 *
 * /dev/net/tun with virtio headers.
 */
#include "core/datapath/tun.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/datapath/link.h"
#include "core/datapath/netlink.h"

static int fail(const char *name, const char *what, int error, const char *advice)
{
    way_log(WAY_LOG_ERROR, "%s: %s: %s%s", name, what, strerror(error), advice);
    return -error;
}

/* What to do about an errno of open() or TUNSETIFF. */
static const char *advice(int error)
{
    switch (error) {
    case ENOENT:
    case ENODEV:
        return " (the kernel needs CONFIG_TUN; try: modprobe tun, or device: packet)";
    case EACCES:
        return " (it is closed to this user: run as root, or configure device: packet)";
    case EPERM:
        return " (CAP_NET_ADMIN lacks: run as root)";
    case EBUSY:
        return " (another program has a device of this name)";
    case EINVAL:
        return " (a device of this name is there already)";
    default:
        return "";
    }
}

static int open_node(void)
{
    int fd = open(WAY_TUN_NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int way_tun_usable(void)
{
    WAY_AUTO_FD int fd = open_node();
    return fd < 0 ? fd : 0;
}

static int make_device(int fd, const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    int header_size = sizeof(struct virtio_net_hdr);

    assert(strlen(name) < IFNAMSIZ);
    memcpy(request.ifr_name, name, strlen(name) + 1);
    if (ioctl(fd, TUNSETIFF, &request) != 0)
        return fail(name, "cannot make the TUN device", errno, advice(errno));
    if (ioctl(fd, TUNSETVNETHDRSZ, &header_size) != 0)
        return fail(name, "TUNSETVNETHDRSZ", errno, "");
    if (ioctl(fd, TUNSETOFFLOAD, (unsigned long)(TUN_F_CSUM | TUN_F_TSO4)) != 0)
        return fail(name, "TUNSETOFFLOAD", errno, "");
    return 0;
}

int way_tun_open(const char *name)
{
    WAY_AUTO_FD int fd = open_node();
    if (fd < 0)
        return fail(name, "cannot open " WAY_TUN_NODE, -fd, advice(-fd));
    int error = make_device(fd, name);
    if (error != 0)
        return error;
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    error = way_nl_open(&nl);
    if (error == 0)
        error = way_link_gso_max(nl, if_nametoindex(name), WAY_TUN_GSO_MAX);
    if (error == 0)
        error = way_link_queue(nl, if_nametoindex(name), WAY_TUN_QUEUE);
    if (error != 0)
        return fail(name, "cannot bound the GSO packets and the queue", -error, "");
    return WAY_TAKE_FD(fd);
}

int way_tun_read(int fd, struct way_diverted *frame)
{
    struct iovec parts[] = {
        {&frame->header, sizeof(frame->header)},
        {frame->memory + WAY_DIVERTED_ROOM, WAY_DIVERTED_PACKET_MAX},
    };
    ssize_t got = readv(fd, parts, 2);
    if (got < 0)
        return -errno;
    if ((size_t)got < sizeof(frame->header))
        return -EIO;
    frame->packet.data = frame->memory + WAY_DIVERTED_ROOM;
    frame->packet.len = (size_t)got - sizeof(frame->header);
    frame->packet.room = WAY_DIVERTED_ROOM;
    return 0;
}

int way_tun_write(int fd, const struct virtio_net_hdr *header, const struct way_packet *packet)
{
    struct virtio_net_hdr copy = *header;
    struct iovec parts[] = {
        {&copy, sizeof(copy)},
        {packet->data, packet->len},
    };
    return writev(fd, parts, 2) < 0 ? -errno : 0;
}
