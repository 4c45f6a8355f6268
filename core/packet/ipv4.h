/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * IPv4 headers (RFC 791, section 3.1): a view over bytes, checked once.
 *
 * way_ipv4_parse() validates version and lengths against the bytes there are,
 * and hands out the fields in host order (addresses: network order) and two
 * cursors, one over the options, one over the payload. Whoever holds a view may
 * rely on them. The checksum and the options' inner lengths are asked for
 * separately: by way_ipv4_checksum_ok() and by walking the options.
 *
 * A view borrows the packet's bytes, and is stale once they are changed.
 */
#ifndef WAYLAY_CORE_PACKET_IPV4_H
#define WAYLAY_CORE_PACKET_IPV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/bytes.h"
#include "core/packet/cursor.h"
#include "core/packet/error.h"

enum {
    WAY_IPV4_BASE_LEN = 20,     /* bytes of a header without options */
    WAY_IPV4_HEADER_MAX = 60,   /* bytes of the longest header */
    WAY_IPV4_OPTIONS_MAX = 40,  /* bytes of options in it */
    WAY_IPV4_TOTAL_MAX = 65535, /* bytes of the longest packet */
};

/* Offsets of fields in the header, in bytes. */
enum {
    WAY_IPV4_AT_TOTAL_LEN = 2,
    WAY_IPV4_AT_TTL = 8,
    WAY_IPV4_AT_CHECKSUM = 10,
    WAY_IPV4_AT_SOURCE = 12,
    WAY_IPV4_AT_DESTINATION = 16,
};

/* Protocol numbers (IANA). */
enum { WAY_PROTOCOL_ICMP = 1, WAY_PROTOCOL_TCP = 6, WAY_PROTOCOL_UDP = 17 };

struct way_ipv4 {
    way_be32 source;
    way_be32 destination;
    uint16_t total_len;  /* bytes, header included, as the header says */
    uint16_t header_len; /* bytes: 20..60, a multiple of 4 */
    uint16_t identification;
    uint16_t fragment_offset; /* bytes: a multiple of 8 */
    bool dont_fragment;
    bool more_fragments;
    uint8_t tos;
    uint8_t ttl;
    uint8_t protocol;
    uint16_t checksum;         /* as the field stands */
    struct way_cursor header;  /* all header_len bytes */
    struct way_cursor options; /* the header's bytes from 20 on; may be empty */
    struct way_cursor payload; /* what follows, up to the total length */
};

/* Parses the packet of `len` bytes at `data`. Bytes behind the total length
 * (Ethernet padding) are allowed and not part of the view. Returns
 * WAY_PACKET_OK, or what is wrong: TRUNCATED, IP_VERSION, IP_HEADER_LENGTH,
 * IP_TOTAL_LENGTH; `out` is then undefined. */
enum way_packet_error way_ipv4_parse(const uint8_t *data, size_t len, struct way_ipv4 *out);

/* The same for the packet quoted in an ICMP error, which may be cut off anywhere
 * behind its header: a total length beyond the bytes there are is no error, and
 * the payload holds what is left of it. */
enum way_packet_error way_ipv4_parse_quote(const uint8_t *data, size_t len, struct way_ipv4 *out);

/* Is the header's checksum right? */
bool way_ipv4_checksum_ok(const struct way_ipv4 *ip);

/* Is this any fragment but an unfragmented packet? */
static inline bool way_ipv4_is_fragment(const struct way_ipv4 *ip)
{
    return ip->more_fragments || ip->fragment_offset != 0;
}

/* Can a host on the Internet have this address? Not: 0/8, 127/8 (RFC 1122,
 * 3.2.1.3), and 224/3: multicast, reserved, broadcast. */
bool way_ipv4_is_host_address(way_be32 address);

/* Option types (the whole octet: copied flag, class, number; RFC 791, section 3.1). */
enum way_ipv4_option_type {
    WAY_IPV4_OPTION_END = 0,
    WAY_IPV4_OPTION_NOP = 1,
    WAY_IPV4_OPTION_RECORD_ROUTE = 7,
    WAY_IPV4_OPTION_LOOSE_SOURCE_ROUTE = 131,
    WAY_IPV4_OPTION_STRICT_SOURCE_ROUTE = 137,
};

struct way_ipv4_option {
    const uint8_t *bytes; /* the whole option, type first; NULL: there are no more */
    uint8_t type;
    uint8_t len; /* bytes, type and length octets included; 1 for a NOP */
};

/* Peels the next option off `options` (begin with a copy of way_ipv4.options).
 * NOPs are handed out like any other. At the end of the options, or at an End of
 * Options octet (what follows it is padding), `out->bytes` is NULL. Returns
 * WAY_PACKET_OK, or IP_OPTION_LENGTH when an option's length is below 2 or
 * leads out of the header:
 *
 *     struct way_cursor rest = ip.options;
 *     struct way_ipv4_option option;
 *     while ((error = way_ipv4_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
 *         ...
 */
enum way_packet_error way_ipv4_option_next(struct way_cursor *options, struct way_ipv4_option *out);

#endif
