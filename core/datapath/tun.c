/* SPDX-License-Identifier: BSD-2-Clause
 *
 * /dev/net/tun with virtio headers.
 */
#include "core/datapath/tun.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/datapath/link.h"
#include "core/datapath/netlink.h"
#include "core/datapath/sysctl.h"
#include "core/packet/tcp.h"

#define TUN_NODE "/dev/net/tun"

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
        return " (the kernel needs CONFIG_TUN; try: modprobe tun)";
    case EACCES:
    case EPERM:
        return " (CAP_NET_ADMIN lacks: run as root)";
    case EBUSY:
        return " (another program has a device of this name)";
    default:
        return "";
    }
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

int way_tun_open(struct way_tun *tun, const char *name)
{
    tun->fd = -1;
    WAY_AUTO_FD int fd = open(TUN_NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail(name, "cannot open " TUN_NODE, errno, advice(errno));
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
    snprintf(tun->name, sizeof(tun->name), "%s", name);
    tun->fd = WAY_TAKE_FD(fd);
    return 0;
}

static int set_device(const struct way_tun *tun, const char *what, int value)
{
    char path[WAY_SYSCTL_PATH_MAX];
    snprintf(path, sizeof(path), "net/ipv4/conf/%s/%s", tun->name, what);
    int error = way_sysctl_set(path, value);
    return error ? fail(tun->name, what, -error, " (is /proc/sys writable?)") : 0;
}

int way_tun_up(const struct way_tun *tun, int accept_local)
{
    int error = set_device(tun, "rp_filter", 0);
    if (error == 0)
        error = set_device(tun, "accept_local", accept_local);
    if (error == 0)
        error = set_device(tun, "send_redirects", 0);
    if (error != 0)
        return error;
    char path[WAY_SYSCTL_PATH_MAX]; /* or the kernel would solicit IPv6 routers through it */
    snprintf(path, sizeof(path), "net/ipv6/conf/%s/disable_ipv6", tun->name);
    (void)way_sysctl_set(path, 1);
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    error = way_nl_open(&nl);
    if (error == 0)
        error = way_link_up(nl, if_nametoindex(tun->name));
    return error ? fail(tun->name, "cannot be set up", -error, "") : 0;
}

void way_tun_close(struct way_tun *tun)
{
    if (tun->fd >= 0)
        close(tun->fd);
    tun->fd = -1;
}

int way_tun_read(const struct way_tun *tun, struct way_tun_frame *frame)
{
    struct iovec parts[] = {
        {&frame->header, sizeof(frame->header)},
        {frame->memory + WAY_TUN_ROOM, WAY_TUN_PACKET_MAX},
    };
    ssize_t got = readv(tun->fd, parts, 2);
    if (got < 0)
        return -errno;
    if ((size_t)got < sizeof(frame->header))
        return -EIO;
    frame->packet.data = frame->memory + WAY_TUN_ROOM;
    frame->packet.len = (size_t)got - sizeof(frame->header);
    frame->packet.room = WAY_TUN_ROOM;
    return 0;
}

static int write_both(int fd, struct virtio_net_hdr header, const struct way_packet *packet)
{
    struct iovec parts[] = {
        {&header, sizeof(header)},
        {packet->data, packet->len},
    };
    return writev(fd, parts, 2) < 0 ? -errno : 0;
}

int way_tun_write(const struct way_tun *tun, const struct way_tun_frame *frame)
{
    return write_both(tun->fd, frame->header, &frame->packet);
}

int way_tun_write_plain(const struct way_tun *tun, const struct way_packet *packet)
{
    return write_both(tun->fd, (struct virtio_net_hdr){.gso_type = VIRTIO_NET_HDR_GSO_NONE},
                      packet);
}

/* The length of the IPv4 header as its first byte says. */
static size_t ip_header_len(const struct way_packet *packet)
{
    return packet->len ? (size_t)(packet->data[0] & 0x0f) * 4 : 0;
}

bool way_tun_adjust(struct way_tun_frame *frame, uint16_t l4_delta, int grown)
{
    struct virtio_net_hdr header = frame->header;
    bool partial = header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
    bool segments = header.gso_type != VIRTIO_NET_HDR_GSO_NONE;

    if (partial) {
        header.csum_start = (uint16_t)(header.csum_start + grown);
        if (header.csum_start != ip_header_len(&frame->packet) ||
            (size_t)header.csum_start + header.csum_offset + 2 > frame->packet.len)
            return false;
    }
    if (segments) {
        header.hdr_len = (uint16_t)(header.hdr_len + grown);
        if (!partial || header.hdr_len > frame->packet.len)
            return false;
    }
    frame->header = header;
    way_tcp_checksum_apply(&frame->packet, l4_delta, partial ? WAY_CSUM_PARTIAL : WAY_CSUM_WHOLE);
    return true;
}

bool way_tun_complete(struct way_tun_frame *frame)
{
    const struct virtio_net_hdr *header = &frame->header;
    struct way_cursor rest = way_cursor_over(frame->packet.data, frame->packet.len);
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return false;
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        size_t field = (size_t)header->csum_start + header->csum_offset;
        if (header->csum_start != ip_header_len(&frame->packet) ||
            !way_cursor_peel(&rest, header->csum_start) || field + 2 > frame->packet.len)
            return false;
        uint16_t sum = way_csum_add(0, rest.at, way_cursor_left(&rest));
        way_bytes_put16(frame->packet.data + field, (uint16_t)~sum);
    }
    frame->header = (struct virtio_net_hdr){0};
    return true;
}

/* hdr_len is no help here: the kernel puts the length of its linear part there. */
size_t way_tun_segment_len(const struct way_tun_frame *frame)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    if (frame->header.gso_type == VIRTIO_NET_HDR_GSO_NONE ||
        way_ipv4_parse(frame->packet.data, frame->packet.len, &ip) != WAY_PACKET_OK ||
        ip.protocol != WAY_PROTOCOL_TCP || way_tcp_parse(&ip, &tcp) != WAY_PACKET_OK)
        return frame->packet.len;
    size_t one = (size_t)ip.header_len + tcp.header_len + frame->header.gso_size;
    return one < frame->packet.len ? one : frame->packet.len;
}
