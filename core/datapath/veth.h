/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pairs of veth that stand for a TUN device: made, found again, removed.
 *
 * The near end bears the device's name: filters redirect into it, rules name it,
 * and what the program writes into the far end comes in by it. The far end is the
 * program's (packet_ring.h); the kernel gives it its name, and takes nothing from it: its
 * own protocols drop frames that bear another's MAC. Neither end speaks ARP.
 *
 * Unlike a TUN device a pair outlives its program. Both ends are in an interface
 * group that is the owner's number, from their first moment on: by it what a
 * killed program left is found.
 */
#ifndef WAYLAY_CORE_DATAPATH_VETH_H
#define WAYLAY_CORE_DATAPATH_VETH_H

#include <netlink/netlink.h>
#include <stdint.h>

/* Makes the pair, down; both ends get the MTU, which no frame that is sent into
 * either may exceed, and GSO packets longer than it are cut before. Returns 0 or a
 * negative errno: -EEXIST when the name is taken. */
int way_veth_make(struct nl_sock *nl, const char *name, uint32_t group, uint32_t mtu);

/* Removes all pairs of the group. None is no error. Returns 0 or a negative errno. */
int way_veth_clear(struct nl_sock *nl, uint32_t group);

#endif
