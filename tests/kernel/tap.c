/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a TAP that was made in one network namespace is read and written from
 * any other, and is gone with its descriptor. TUNSETOFFLOAD decides, at any time,
 * whether packets come with finished checksums and cut; what is in the queue
 * already stays as it was.
 *
 * Matters: the ends of emulated links, and when the wire has to cut by itself
 * (emu/wire/end.h, emu/wire/segment.h).
 *
 * Seen on: Linux 6.18.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/kernel/netns.h"

enum { PIECE = 1000, PIECES = 4, HEADERS = 14 + 20 + 8, IPV4_AT = 12 };

/* A frame as it came. */
struct frame {
    struct virtio_net_hdr header;
    unsigned char bytes[65536 + 64];
    ssize_t len; /* of the bytes */
};

static int make_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        kernel_skip("cannot open /dev/net/tun");
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) != 0)
        kernel_bail_out("TUNSETIFF");
    return fd;
}

static void set_offload(int tap, unsigned long offload)
{
    if (ioctl(tap, TUNSETOFFLOAD, offload) != 0)
        kernel_bail_out("TUNSETOFFLOAD");
}

/* A UDP socket of the namespace that sends to the other end. */
static int make_sender(void)
{
    const struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x0a000102)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&there, sizeof(there)) != 0)
        kernel_bail_out("connect");
    return fd;
}

static void send_bytes(int sender, size_t len)
{
    static const unsigned char zeros[PIECE * PIECES];
    if (send(sender, zeros, len, 0) != (ssize_t)len)
        kernel_bail_out("send");
}

/* The next IPv4 frame; false when the guard ran out. */
static bool receive(int tap, struct frame *frame)
{
    while (kernel_readable(tap)) {
        ssize_t got = read(tap, frame, sizeof(frame->header) + sizeof(frame->bytes));
        frame->len = got - (ssize_t)sizeof(frame->header);
        if (frame->len > HEADERS && frame->bytes[IPV4_AT] == 8 && frame->bytes[IPV4_AT + 1] == 0)
            return true;
    }
    return false;
}

static bool unfinished(const struct frame *frame)
{
    return frame->header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
}

int main(void)
{
    static struct frame frame;
    const int piece = PIECE;
    kernel_begin(6);
    int home = kernel_namespace_current();
    int node = kernel_namespace_new();
    int tap = make_tap("node-eth0");
    kernel_run("ip address add 10.0.1.1/24 dev node-eth0; ip link set node-eth0 up; ip neigh add "
               "10.0.1.2 lladdr 02:00:00:00:00:02 dev node-eth0 nud permanent");
    int sender = make_sender();
    kernel_namespace_enter(home);

    set_offload(tap, TUN_F_CSUM);
    send_bytes(sender, PIECE);
    check(receive(tap, &frame), "a TAP of another namespace is read from here");
    check(unfinished(&frame), "with offloads, its packets have unfinished checksums");
    send_bytes(sender, PIECE);
    set_offload(tap, 0);
    check(receive(tap, &frame) && unfinished(&frame), "what was in the queue stays as it was");
    send_bytes(sender, PIECE);
    check(receive(tap, &frame) && !unfinished(&frame), "without offloads, they are finished");
    if (setsockopt(sender, SOL_UDP, UDP_SEGMENT, &piece, sizeof(piece)) != 0)
        kernel_bail_out("UDP_SEGMENT");
    send_bytes(sender, (size_t)PIECE * PIECES);
    int cut = 0;
    while (cut < PIECES && receive(tap, &frame) && frame.len == HEADERS + PIECE &&
           frame.header.gso_type == VIRTIO_NET_HDR_GSO_NONE)
        cut++;
    check(cut == PIECES, "and a GSO packet comes cut");

    close(tap);
    kernel_namespace_enter(node);
    check(if_nametoindex("node-eth0") == 0, "with its descriptor the TAP is gone");
    return kernel_end();
}
