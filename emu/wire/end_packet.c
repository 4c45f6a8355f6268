/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A packet socket with virtio headers, on one end of a veth pair.
 *
 * What the node sends arrives here as incoming frames; what the socket sends
 * itself is outgoing, and ignored. Whether frames come whole is decided where
 * they are sent, by the offloads of the pair's other end; so those are set, where
 * it can be reached.
 *
 * The kernel takes a frame's outer VLAN tag off before a packet socket sees it, and says so
 * beside the frame; here it is put back, so that what the node sent is what the wire carries.
 */
#define _GNU_SOURCE /* recvmmsg */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/packet/bytes.h"
#include "emu/wire/device.h"
#include "emu/wire/end_kinds.h"
#include "emu/wire/netns.h"

struct packet {
    struct way_end end;
    unsigned index;       /* of the interface */
    int peer_namespace;   /* -1: our own */
    unsigned peer;        /* index there; 0: it is no pair */
    uint64_t peer_before; /* what it had dropped when the end was opened */
    uint64_t drops;       /* of the socket, so far */
    uint64_t own_before;  /* what the interface itself had dropped when the end was opened */
    uint64_t refused;     /* frames that it dropped and said so */
};

enum { TAG = 4, AT_TAG = 12 }; /* bytes of a VLAN tag, and where it stands in a frame */

/* What the kernel says beside a frame. */
union beside {
    struct cmsghdr header;
    uint8_t room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};

/* ---- frames ---- */

/* What was said of the frame; nothing when it was not said. */
static struct tpacket_auxdata said_of(struct msghdr *message)
{
    struct tpacket_auxdata said = {0};
    const struct cmsghdr *part = CMSG_FIRSTHDR(message);
    if (part && part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA)
        memcpy(&said, CMSG_DATA(part), sizeof(said));
    return said;
}

static void move_offsets(uint8_t *at)
{
    struct virtio_net_hdr offload;
    memcpy(&offload, at, sizeof(offload));
    if (offload.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
        offload.csum_start = (uint16_t)(offload.csum_start + TAG);
    if (offload.gso_type != VIRTIO_NET_HDR_GSO_NONE)
        offload.hdr_len = (uint16_t)(offload.hdr_len + TAG);
    memcpy(at, &offload, sizeof(offload));
}

/* Puts the VLAN tag back that the kernel took off the frame at `place`, of `got` bytes with its
 * virtio header. Returns how many there are then; more than there is room for when it has none. */
static size_t put_tag_back(struct iovec place, size_t got, struct msghdr *message)
{
    const struct tpacket_auxdata said = said_of(message);
    const size_t at = WAY_FRAME_OFFLOAD + AT_TAG;
    if (!(said.tp_status & TP_STATUS_VLAN_VALID) || got < at)
        return got;
    if (got + TAG <= place.iov_len) {
        uint8_t *bytes = place.iov_base;
        bool has_type = said.tp_status & TP_STATUS_VLAN_TPID_VALID;
        memmove(bytes + at + TAG, bytes + at, got - at);
        way_bytes_put16(bytes + at, has_type ? said.tp_vlan_tpid : ETH_P_8021Q);
        way_bytes_put16(bytes + at + 2, said.tp_vlan_tci);
        move_offsets(bytes);
    }
    return got + TAG;
}

static int read_packets(struct way_end *self, struct way_intake *intake,
                        struct way_arrival_in arrivals[WAY_END_BATCH])
{
    struct iovec places[WAY_END_BATCH];
    struct mmsghdr messages[WAY_END_BATCH];
    union beside beside[WAY_END_BATCH];
    for (int i = 0; i < WAY_END_BATCH; i++) {
        places[i] = way_intake_lend(intake, i);
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &places[i],
                                                   .msg_iovlen = 1,
                                                   .msg_control = &beside[i],
                                                   .msg_controllen = sizeof(beside[i])}};
    }
    int count = recvmmsg(self->fd, messages, WAY_END_BATCH, MSG_DONTWAIT, NULL);
    if (count < 0) /* ENETDOWN is said once when the interface goes down: it may come up again */
        return errno == EINVAL                                          ? way_intake_lost(arrivals)
               : errno == EAGAIN || errno == EINTR || errno == ENETDOWN ? 0
                                                                        : -errno;
    for (int i = 0; i < count; i++)
        arrivals[i] = way_intake_take(
            intake, i, put_tag_back(places[i], messages[i].msg_len, &messages[i].msg_hdr));
    return count;
}

