/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Resets and ICMP errors, written field by field.
 */
#include "core/packet/build.h"

#include <assert.h>
#include <string.h>

#include "core/packet/checksum.h"
#include "core/packet/icmp.h"

enum {
    TTL = 64,
    TOS_RESET = 0,
    TOS_ICMP_ERROR = 0xc0, /* internetwork control: RFC 1812, section 4.3.2.5 */
    DONT_FRAGMENT = 0x4000,
};

/* Writes a header without options and with a right checksum. An identification
 * of 0 is right for what is never fragmented (RFC 6864, section 4.1). */
static void put_ipv4(uint8_t *out, uint8_t tos, uint8_t protocol, way_be32 source,
                     way_be32 destination, size_t total_len)
{
    assert(total_len <= WAY_IPV4_TOTAL_MAX);
    memset(out, 0, WAY_IPV4_BASE_LEN);
    out[0] = 4 << 4 | WAY_IPV4_BASE_LEN / 4;
    out[1] = tos;
    way_bytes_put16(out + WAY_IPV4_AT_TOTAL_LEN, (uint16_t)total_len);
    way_bytes_put16(out + 6, DONT_FRAGMENT);
    out[WAY_IPV4_AT_TTL] = TTL;
    out[9] = protocol;
    way_bytes_put_address(out + WAY_IPV4_AT_SOURCE, source);
    way_bytes_put_address(out + WAY_IPV4_AT_DESTINATION, destination);
    way_bytes_put16(out + WAY_IPV4_AT_CHECKSUM, way_csum_of(out, WAY_IPV4_BASE_LEN));
}

size_t way_build_rst(uint8_t *out, size_t room, const struct way_ipv4 *ip,
                     const struct way_tcp *segment)
{
    if (room < WAY_BUILD_RST_LEN || segment->flags & WAY_TCP_RST)
        return 0;

    bool acknowledges = segment->flags & WAY_TCP_ACK;
    put_ipv4(out, TOS_RESET, WAY_PROTOCOL_TCP, ip->destination, ip->source, WAY_BUILD_RST_LEN);

    uint8_t *tcp = out + WAY_IPV4_BASE_LEN;
    memset(tcp, 0, WAY_TCP_BASE_LEN);
    way_bytes_put16(tcp, segment->destination_port);
    way_bytes_put16(tcp + 2, segment->source_port);
    way_bytes_put32(tcp + 4, acknowledges ? segment->ack : 0);
    way_bytes_put32(tcp + 8, acknowledges ? 0 : segment->seq + way_tcp_seq_len(segment));
    tcp[12] = WAY_TCP_BASE_LEN / 4 << 4;
    tcp[13] = acknowledges ? WAY_TCP_RST : WAY_TCP_RST | WAY_TCP_ACK;

    uint16_t sum = way_csum_pseudo(ip->destination, ip->source, WAY_PROTOCOL_TCP, WAY_TCP_BASE_LEN);
    way_bytes_put16(tcp + WAY_TCP_AT_CHECKSUM, (uint16_t)~way_csum_add(sum, tcp, WAY_TCP_BASE_LEN));
    return WAY_BUILD_RST_LEN;
}

/* RFC 1122, section 3.2.2, and RFC 1812, section 4.3.2.7: about what no error may be sent. */
static bool may_be_answered(const struct way_ipv4 *ip)
{
    if (ip->fragment_offset != 0 || !way_ipv4_is_host_address(ip->source) ||
        !way_ipv4_is_host_address(ip->destination))
        return false;
    if (ip->protocol != WAY_PROTOCOL_ICMP)
        return true;
    struct way_cursor rest = ip->payload;
    const uint8_t *type = way_cursor_peel(&rest, 1);
    return type && !way_icmp_is_error(*type);
}

size_t way_build_icmp_error(uint8_t *out, size_t room, const struct way_build_icmp *what,
                            const uint8_t *packet, size_t len)
{
    enum { HEADERS_LEN = WAY_IPV4_BASE_LEN + WAY_ICMP_HEADER_LEN, QUOTED_PAYLOAD_MIN = 8 };
    struct way_ipv4 ip;

    if (way_ipv4_parse(packet, len, &ip) != WAY_PACKET_OK || !may_be_answered(&ip))
        return 0;
    if (room > WAY_BUILD_ICMP_MAX)
        room = WAY_BUILD_ICMP_MAX;
    if (room < (size_t)HEADERS_LEN + ip.header_len + QUOTED_PAYLOAD_MIN)
        return 0;
    size_t quote_len = ip.total_len;
    if (quote_len > room - HEADERS_LEN)
        quote_len = room - HEADERS_LEN;

    put_ipv4(out, TOS_ICMP_ERROR, WAY_PROTOCOL_ICMP, what->source, ip.source,
             HEADERS_LEN + quote_len);
    uint8_t *icmp = out + WAY_IPV4_BASE_LEN;
    memset(icmp, 0, WAY_ICMP_HEADER_LEN);
    icmp[0] = what->type;
    icmp[1] = what->code;
    way_bytes_put16(icmp + WAY_ICMP_AT_MTU, what->mtu);
    memcpy(icmp + WAY_ICMP_HEADER_LEN, packet, quote_len);
    way_bytes_put16(icmp + WAY_ICMP_AT_CHECKSUM,
                    way_csum_of(icmp, WAY_ICMP_HEADER_LEN + quote_len));
    return HEADERS_LEN + quote_len;
}
