/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * ICMP errors about redirected packets, told to the client in its own terms.
 *
 * Between router and proxy a redirected packet can meet an error like any other.
 * The error is sent to the client (the packet's source), but quotes a packet
 * that the client never sent: to P, with the option. The router translates it:
 *
 *   - the quoted packet gets its destination O back, loses the option and 8
 *     bytes of total length; its header checksum, and its TCP checksum where the
 *     quote reaches that far, are corrected by difference;
 *   - Record Routes in the outer header's options go: Linux echoes the option
 *     there, in any position (and a client's own was taken off before);
 *   - RFC 4884: the length of the quote is corrected, extensions follow it, and
 *     a quote before extensions is padded to the 128 bytes that it must have;
 *   - a next-hop MTU is 8 less; a parameter problem's pointer too;
 *   - an error raised by P itself comes from O: no packet that reaches the
 *     client bears P's address.
 *
 * The quoted option holds all that is needed, so no state is kept.
 */
#ifndef WAYLAY_CORE_PACKET_ICMP_QUOTE_H
#define WAYLAY_CORE_PACKET_ICMP_QUOTE_H

#include <stdbool.h>

#include "core/packet/buffer.h"
#include "core/packet/bytes.h"
#include "core/packet/error.h"

enum way_icmp_quote_result {
    WAY_ICMP_QUOTE_DONE,     /* translated; every other result leaves the packet as it was */
    WAY_ICMP_QUOTE_NOT_OURS, /* no ICMP error, or it quotes no packet to `proxy` */
    WAY_ICMP_QUOTE_PRIVATE,  /* the client must not see it: it is about the redirect itself (a
                                parameter problem inside our option, a Redirect), or quotes a
                                packet to `proxy` without a readable option */
    WAY_ICMP_QUOTE_MALFORMED /* change->error says how */
};

/* Written by every call, whatever the result. */
struct way_icmp_quote_change {
    way_be32 origin;             /* the address that the quoted option held; 0 unless done */
    bool from_proxy;             /* the proxy itself had raised it */
    enum way_packet_error error; /* WAY_PACKET_OK unless malformed */
};

/* Translates the ICMP error in `packet`, addressed to a client, in place; it
 * becomes shorter. Verifies both checksums of the message before (a broken one
 * is not given a right checksum). */
enum way_icmp_quote_result way_icmp_quote_restore(struct way_packet *packet, way_be32 proxy,
                                                  struct way_icmp_quote_change *change);

#endif
