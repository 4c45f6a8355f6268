/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The redirect, in user space: a packet gets the option and the proxy's
 * address (push), and loses them again (pop).
 *
 *      as C sent it     C -> O   [client's options]                 payload
 *      redirected       C -> P   [NOP RR(O)] [client's options]     payload
 *
 * Push works on any IPv4 packet, fragments and ICMP included; whether a packet
 * is to be redirected is its caller's decision, as is what pop's caller does
 * with a packet that was no redirected one. Both:
 *
 *   - verify the IPv4 header, its checksum and its options first, and leave the
 *     packet untouched unless they return WAY_ROUTE_DONE;
 *   - correct the IPv4 header's checksum by difference;
 *   - do NOT touch the transport checksum, which may be whole or partial: the
 *     caller applies change->l4_delta (way_tcp_checksum_apply);
 *   - cut off bytes behind the total length (Ethernet padding).
 *
 * The client's own options stay behind ours, byte for byte, when they leave room
 * for it and none is a Record Route (Linux drops a datagram with two). A Record
 * Route of the client's is taken out; if there is no room even so, all options
 * are. A source-routed packet (RFC 7126, section 4.3 and 4.4) is refused. What pop gives
 * back is therefore what push got, less the options that push reported.
 */
#ifndef WAYLAY_CORE_PACKET_ROUTE_PUSH_H
#define WAYLAY_CORE_PACKET_ROUTE_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet/buffer.h"
#include "core/packet/bytes.h"
#include "core/packet/error.h"

enum way_route_result {
    WAY_ROUTE_DONE,          /* the packet was changed; every other leaves it as it was */
    WAY_ROUTE_NOT_OURS,      /* pop: well-formed, but our option is not its first */
    WAY_ROUTE_SOURCE_ROUTED, /* it bears a loose or strict source route */
    WAY_ROUTE_CANNOT_GROW,   /* push: its total length would exceed 65,535 */
    WAY_ROUTE_MALFORMED,     /* change->error says how */
};

/* Written by every call, whatever the result. */
struct way_route_change {
    uint16_t l4_delta;           /* for the transport checksum; 0 unless done */
    int grown;                   /* bytes that the header grew: 8 or less, may be negative */
    bool record_route_removed;   /* push: the client's own Record Route was taken out */
    bool options_removed;        /* push: all of the client's options were */
    enum way_packet_error error; /* WAY_PACKET_OK unless malformed */
};

/* Redirects the packet to `proxy`. packet->room must be at least WAY_PACKET_ROOM
 * (asserted). Never NOT_OURS. Malformed besides what parsing finds: IP_CHECKSUM,
 * IP_OPTION_LENGTH, IP_OPTION_POINTER, and IP_ADDRESS when its destination is no
 * host's (way_ipv4_is_host_address). */
enum way_route_result way_route_push(struct way_packet *packet, way_be32 proxy,
                                     struct way_route_change *change);

/* Restores a redirected packet: `*origin` is the address that the option held,
 * now the destination again (unchanged unless done). Never CANNOT_GROW.
 * Malformed as for push; IP_ADDRESS when the option holds no host's address. */
enum way_route_result way_route_pop(struct way_packet *packet, way_be32 *origin,
                                    struct way_route_change *change);

#endif
