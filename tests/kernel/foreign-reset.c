/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Assumed: a raw socket with IP_HDRINCL sends a packet with a foreign source
 * address as it is, along the routes; written into the delivery device the same
 * packet would come back in instead.
 *
 * Matters: it is how the proxy refuses a client in the origin's name.
 *
 * Seen on: Linux 6.18.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/packet/build.h"
#include "tests/kernel/netns.h"
#include "tests/kernel/wire.h"

/* The reset that answers a SYN of the client's. */
static size_t make_reset(uint8_t out[WAY_BUILD_RST_LEN])
{
    const struct way_ipv4 ip = {.source = CLIENT, .destination = ORIGIN};
    const struct way_tcp syn = {
        .source_port = 40000, .destination_port = 80, .seq = 1000, .flags = WAY_TCP_SYN};
    return way_build_rst(out, WAY_BUILD_RST_LEN, &ip, &syn);
}

int main(void)
{
    uint8_t reset[WAY_BUILD_RST_LEN];
    struct received out;
    const struct sockaddr_in client = {.sin_family = AF_INET, .sin_addr.s_addr = CLIENT};

    kernel_begin(2);
    int tun = wire_delivery();
    int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (raw < 0)
        kernel_bail_out("a raw socket");
    size_t len = make_reset(reset);
    check(sendto(raw, reset, len, 0, (const struct sockaddr *)&client, sizeof client) ==
              (ssize_t)len,
          "a raw socket takes a packet with a foreign source");
    check(wire_receive_tcp(tun, 40000, &out) && out.ip.source == ORIGIN &&
              out.tcp.flags == (WAY_TCP_RST | WAY_TCP_ACK) && out.tcp.ack == 1001 &&
              way_ipv4_checksum_ok(&out.ip) && way_tcp_checksum_ok(&out.ip),
          "it leaves with that source, and both checksums right");
    return kernel_end();
}
