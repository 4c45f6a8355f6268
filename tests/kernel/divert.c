/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a clsact ingress filter (u32) with `mirred egress redirect` into a TUN
 * device delivers packets without their Ethernet header, and, from a veth whose
 * sender left checksums to its card, with partial ones: the virtio header says
 * NEEDS_CSUM, and the TCP field holds the pseudo header's sum. When nobody holds
 * the TUN device open, or it is gone, all TCP of the interface is lost, for any
 * port; other protocols pass; taking the filter away mends it.
 *
 * Matters: the first is the slow path's way in (core/datapath); the second is why
 * core/packet returns deltas; the third is why each program has a supervisor.
 *
 * Seen on: Linux 6.18.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/packet/checksum.h"
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* Two namespaces joined by a veth; the filter stands at the router's end. */
static int make_topology(int *client_namespace)
{
    int router_namespace = kernel_namespace_current();
    *client_namespace = kernel_namespace_new();
    kernel_run("ip link add c1-r1 type veth peer name r1-c1 netns /proc/%d/fd/%d", getpid(),
               router_namespace);
    kernel_run("ip address add 10.0.1.2/24 dev c1-r1 && ip link set c1-r1 up");
    kernel_namespace_enter(router_namespace);
    kernel_run("ip address add 10.0.1.1/24 dev r1-c1 && ip link set r1-c1 up");
    return router_namespace;
}

static int listen_on(int type, const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        (type == SOCK_STREAM && listen(fd, 16) != 0))
        kernel_bail_out("a socket of the router");
    return fd;
}

static int connect_to(int type, const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        kernel_bail_out("a socket of the client");
    (void)connect(fd, (const struct sockaddr *)address, sizeof *address);
    return fd;
}

/* Does what was read from the device begin with an IPv4 header, and is its TCP
 * checksum the pseudo header's sum, as the virtio header says? */
static void check_diverted(int tun)
{
    uint8_t bytes[2048];
    struct virtio_net_hdr virtio = {0};
    struct way_ipv4 ip = {0};
    struct way_tcp tcp = {0};
    ssize_t len = kernel_readable(tun) ? read(tun, bytes, sizeof bytes) : -1;
    const size_t at = sizeof virtio;

    bool parsed = len > (ssize_t)at &&
                  way_ipv4_parse(bytes + at, (size_t)len - at, &ip) == WAY_PACKET_OK &&
                  ip.protocol == WAY_PROTOCOL_TCP && way_tcp_parse(&ip, &tcp) == WAY_PACKET_OK;
    check(parsed && tcp.flags == WAY_TCP_SYN, "the SYN comes as a bare IPv4 packet");
    memcpy(&virtio, bytes, at);
    check(parsed && virtio.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
              virtio.csum_start == ip.header_len && virtio.csum_offset == WAY_TCP_AT_CHECKSUM,
          "the virtio header says that the checksum is partial");
    check(parsed && tcp.checksum == way_csum_pseudo(ip.source, ip.destination, ip.protocol,
                                                    (uint16_t)way_cursor_left(&ip.payload)),
          "the field holds the sum of the pseudo header");
}

/* A SYN that goes before a datagram on the same link is lost; the datagram is not. */
static void check_lost(const struct sockaddr_in *service, int listener, int datagrams,
                       const char *name)
{
    char byte = 0;
    connect_to(SOCK_STREAM, service);
    if (send(connect_to(SOCK_DGRAM, service), &byte, 1, 0) != 1)
        kernel_bail_out("send");
    bool passed = kernel_readable(datagrams) && recv(datagrams, &byte, 1, 0) == 1;
    check(passed && accept(listener, NULL, NULL) < 0, name);
}

int main(void)
{
    int client_namespace;
    struct sockaddr_in service = {.sin_family = AF_INET, .sin_port = htons(8080)};
    service.sin_addr.s_addr = wire_address(10, 0, 1, 1);

    kernel_begin(6);
    int router_namespace = make_topology(&client_namespace);
    int tun = kernel_tun("way0", true);
    if (ioctl(tun, TUNSETPERSIST, 1) != 0)
        kernel_bail_out("TUNSETPERSIST");
    kernel_need("no clsact", "tc qdisc add dev r1-c1 clsact");
    kernel_need("no u32 or no mirred",
                "tc filter add dev r1-c1 ingress protocol ip u32 match ip protocol 6 0xff "
                "action mirred egress redirect dev way0");
    int listener = listen_on(SOCK_STREAM, &service), datagrams = listen_on(SOCK_DGRAM, &service);

    kernel_namespace_enter(client_namespace);
    connect_to(SOCK_STREAM, &service);
    check_diverted(tun);

    close(tun);
    check_lost(&service, listener, datagrams, "TCP is lost when nobody holds the device open");
    kernel_namespace_enter(router_namespace);
    kernel_run("ip link del way0");
    kernel_namespace_enter(client_namespace);
    check_lost(&service, listener, datagrams, "and when the device is gone, as after a crash");
    kernel_namespace_enter(router_namespace);
    kernel_run("tc qdisc del dev r1-c1 clsact");
    check(wire_accept(listener) >= 0, "with the filter gone, its retransmission connects");
    return kernel_end();
}
