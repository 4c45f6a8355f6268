/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes a capture of any number of packets, always the same ones, for the bench of
 * analysis/capture and analysis/dissect:
 *
 *     bench-capture PACKETS > FILE
 *
 * Nanosecond pcap, Ethernet. What a tap between clients and servers sees: of 100
 * packets, 80 are TCP, of 20,000 connections between a thousand clients and 16 servers
 * (most of them acknowledgements, the others with up to 400 bytes in the order of
 * their numbers, so that the file is no larger than it must be), 10 of these with the
 * record route option, 15 UDP, 3 ICMP, 2 ARP.
 * Checksums are left 0: nobody looks at them here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/bytes.h"

enum { ETH_LEN = 14, FRAME_MAX = 600, STEP_NS = 1000 };
enum { CONNECTIONS = 20000, CLIENTS = 1000, SERVERS = 16 };

/* xorshift64* */
static uint32_t draw(uint32_t bound)
{
    static uint64_t state = 0x9e3779b97f4a7c15;

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1d >> 32) % bound);
}

/* Addresses of connection or conversation `n`, in the one direction or the other. */
static void put_addresses(uint8_t *ip, uint32_t n, bool back)
{
    uint32_t client = 0x0a000100 + n % CLIENTS, server = 0x0a640001 + n % SERVERS;

    way_bytes_put32(ip + 12, back ? server : client);
    way_bytes_put32(ip + 16, back ? client : server);
}

/* An IPv4 header without addresses; returns its length. */
static size_t put_ip(uint8_t *ip, uint8_t protocol, size_t payload_len, uint32_t option)
{
    size_t len = option ? 28 : 20;

    memset(ip, 0, len);
    ip[0] = (uint8_t)(0x40 | len / 4);
    way_bytes_put16(ip + 2, (uint16_t)(len + payload_len));
    way_bytes_put16(ip + 4, (uint16_t)draw(65536));
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = protocol;
    if (option) {
        way_bytes_put32(ip + 20, 0x01070708);
        way_bytes_put32(ip + 24, option);
    }
    return len;
}

/* The next segment of one of the connections; the first of each direction is a SYN. */
static size_t put_tcp(uint8_t *ip, uint32_t option)
{
    static uint32_t sent[CONNECTIONS][2];
    uint32_t n = draw(CONNECTIONS);
    bool back = draw(2);
    bool begins = sent[n][back] == 0;
    size_t data = begins || draw(100) < 60 ? 0 : draw(400);
    size_t at = put_ip(ip, 6, 20 + data, option);
    uint8_t *tcp = ip + at;

    put_addresses(ip, n, back);
    memset(tcp, 0, 20);
    way_bytes_put16(tcp + (back ? 2 : 0), (uint16_t)(40000 + n / CLIENTS));
    way_bytes_put16(tcp + (back ? 0 : 2), 80);
    way_bytes_put32(tcp + 4, sent[n][back]);
    way_bytes_put32(tcp + 8, sent[n][!back]);
    tcp[12] = 0x50;
    tcp[13] = begins ? (back ? 0x12 : 0x02) : (data ? 0x18 : 0x10);
    way_bytes_put16(tcp + 14, 1000);
    sent[n][back] += begins ? 1 : (uint32_t)data;
    return at + 20 + data;
}

static size_t put_packet(uint8_t *ip, uint16_t *type)
{
    uint32_t kind = draw(100);

    *type = 0x0800;
    if (kind < 80)
        return put_tcp(ip, kind < 10 ? 0x0a640001 + draw(16) : 0);
    if (kind < 95) {
        size_t data = draw(200), at = put_ip(ip, 17, 8 + data, 0);
        put_addresses(ip, draw(CONNECTIONS), draw(2));
        way_bytes_put16(ip + at, (uint16_t)(1024 + draw(60000)));
        way_bytes_put16(ip + at + 2, 53);
        way_bytes_put16(ip + at + 4, (uint16_t)(8 + data));
        way_bytes_put16(ip + at + 6, 0);
        return at + 8 + data;
    }
    if (kind < 98) {
        size_t at = put_ip(ip, 1, 8 + 56, 0);
        put_addresses(ip, draw(CONNECTIONS), draw(2));
        memset(ip + at, 0, 8);
        ip[at] = draw(2) ? 8 : 0;
        return at + 64;
    }
    *type = 0x0806;
    static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1};
    memset(ip, 0, 46);
    memcpy(ip, arp, sizeof arp);
    return 46;
}

static void put_host32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

int main(int argc, char **argv)
{
    static uint8_t frame[16 + FRAME_MAX] = {[16] = 2, [22] = 2};
    static const uint32_t header[6] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, 262144, 1};
    long packets = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

    if (packets <= 0) {
        fputs("usage: bench-capture PACKETS > FILE\n", stderr);
        return 2;
    }
    fwrite(header, sizeof header, 1, stdout);
    for (long n = 0; n < packets; n++) {
        uint16_t type;
        size_t len = ETH_LEN + put_packet(frame + 16 + ETH_LEN, &type);
        way_bytes_put16(frame + 16 + 12, type);
        len = len < 60 ? 60 : len;
        put_host32(frame, (uint32_t)(1753000000 + n / 1000000));
        put_host32(frame + 4, (uint32_t)(n % 1000000 * STEP_NS));
        put_host32(frame + 8, (uint32_t)len);
        put_host32(frame + 12, (uint32_t)len);
        fwrite(frame, 16 + len, 1, stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
