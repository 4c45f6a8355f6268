/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * ICMP messages (RFC 792), and the parts of the errors among them: the packet
 * that is quoted, and the extensions behind it (RFC 4884).
 */
#ifndef WAYLAY_CORE_PACKET_ICMP_H
#define WAYLAY_CORE_PACKET_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet/cursor.h"
#include "core/packet/error.h"
#include "core/packet/ipv4.h"

enum {
    WAY_ICMP_HEADER_LEN = 8,
    WAY_ICMP_AT_CHECKSUM = 2,
    WAY_ICMP_AT_POINTER = 4, /* parameter problem: offset of the fault in the quote */
    WAY_ICMP_AT_LENGTH = 5,  /* RFC 4884, section 4: words (of 4 bytes) of the quote */
    WAY_ICMP_AT_MTU = 6,     /* fragmentation needed: RFC 1191, section 4 */
};

/* Message types. The errors are those that quote a packet. */
enum way_icmp_type {
    WAY_ICMP_ECHO_REPLY = 0,
    WAY_ICMP_UNREACHABLE = 3,
    WAY_ICMP_SOURCE_QUENCH = 4,
    WAY_ICMP_REDIRECT = 5,
    WAY_ICMP_ECHO = 8,
    WAY_ICMP_TIME_EXCEEDED = 11,
    WAY_ICMP_PARAMETER_PROBLEM = 12,
};

/* Codes of WAY_ICMP_UNREACHABLE that the programs name. */
enum way_icmp_unreachable_code {
    WAY_ICMP_NET_UNREACHABLE = 0,
    WAY_ICMP_HOST_UNREACHABLE = 1,
    WAY_ICMP_PORT_UNREACHABLE = 3,
    WAY_ICMP_FRAGMENTATION_NEEDED = 4,
    WAY_ICMP_ADMIN_PROHIBITED = 13,
};

struct way_icmp {
    uint8_t type;
    uint8_t code;
    uint16_t checksum;            /* as the field stands */
    uint8_t pointer;              /* of a parameter problem; else 0 */
    uint16_t mtu;                 /* of a fragmentation needed; else 0 */
    bool has_length;              /* RFC 4884: the quote's length was given */
    struct way_cursor quote;      /* errors: the quoted packet, RFC 4884 padding included */
    struct way_cursor extensions; /* errors: what follows it; may be empty */
};

/* Does a message of this type quote the packet that it is about? */
bool way_icmp_is_error(uint8_t type);

/* Parses the message in the packet's payload. The caller has seen that the
 * protocol is ICMP (asserted). For messages that are no errors, both cursors are
 * empty. Where no length is given, all that follows the header is the quote.
 * Returns WAY_PACKET_OK, or IP_FRAGMENT (any fragment: errors are never
 * fragmented in earnest), TRUNCATED, ICMP_LENGTH; `out` is then undefined. */
enum way_packet_error way_icmp_parse(const struct way_ipv4 *ip, struct way_icmp *out);

/* Is the message's checksum right? Of a fragment nobody can say: false. */
bool way_icmp_checksum_ok(const struct way_ipv4 *ip);

#endif
