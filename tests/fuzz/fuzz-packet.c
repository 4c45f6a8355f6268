/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whatever the bytes: the parsers read none that are not there (the input is an
 * allocation of its own, so that the sanitizer knows its end), and what push, pop
 * and the ICMP translation give out is a packet again, with right checksums.
 *
 * Random bytes hardly ever have a right checksum, behind which most of the code
 * stands: every input is tried as it is, and once more with its checksums made
 * right.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/build.h"
#include "core/packet/icmp.h"
#include "core/packet/icmp_quote.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_push.h"
#include "core/packet/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A copy of the input with room before it. */
struct copy {
    uint8_t *memory;
    struct way_packet packet;
};

static struct copy copy_of(const uint8_t *data, size_t len)
{
    struct copy copy = {.memory = malloc(len + WAY_PACKET_ROOM)};
    assert(copy.memory);
    copy.packet = (struct way_packet){
        .data = copy.memory + WAY_PACKET_ROOM, .len = len, .room = WAY_PACKET_ROOM};
    if (len > 0)
        memcpy(copy.packet.data, data, len);
    return copy;
}

static struct way_ipv4 must_parse(const struct way_packet *packet)
{
    struct way_ipv4 ip;
    enum way_packet_error error = way_ipv4_parse(packet->data, packet->len, &ip);
    assert(error == WAY_PACKET_OK && ip.total_len == packet->len && way_ipv4_checksum_ok(&ip));
    (void)error;
    return ip;
}

static void try_views(const struct way_packet *packet)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    struct way_icmp icmp;
    uint8_t out[WAY_BUILD_ICMP_MAX];

    if (way_ipv4_parse(packet->data, packet->len, &ip) != WAY_PACKET_OK)
        return;
    if (ip.protocol == WAY_PROTOCOL_ICMP && way_icmp_parse(&ip, &icmp) == WAY_PACKET_OK)
        assert(way_cursor_left(&icmp.quote) + way_cursor_left(&icmp.extensions) <= packet->len);
    if (ip.protocol == WAY_PROTOCOL_TCP && way_tcp_parse(&ip, &tcp) == WAY_PACKET_OK) {
        (void)way_tcp_mss(&tcp);
        (void)way_tcp_checksum_ok(&ip);
        (void)way_build_rst(out, sizeof out, &ip, &tcp);
    }
    const struct way_build_icmp what = {.type = WAY_ICMP_UNREACHABLE};
    (void)way_build_icmp_error(out, sizeof out, &what, packet->data, packet->len);
}

static void try_push(const uint8_t *data, size_t len)
{
    struct copy copy = copy_of(data, len);
    struct way_route_change pushed, popped;
    way_be32 origin;
    const way_be32 proxy = 0x0202000a;

    if (way_route_push(&copy.packet, proxy, &pushed) == WAY_ROUTE_DONE) {
        struct way_ipv4 ip = must_parse(&copy.packet);
        assert(ip.destination == proxy);
        way_tcp_checksum_apply(&copy.packet, pushed.l4_delta, WAY_CSUM_WHOLE);
        enum way_route_result result = way_route_pop(&copy.packet, &origin, &popped);
        assert(result == WAY_ROUTE_DONE && memcmp(&origin, data + 16, 4) == 0);
        (void)result;
        must_parse(&copy.packet);
        assert(pushed.record_route_removed || pushed.options_removed ||
               memcmp(copy.packet.data, data, 10) == 0);
    } else {
        assert(copy.packet.len == len && (len == 0 || memcmp(copy.packet.data, data, len) == 0));
    }
    free(copy.memory);
}

static void try_pop(const uint8_t *data, size_t len)
{
    struct copy copy = copy_of(data, len);
    struct way_route_change change;
    way_be32 origin;

    if (way_route_pop(&copy.packet, &origin, &change) == WAY_ROUTE_DONE)
        assert(must_parse(&copy.packet).destination == origin);
    else
        assert(copy.packet.len == len && (len == 0 || memcmp(copy.packet.data, data, len) == 0));
    free(copy.memory);
}

/* The proxy is whoever the quoted packet is addressed to. */
static void try_quote(const uint8_t *data, size_t len)
{
    struct copy copy = copy_of(data, len);
    struct way_icmp_quote_change change;
    struct way_icmp icmp;
    way_be32 proxy = 0;
    struct way_ipv4 ip;

    if (way_ipv4_parse(data, len, &ip) == WAY_PACKET_OK && ip.protocol == WAY_PROTOCOL_ICMP &&
        way_icmp_parse(&ip, &icmp) == WAY_PACKET_OK && way_cursor_left(&icmp.quote) >= 20)
        proxy = way_bytes_get_address(icmp.quote.at + 16);
    if (way_icmp_quote_restore(&copy.packet, proxy, &change) == WAY_ICMP_QUOTE_DONE) {
        ip = must_parse(&copy.packet);
        enum way_packet_error error = way_icmp_parse(&ip, &icmp);
        assert(error == WAY_PACKET_OK && way_icmp_checksum_ok(&ip));
        (void)error;
        assert(way_bytes_get_address(icmp.quote.at + 16) == change.origin);
    } else {
        assert(copy.packet.len == len && (len == 0 || memcmp(copy.packet.data, data, len) == 0));
    }
    free(copy.memory);
}

static void try_all(const uint8_t *data, size_t len)
{
    struct copy copy = copy_of(data, len);
    try_views(&copy.packet);
    free(copy.memory);
    try_push(data, len);
    try_pop(data, len);
    try_quote(data, len);
}

/* Makes the checksums right that the code verifies. */
static void mend_checksums(struct way_packet *packet)
{
    struct way_ipv4 ip;
    if (way_ipv4_parse(packet->data, packet->len, &ip) != WAY_PACKET_OK)
        return;
    way_bytes_put16(packet->data + 10, 0);
    way_bytes_put16(packet->data + 10, way_csum_of(packet->data, ip.header_len));
    size_t icmp_len = way_cursor_left(&ip.payload);
    if (ip.protocol != WAY_PROTOCOL_ICMP || icmp_len < WAY_ICMP_HEADER_LEN)
        return;
    uint8_t *icmp = packet->data + ip.header_len;
    way_bytes_put16(icmp + 2, 0);
    way_bytes_put16(icmp + 2, way_csum_of(icmp, icmp_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > WAY_IPV4_TOTAL_MAX)
        return 0;
    try_all(data, len);
    struct copy copy = copy_of(data, len);
    mend_checksums(&copy.packet);
    try_all(copy.packet.data, copy.packet.len);
    free(copy.memory);
    return 0;
}
