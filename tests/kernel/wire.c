/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Segments are built field by field, and read with the views of core/packet.
 */
#include "config.h" /* first: it asks for GNU extensions */

#include "tests/kernel/wire.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/packet/checksum.h"
#include "tests/kernel/netns.h"

enum { DEFAULT_TTL = 64, CLIENT_SEQ = 1000 };

way_be32 wire_address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t bytes[4] = {a, b, c, d};
    return way_bytes_get_address(bytes);
}

struct segment wire_syn(uint16_t client_port, uint16_t origin_port)
{
    return (struct segment){.source = CLIENT,
                            .destination = ORIGIN,
                            .source_port = client_port,
                            .destination_port = origin_port,
                            .seq = CLIENT_SEQ,
                            .flags = WAY_TCP_SYN,
                            .mss = 1460};
}

/* Writes the TCP header at `tcp`; returns its length. */
static size_t put_tcp(uint8_t *tcp, const struct segment *s)
{
    size_t len = s->mss ? 24 : 20;
    memset(tcp, 0, len);
    way_bytes_put16(tcp, s->source_port);
    way_bytes_put16(tcp + 2, s->destination_port);
    way_bytes_put32(tcp + 4, s->seq);
    way_bytes_put32(tcp + 8, s->ack);
    tcp[12] = (uint8_t)(len / 4 << 4);
    tcp[13] = s->flags;
    way_bytes_put16(tcp + 14, 65535);
    if (s->mss)
        way_bytes_put32(tcp + 20, 0x02040000u | s->mss);
    uint16_t sum = way_csum_pseudo(s->source, s->destination, WAY_PROTOCOL_TCP, (uint16_t)len);
    way_bytes_put16(tcp + 16, (uint16_t)~way_csum_add(sum, tcp, len));
    return len;
}

size_t wire_build(uint8_t packet[WIRE_PACKET_MAX], const struct segment *s)
{
    size_t header_len = 20 + s->options_len;
    assert(header_len <= WAY_IPV4_HEADER_MAX);
    size_t len = header_len + put_tcp(packet + header_len, s);

    memset(packet, 0, header_len);
    packet[0] = (uint8_t)(0x40 + header_len / 4);
    way_bytes_put16(packet + 2, (uint16_t)len);
    way_bytes_put16(packet + 4, s->identification);
    packet[8] = s->ttl ? s->ttl : DEFAULT_TTL;
    packet[9] = WAY_PROTOCOL_TCP;
    way_bytes_put_address(packet + 12, s->source);
    way_bytes_put_address(packet + 16, s->destination);
    if (s->options_len > 0)
        memcpy(packet + 20, s->options, s->options_len);
    way_bytes_put16(packet + 10, way_csum_of(packet, header_len));
    return len;
}

void wire_send(int tun, const struct segment *segment)
{
    uint8_t packet[WIRE_PACKET_MAX];
    size_t len = wire_build(packet, segment);
    if (write(tun, packet, len) != (ssize_t)len)
        kernel_bail_out("writing into the TUN device");
}

bool wire_receive(int tun, struct received *out)
{
    while (kernel_readable(tun)) {
        ssize_t len = read(tun, out->bytes, sizeof out->bytes);
        if (len < 0)
            kernel_bail_out("reading from the TUN device");
        out->len = (size_t)len;
        if (way_ipv4_parse(out->bytes, out->len, &out->ip) != WAY_PACKET_OK)
            continue;
        out->is_tcp = out->ip.protocol == WAY_PROTOCOL_TCP &&
                      way_tcp_parse(&out->ip, &out->tcp) == WAY_PACKET_OK;
        return true;
    }
    return false;
}

bool wire_receive_tcp(int tun, uint16_t port, struct received *out)
{
    while (wire_receive(tun, out))
        if (out->is_tcp && out->tcp.destination_port == port)
            return true;
    return false;
}

void wire_acknowledge(int tun, struct segment *segment, const struct received *answer)
{
    segment->flags = WAY_TCP_ACK;
    segment->mss = 0;
    segment->seq++;
    segment->ack = answer->tcp.seq + 1;
    wire_send(tun, segment);
}

int wire_delivery(void)
{
    kernel_sysctl("net/ipv4/conf/all/rp_filter", "0");
    kernel_sysctl("net/ipv4/conf/default/rp_filter", "0");
    int tun = kernel_tun("way0", false);
    kernel_run("ip rule add iif way0 lookup 100");
    kernel_run("ip route add local default dev lo table 100");
    kernel_run("ip address add 10.0.2.2/24 dev way0");
    kernel_run("ip route add 10.0.1.0/24 dev way0");
    return tun;
}

int wire_listener(uint16_t port, int backlog)
{
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_TCP, TCP_SAVE_SYN, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&any, sizeof any) != 0 || listen(fd, backlog) != 0)
        kernel_bail_out("a transparent listener");
    return fd;
}

int wire_accept(int listener)
{
    return kernel_readable(listener) ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
}
