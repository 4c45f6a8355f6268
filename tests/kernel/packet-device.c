/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a pair of veth, its far end read and written by AF_PACKET with virtio
 * headers, does what a TUN device does, for a user without privileges in a user
 * namespace of his own. What a filter redirects into the near end is read at the
 * far end with its Ethernet header, from which the virtio header counts; the far
 * end's own protocols do not take it, since it bears another's MAC. What is written
 * at the far end with the near end's MAC comes in by the near end, where a rule
 * finds it, with its partial checksum believed; it is not read again. GSO packets
 * longer than the near end's gso_max_size are cut before.
 *
 * Matters: /dev/net/tun is closed to users on many machines (core/datapath).
 *
 * Seen on: Linux 6.18.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/packet/checksum.h"
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

enum { PORT = 8080, MTU = 1500, BULK = 300000 };

/* What was read at the far end. */
struct frame {
    struct virtio_net_hdr virtio;
    struct ethhdr ethernet;
    uint8_t packet[70000];
    size_t len; /* of the packet */
    struct sockaddr_ll from;
};

static struct frame frame;
static uint8_t near_mac[ETH_ALEN];
static size_t longest; /* of the packets so far */
static bool came_back; /* one of our own was read */

static void make_topology(int *client_namespace)
{
    int router_namespace = kernel_namespace_current();
    *client_namespace = kernel_namespace_new();
    kernel_run("ip link add c1-r1 type veth peer name r1-c1 netns /proc/%d/fd/%d", getpid(),
               router_namespace);
    kernel_run("ip address add 10.0.1.2/24 dev c1-r1 && ip link set c1-r1 up");
    kernel_run("ip route add default via 10.0.1.1");
    kernel_namespace_enter(router_namespace);
    kernel_sysctl("net/ipv4/conf/all/rp_filter", "0");
    kernel_sysctl("net/ipv4/conf/default/rp_filter", "0");
    kernel_run("ip address add 10.0.1.1/24 dev r1-c1 && ip link set r1-c1 up");
    kernel_run("ip link add way0 arp off type veth peer name way1 arp off");
    kernel_run("ip link set way0 gso_max_size %d up && ip link set way1 up", MTU);
    kernel_run("ip rule add iif way0 lookup 100");
    kernel_run("ip route add local default dev lo table 100");
    kernel_need("no clsact", "tc qdisc add dev r1-c1 clsact");
    kernel_need("no u32 or no mirred",
                "tc filter add dev r1-c1 ingress protocol ip u32 match ip protocol 6 0xff "
                "action mirred egress redirect dev way0");
}

static int open_far_end(void)
{
    const int on = 1;
    struct ifreq request = {.ifr_name = "way0"};
    const struct sockaddr_ll far = {.sll_family = AF_PACKET,
                                    .sll_protocol = htons(ETH_P_ALL),
                                    .sll_ifindex = (int)if_nametoindex("way1")};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
    if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)(const void *)&far, sizeof far) != 0 ||
        ioctl(fd, SIOCGIFHWADDR, &request) != 0)
        kernel_bail_out("the socket of the far end");
    memcpy(near_mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
    return fd;
}

/* Reads the next IPv4 frame that the host did not send. False when none waits. */
static bool read_frame(int far)
{
    struct iovec parts[] = {{&frame.virtio, sizeof frame.virtio},
                            {&frame.ethernet, sizeof frame.ethernet},
                            {frame.packet, sizeof frame.packet}};
    struct msghdr message = {.msg_name = &frame.from,
                             .msg_namelen = sizeof frame.from,
                             .msg_iov = parts,
                             .msg_iovlen = 3};
    ssize_t len;
    while ((len = recvmsg(far, &message, 0)) >= 0) {
        if (frame.from.sll_pkttype == PACKET_OUTGOING) /* only the host's: ours do not come back */
            came_back |= memcmp(frame.ethernet.h_dest, near_mac, ETH_ALEN) == 0;
        else if (frame.ethernet.h_proto == htons(ETH_P_IP)) {
            frame.len = (size_t)len - sizeof frame.virtio - ETH_HLEN;
            longest = frame.len > longest ? frame.len : longest;
            return true;
        }
    }
    return false;
}

/* As it was, but for the near end. */
static void write_frame(int far)
{
    struct iovec parts[] = {{&frame.virtio, sizeof frame.virtio},
                            {&frame.ethernet, sizeof frame.ethernet},
                            {frame.packet, frame.len}};
    memcpy(frame.ethernet.h_dest, near_mac, ETH_ALEN);
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    if (sendmsg(far, &message, 0) < 0)
        kernel_bail_out("writing at the far end");
}

/* Writes back all that comes, until `fd` is readable. */
static bool pump_until_readable(int far, int fd)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = far, .events = POLLIN}};
    while (poll(fds, 2, GUARD_MS) > 0) {
        if (fds[0].revents)
            return true;
        while (read_frame(far))
            write_frame(far);
    }
    return false;
}

static void check_first(int far)
{
    struct way_ipv4 ip = {0};
    struct way_tcp tcp = {0};
    bool parsed = kernel_readable(far) && read_frame(far) &&
                  way_ipv4_parse(frame.packet, frame.len, &ip) == WAY_PACKET_OK &&
                  ip.protocol == WAY_PROTOCOL_TCP && way_tcp_parse(&ip, &tcp) == WAY_PACKET_OK;
    check(parsed && tcp.flags == WAY_TCP_SYN && frame.from.sll_pkttype == PACKET_OTHERHOST,
          "the SYN comes with its Ethernet header, as another host's");
    check(parsed && frame.virtio.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
              frame.virtio.csum_start == ETH_HLEN + ip.header_len &&
              tcp.checksum == way_csum_pseudo(ip.source, ip.destination, ip.protocol,
                                              (uint16_t)way_cursor_left(&ip.payload)),
          "its checksum is partial; the virtio header counts from the Ethernet header");
}

static void check_bulk(int far, int client, int accepted)
{
    static uint8_t bytes[BULK];
    size_t sent = 0, received = 0;
    while (received < sizeof bytes) {
        ssize_t now = sent < sizeof bytes
                          ? send(client, bytes, sizeof bytes - sent, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : 0;
        sent += now > 0 ? (size_t)now : 0;
        if (!pump_until_readable(far, accepted))
            break;
        while ((now = recv(accepted, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
            received += (size_t)now;
    }
    check(received == sizeof bytes, "bulk data comes through whole");
    check(longest <= MTU, "what was one GSO packet came in frames of an MTU");
}

int main(void)
{
    int client_namespace;
    struct sockaddr_in origin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in local = {0};
    socklen_t len = sizeof local;
    origin.sin_addr.s_addr = ORIGIN;

    kernel_begin_as_user(6);
    int router_namespace = kernel_namespace_current();
    make_topology(&client_namespace);
    int far = open_far_end();
    int listener = wire_listener(PORT, 16);

    kernel_namespace_enter(client_namespace);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(client, (const struct sockaddr *)&origin, sizeof origin) == 0 ||
        errno != EINPROGRESS)
        kernel_bail_out("connect");
    kernel_namespace_enter(router_namespace);
    check_first(far);
    write_frame(far);
    int accepted = pump_until_readable(far, listener) ? wire_accept(listener) : -1;
    check(accepted >= 0 && getsockname(accepted, (struct sockaddr *)&local, &len) == 0 &&
              local.sin_addr.s_addr == ORIGIN,
          "written back, it comes in by the near end, and the rule delivers it");
    check_bulk(far, client, accepted);
    check(!came_back, "what was written is not read again");
    return kernel_end();
}
