/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A diversion: which packets of which interfaces come to user space, by which
 * device (device.h), and what the kernel does with what is written back.
 *
 *      interface --clsact ingress--> u32 filter --mirred redirect--> device --> program
 *                                        |                              ^          |
 *                                        v no match                     +----------+
 *      the kernel's own way  <--- routing (rule "iif device" first) <---+
 *
 * The description is plain data, made from the configuration: so the parent can
 * remove what the worker installed, and a successor what a killed program left.
 * Everything bears numbers of ours (preference of filters, priority and protocol
 * of rules, routing table, group of interfaces), which differ by owner: that is how it is found
 * again.
 *
 * A clsact qdisc that has no filter left is removed with our last one.
 *
 * No netfilter, no conntrack, no BPF. Needs CAP_NET_ADMIN, and the kernel's
 * clsact, u32 and mirred.
 */
#ifndef WAYLAY_CORE_DATAPATH_DIVERSION_H
#define WAYLAY_CORE_DATAPATH_DIVERSION_H

#include <net/if.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/packet/bytes.h"

/* X(name): who diverts. Each has numbers of its own. */
enum way_diversion_owner {
    WAY_DIVERSION_ROUTER,      /* the router, on the clients' side */
    WAY_DIVERSION_ROUTER_ICMP, /* the router, ICMP on the proxy's side */
    WAY_DIVERSION_PROXY,       /* the proxy */
};

enum {
    WAY_DIVERSION_FILTERS_MAX = 256, /* of one diversion */
    WAY_DIVERSION_BLOCKS_MAX = 256,
    WAY_DIVERSION_SOURCES_MAX = 256,
    WAY_DIVERSION_KEYS_MAX = 3,
    WAY_DIVERSION_NUMBER = 8700 /* the first owner's preference, priority and table */
};

/* Words of the IPv4 header that must match, all of them. */
struct way_match {
    unsigned count;
    struct {
        uint32_t value, mask; /* host order, of the 4 bytes at `offset` */
        int offset;           /* bytes into the IPv4 header, a multiple of 4 */
    } keys[WAY_DIVERSION_KEYS_MAX];
};

/* One filter. */
struct way_divert {
    char interface[IFNAMSIZ];
    struct way_match match;
};

/* What is dropped when the program has failed closed: packets that come in by
 * the interface, of the protocol (0: any), to the port (0: any), and are to be
 * forwarded. */
struct way_block {
    char interface[IFNAMSIZ];
    uint8_t protocol;
    uint16_t port;
};

/* Where the host's own ICMP to these destinations is to come from (network order;
 * destination without bits outside mask; source 0: as the kernel likes). */
struct way_icmp_source {
    way_be32 destination, mask, source;
};

struct way_diversion {
    enum way_diversion_owner owner;
    char device[IFNAMSIZ];
    /* What is written back is delivered to local sockets, whatever its
     * destination ("local default dev lo"); else it is routed as usual. */
    bool deliver_locally;
    /* The host's own ICMP, which passes no ingress, comes to the device, too: by the
     * rule "iif lo ipproto icmp" and a table whose every route is the device. The
     * kernel takes the source of what it says from these routes. */
    bool catch_own_icmp;
    unsigned source_count;
    struct way_icmp_source sources[WAY_DIVERSION_SOURCES_MAX];
    unsigned filter_count;
    struct way_divert filters[WAY_DIVERSION_FILTERS_MAX];
    unsigned block_count;
    struct way_block blocks[WAY_DIVERSION_BLOCKS_MAX];
};

/* Matches: the protocol; the destination (network order); any options (two
 * matches are needed for IHL > 5: `which` is 0 or 1) with the protocol; TCP without
 * options to the port (host order; of later fragments, what stands in its place). */
struct way_match way_match_protocol(uint8_t protocol);
struct way_match way_match_destination(way_be32 destination);
struct way_match way_match_options(uint8_t protocol, unsigned which);
struct way_match way_match_plain(uint16_t port);

/* Adds a filter. Returns 0, or -ENOBUFS when there are too many. */
int way_diversion_add(struct way_diversion *diversion, const char *interface,
                      struct way_match match);

/* Adds all that the proxy needs on a router-facing interface: TCP and ICMP in
 * packets with options. Returns 0 or -ENOBUFS. */
int way_diversion_add_proxy(struct way_diversion *diversion, const char *interface);

/* Adds to these, for a service's port (host order), TCP without options: what was
 * redirected and lost its option on the way must not reach the kernel, which would
 * answer it in the proxy's own name. Returns 0 or -ENOBUFS. */
int way_diversion_add_plain(struct way_diversion *diversion, const char *interface, uint16_t port);

/* Adds all that the router needs on a client-facing interface: TCP, ICMP, and
 * whatever is addressed to the proxy. Returns 0 or -ENOBUFS. */
int way_diversion_add_router(struct way_diversion *diversion, const char *interface,
                             way_be32 proxy);

/* Adds a block. Returns 0 or -ENOBUFS. */
int way_diversion_add_block(struct way_diversion *diversion, const char *interface,
                            uint8_t protocol, uint16_t port);

/* Adds a source for own ICMP. Returns 0 or -ENOBUFS. */
int way_diversion_add_source(struct way_diversion *diversion, struct way_icmp_source source);

/* The owner's number: preference, priority, table and group. */
uint16_t way_diversion_number(const struct way_diversion *diversion);

/* Puts rule, route and filters into the kernel; the device exists and is up, and its
 * reader will read soon. Filters come last. Returns 0, or a negative errno after
 * logging what failed and, where it is known, what the kernel lacks; what was
 * installed until then is left for way_diversion_clear. */
int way_diversion_install(const struct way_diversion *diversion);

/* Removes everything of this owner's in the namespace: filters on any interface
 * (first, so that packets flow again), rules, routes, and devices that outlived
 * their program; whatever the description says, so that it also finds what another
 * configuration made. Nothing there is no error. Logs what it cannot remove. The
 * program does not run, or stops for want of its device. */
void way_diversion_clear(const struct way_diversion *diversion);

/* The same without the devices: packets flow past a program that still runs. */
void way_diversion_release(const struct way_diversion *diversion);

/* The devices alone: what the filters divert is lost from now on. */
void way_diversion_remove_devices(const struct way_diversion *diversion);

/* Puts the blocks in (rules that blackhole), then removes filters and devices. The
 * next way_diversion_clear removes the blocks. */
void way_diversion_block(const struct way_diversion *diversion);

#endif
