/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * What names a connection, on every hop where the client's addresses stand: the
 * client's and the origin's address and port.
 */
#ifndef WAYLAY_CORE_PACKET_TUPLE_H
#define WAYLAY_CORE_PACKET_TUPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet/bytes.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"

struct way_tuple {
    way_be32 client; /* network order */
    way_be32 origin; /* network order */
    uint16_t client_port;
    uint16_t origin_port;
};

/* The tuple of a packet from the client (as C sent it, or popped). */
static inline struct way_tuple way_tuple_of_client(const struct way_ipv4 *ip,
                                                   const struct way_tcp *tcp)
{
    return (struct way_tuple){.client = ip->source,
                              .origin = ip->destination,
                              .client_port = tcp->source_port,
                              .origin_port = tcp->destination_port};
}

/* Is it the same connection? */
static inline bool way_tuple_equal(const struct way_tuple *a, const struct way_tuple *b)
{
    return a->client == b->client && a->origin == b->origin && a->client_port == b->client_port &&
           a->origin_port == b->origin_port;
}

#endif
