/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Packets that the programs send in other hosts' names: resets and ICMP errors,
 * as whole IPv4 packets with complete checksums.
 *
 * Both answer a packet as the client sent it (or as popped): addresses and quote
 * are in the client's terms. A result of 0 bytes means that no answer may be
 * sent, or that the buffer is too small.
 */
#ifndef WAYLAY_CORE_PACKET_BUILD_H
#define WAYLAY_CORE_PACKET_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "core/packet/bytes.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"

enum {
    WAY_BUILD_RST_LEN = 40,   /* bytes of a reset */
    WAY_BUILD_ICMP_MAX = 576, /* bytes of the longest ICMP error: RFC 1812, section 4.3.2.3 */
};

/* Builds the reset with which the destination of `segment` would refuse it when
 * it has no such connection (RFC 9293, section 3.10.7.1): from its destination to its
 * source. To a SYN: sequence 0, acknowledging sequence + 1 + data, window 0; to a
 * segment with ACK: the sequence that it acknowledges. Returns
 * WAY_BUILD_RST_LEN; 0 when the segment is itself a reset, or `room` (bytes at
 * `out`) is smaller. */
size_t way_build_rst(uint8_t *out, size_t room, const struct way_ipv4 *ip,
                     const struct way_tcp *segment);

/* An ICMP error about a packet. */
struct way_build_icmp {
    way_be32 source; /* who says it */
    uint8_t type;    /* WAY_ICMP_UNREACHABLE or WAY_ICMP_TIME_EXCEEDED */
    uint8_t code;
    uint16_t mtu; /* next-hop MTU with code WAY_ICMP_FRAGMENTATION_NEEDED; else 0 */
};

/* Builds that error about the packet of `len` bytes at `packet`, to its source,
 * quoting as much of it as fits. Returns the error's length in bytes (at most
 * WAY_BUILD_ICMP_MAX); 0 when the packet may not be answered with an error (RFC
 * 1122, section 3.2.2: a later fragment, an ICMP error, addresses that are no host's),
 * is malformed, or when `room` is too small for the quoted header and 8 bytes. */
size_t way_build_icmp_error(uint8_t *out, size_t room, const struct way_build_icmp *what,
                            const uint8_t *packet, size_t len);

#endif