static int write_packets(struct way_end *end, struct way_frame *const frames[], int count)
{
    struct packet *self = (struct packet *)end;
    struct iovec parts[WAY_END_BATCH];
    struct mmsghdr messages[WAY_END_BATCH];
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){frames[i]->offload, WAY_FRAME_OFFLOAD + frames[i]->len};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
    }
    int done = 0;
    while (done < count) {
        int sent = sendmmsg(end->fd, messages + done, (unsigned)(count - done), MSG_DONTWAIT);
        if (sent <= 0) {
            self->refused += errno == ENOBUFS || errno == ENETDOWN;
            break;
        }
        done += sent;
    }
    return done;
}

/* ---- the pair's other end ---- */

/* Goes where the peer is. Returns what way_netns_leave takes (-1: it is here), or a
 * negative errno below that in `error`. */
static int visit_peer(const struct packet *self, int *error)
{
    int back = self->peer_namespace >= 0 ? way_netns_enter_fd(self->peer_namespace) : -1;
    *error = self->peer_namespace >= 0 && back < 0 ? back : 0;
    return *error ? -1 : back;
}

static void set_whole(struct way_end *end, bool whole)
{
    const struct packet *self = (const struct packet *)end;
    int error = 0;
    int back = self->peer ? visit_peer(self, &error) : -1;
    if (self->peer && !error)
        error = way_device_offload(self->peer, whole);
    way_netns_leave(back);
    if (!self->peer || error)
        way_log(WAY_LOG_WARNING,
                "%s: cannot set the offloads of its other end: %s: the wire cuts packets itself, "
                "at its "
                "own cost (say the other end's netns)",
                end->interface, self->peer ? strerror(-error) : "not found");
}

/* A pair has no carrier while its other end is down: then the kernel says that there
 * is no room. */
static bool is_down(const struct way_end *end, int error)
{
    struct ifreq request = {0};
    if (error == ENETDOWN)
        return true;
    memcpy(request.ifr_name, end->interface, IFNAMSIZ);
    return error == ENOBUFS && ioctl(end->fd, SIOCGIFFLAGS, &request) == 0 &&
           !(request.ifr_flags & IFF_RUNNING);
}

/* What the interface dropped on the way to the node without saying so to who wrote it (Linux 6.1
 * tells nobody when the pair's other end has no room). */
static uint64_t own_drops(const struct packet *self)
{
    uint64_t now = 0;
    if (way_device_drops(self->index, &now) != 0 || now < self->own_before + self->refused)
        return 0;
    return now - self->own_before - self->refused;
}

