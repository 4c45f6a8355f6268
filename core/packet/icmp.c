/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * ICMP messages: which of them quote, and how long the quote is.
 */
#include "core/packet/icmp.h"

#include <assert.h>

#include "core/packet/checksum.h"

bool way_icmp_is_error(uint8_t type)
{
    return type == WAY_ICMP_UNREACHABLE || type == WAY_ICMP_SOURCE_QUENCH ||
           type == WAY_ICMP_REDIRECT || type == WAY_ICMP_TIME_EXCEEDED ||
           type == WAY_ICMP_PARAMETER_PROBLEM;
}

/* Do errors of this type have the length field of RFC 4884, section 4.1 to 4.3? */
static bool may_have_length(uint8_t type)
{
    return type == WAY_ICMP_UNREACHABLE || type == WAY_ICMP_TIME_EXCEEDED ||
           type == WAY_ICMP_PARAMETER_PROBLEM;
}

/* Parts what follows an error's header into quote and extensions. */
static enum way_packet_error part_quote(const uint8_t *header, struct way_cursor rest,
                                        struct way_icmp *out)
{
    size_t quote_len = way_cursor_left(&rest);

    if (may_have_length(out->type) && header[WAY_ICMP_AT_LENGTH] != 0) {
        out->has_length = true;
        quote_len = (size_t)header[WAY_ICMP_AT_LENGTH] * 4;
    }
    out->quote = way_cursor_first(&rest, quote_len);
    if (!way_cursor_peel(&rest, quote_len))
        return WAY_PACKET_ICMP_LENGTH;
    out->extensions = rest;
    return WAY_PACKET_OK;
}

enum way_packet_error way_icmp_parse(const struct way_ipv4 *ip, struct way_icmp *out)
{
    assert(ip->protocol == WAY_PROTOCOL_ICMP);
    if (way_ipv4_is_fragment(ip))
        return WAY_PACKET_IP_FRAGMENT;

    struct way_cursor rest = ip->payload;
    const uint8_t *header = way_cursor_peel(&rest, WAY_ICMP_HEADER_LEN);
    if (!header)
        return WAY_PACKET_TRUNCATED;

    *out = (struct way_icmp){.type = header[0],
                             .code = header[1],
                             .checksum = way_bytes_get16(header + WAY_ICMP_AT_CHECKSUM)};
    if (!way_icmp_is_error(out->type))
        return WAY_PACKET_OK;
    if (out->type == WAY_ICMP_PARAMETER_PROBLEM)
        out->pointer = header[WAY_ICMP_AT_POINTER];
    if (out->type == WAY_ICMP_UNREACHABLE && out->code == WAY_ICMP_FRAGMENTATION_NEEDED)
        out->mtu = way_bytes_get16(header + WAY_ICMP_AT_MTU);
    return part_quote(header, rest, out);
}

bool way_icmp_checksum_ok(const struct way_ipv4 *ip)
{
    return !way_ipv4_is_fragment(ip) &&
           way_csum_of(ip->payload.at, way_cursor_left(&ip->payload)) == 0;
}
