/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The router's configuration.
 *
 *     clients:                      # client-facing interfaces
 *       - interface: r1-c1
 *         prefixes: [10.0.1.0/24]   # who is a client there
 *     services:                     # what is redirected
 *       - {protocol: tcp, port: 80}
 *     proxy: {address: 10.0.2.2}    # optional: interface (else by route lookup)
 *     device: auto                  # optional; tun, packet (core/datapath/device.h)
 *     tun: waylay-r                 # optional: the device's name
 *     icmp_tun: waylay-r-i          # optional; by default made from tun
 *     on_failure: open              # optional; closed: drop what would be redirected
 */
#ifndef WAYLAY_CORE_ROUTER_SETTINGS_H
#define WAYLAY_CORE_ROUTER_SETTINGS_H

#include <net/if.h>
#include <stdint.h>

#include "core/common/config.h"
#include "core/common/services.h"
#include "core/packet/bytes.h"

enum {
    WAY_ROUTER_CLIENTS_MAX = 64,
    WAY_ROUTER_PREFIXES_MAX = 256 /* of all clients together */
};

enum way_router_failure { WAY_ROUTER_FAIL_OPEN, WAY_ROUTER_FAIL_CLOSED };

struct way_router_settings {
    unsigned client_count;
    char clients[WAY_ROUTER_CLIENTS_MAX][IFNAMSIZ];
    unsigned prefix_count;
    struct way_prefix prefixes[WAY_ROUTER_PREFIXES_MAX];
    unsigned prefix_client[WAY_ROUTER_PREFIXES_MAX]; /* index into clients, of each prefix */
    struct way_services services;
    way_be32 proxy;
    char proxy_interface[IFNAMSIZ]; /* or "" */
    int device;                     /* enum way_device_choice */
    char tun[IFNAMSIZ];
    char icmp_tun[IFNAMSIZ];
    int on_failure; /* enum way_router_failure */
};

/* Fills `out` from the open file: defaults, then what it says. Returns 0, or -1
 * with the message in way_config_error(file). */
int way_router_settings_read(struct way_config *file, struct way_router_settings *out);

#endif