/* Those of the socket, of the interface, and of the other end, since the beginning. */
static int device_drops(struct way_end *end, uint64_t *drops)
{
    struct packet *self = (struct packet *)end;
    struct tpacket_stats stats = {0};
    socklen_t size = sizeof(stats);
    uint64_t peer_drops = self->peer_before;
    if (getsockopt(end->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0)
        return -errno;
    self->drops += stats.tp_drops; /* reading them sets them to 0 */
    int error = 0;
    int back = self->peer ? visit_peer(self, &error) : -1;
    if (self->peer && !error)
        error = way_device_drops(self->peer, &peer_drops);
    way_netns_leave(back);
    *drops = self->drops + own_drops(self) + (peer_drops - self->peer_before);
    return error == -ENODEV ? 0 : error; /* the node may be gone already */
}

static void free_packet(struct way_end *end)
{
    struct packet *self = (struct packet *)end;
    if (self->peer_namespace >= 0)
        close(self->peer_namespace);
    free(self);
}

static const struct way_end_class class = {.batch = WAY_END_BATCH,
                                           .read = read_packets,
                                           .write = write_packets,
                                           .set_whole = set_whole,
                                           .is_down = is_down,
                                           .device_drops = device_drops,
                                           .free = free_packet};

/* ---- making one ---- */

/* Finds the other end, unless it cannot be found. */
static void find_peer(struct packet *self, const struct way_end_settings *place)
{
    int error = 0;
    bool elsewhere;
    if (way_device_peer(place->interface, &self->peer, &elsewhere) != 0)
        return;
    if (elsewhere && place->netns)
        self->peer_namespace = open(place->netns, O_RDONLY | O_CLOEXEC);
    if (elsewhere && self->peer_namespace < 0) {
        self->peer = 0;
        return;
    }
    int back = visit_peer(self, &error);
    if (error || !way_device_is_pair(self->peer, self->index) ||
        way_device_drops(self->peer, &self->peer_before) != 0)
        self->peer = 0; /* `netns` is not where it is */
    way_netns_leave(back);
}

/* The wire's own kernel is to say nothing on the link: it asks for no routers, and (without ARP,
 * see below) does not give itself out as who is looked for. */
static void silence(const char *interface)
{
    char path[sizeof("/proc/sys/net/ipv6/conf//disable_ipv6") + IFNAMSIZ];
    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", interface);
    WAY_AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "1", 1) < 0)
        way_log(WAY_LOG_WARNING, "%s: %s", path, strerror(errno));
}

/* As much room as is allowed: all of it for the privileged, else the system's bound. */
static void widen(int fd, int forced, int plain)
{
    const int bytes = WAY_END_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

static int set_option(int fd, int option)
{
    const int on = 1;
    return setsockopt(fd, SOL_PACKET, option, &on, sizeof(on));
}

/* Returns the socket, or -1 with errno and what failed. */
static int make_socket(const struct way_end_settings *place, unsigned *index, const char **what)
{
    int found = way_device_index(place->interface);
    *what = "no such interface";
    if (found < 0) {
        errno = -found;
        return -1;
    }
    *index = (unsigned)found;
    struct sockaddr_ll here = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = found};
    *what = "cannot open a packet socket";
    WAY_AUTO_FD int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    *what = "cannot prepare the packet socket";
    widen(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    widen(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    if (set_option(fd, PACKET_VNET_HDR) != 0 || set_option(fd, PACKET_IGNORE_OUTGOING) != 0 ||
        set_option(fd, PACKET_AUXDATA) != 0 || set_option(fd, PACKET_QDISC_BYPASS) != 0 ||
        bind(fd, (const struct sockaddr *)&here, sizeof(here)) != 0)
        return -1;
    return WAY_TAKE_FD(fd);
}

struct way_end *way_end_packet_open(const struct way_end_settings *place, char *error,
                                    size_t error_size)
{
    struct packet *self = calloc(1, sizeof(*self));
    const char *what = "cannot be opened";
    if (!self)
        return way_end_refuse(place, what, ENOMEM, "", error, error_size);
    self->end.class = &class;
    self->peer_namespace = -1;
    memcpy(self->end.interface, place->interface, IFNAMSIZ);
    self->end.fd = make_socket(place, &self->index, &what);
    if (self->end.fd < 0) {
        int failed = errno;
        free(self);
        return way_end_refuse(place, what, failed, failed == EPERM ? " (CAP_NET_RAW lacks)" : "",
                              error, error_size);
    }
    silence(place->interface);
    const struct way_device_setup setup = {.mtu = place->mtu, .without_arp = true};
    int failed = way_device_set_up(place->interface, &setup);
    if (failed != 0) {
        struct way_end *end = &self->end;
        way_end_close(&end);
        return way_end_refuse(place, "cannot be set up", -failed, "", error, error_size);
    }
    (void)way_device_drops(self->index, &self->own_before);
    find_peer(self, place);
    set_whole(&self->end, false);
    return &self->end;
}
