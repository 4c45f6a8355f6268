/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interfaces and routes, as far as the programs must know or change them.
 */
#ifndef WAYLAY_CORE_DATAPATH_LINK_H
#define WAYLAY_CORE_DATAPATH_LINK_H

#include <net/if.h>
#include <netlink/netlink.h>
#include <stdint.h>

#include "core/packet/bytes.h"

/* What the kernel would do with a packet to an address. */
struct way_next_hop {
    char interface[IFNAMSIZ];
    unsigned ifindex;
    uint32_t mtu;       /* bytes: the route's where it has one, else the interface's */
    way_be32 source;    /* address that the kernel would send from; 0 when unknown */
    uint8_t route_type; /* RTN_UNICAST, RTN_LOCAL, ... */
};

/* Sets the interface up. Returns 0 or a negative errno. */
int way_link_up(struct nl_sock *nl, unsigned ifindex);

/* Bounds the GSO packets that the kernel hands to the interface, in bytes.
 * Returns 0 or a negative errno. */
int way_link_gso_max(struct nl_sock *nl, unsigned ifindex, uint32_t bytes);

/* Sets how many packets may wait for the interface's reader or wire. Returns 0 or
 * a negative errno. */
int way_link_queue(struct nl_sock *nl, unsigned ifindex, uint32_t packets);

/* The interface's MTU in bytes. Returns 0 or a negative errno. */
int way_link_mtu(const char *interface, uint32_t *mtu);

/* What is asked of an interface's description. */
struct way_link_facts {
    unsigned peer;       /* ifindex of a veth's other end, 0 without one */
    uint8_t address[6];  /* its MAC; zeros where it has none */
    uint64_t tx_dropped; /* packets that the host could not hand to it */
};

/* Reads them. Returns 0 or a negative errno. */
int way_link_facts(struct nl_sock *nl, unsigned ifindex, struct way_link_facts *out);

/* Asks for the route to `destination` (network order). Returns 0, or a negative
 * errno: -ENETUNREACH, -EHOSTUNREACH, -EACCES as the kernel's tables say. */
int way_link_route(struct nl_sock *nl, way_be32 destination, struct way_next_hop *out);

#endif
