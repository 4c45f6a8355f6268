/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The proxy's configuration.
 *
 *     interfaces: [p1-r1]           # towards the router
 *     services:                     # the ports that are accepted: the router's
 *       - {protocol: tcp, port: 80}
 *     device: auto                  # optional; tun, packet (core/datapath/device.h)
 *     tun: waylay-p                 # optional: the delivery device's name
 *     pseudonym: waylay             # optional: a token, in Via and Cache-Status
 *     handshake: {mode: deferred, held: 4096}        # optional
 *     cache: {size: 64MiB, object: 8MiB}             # optional
 *     access_log: p1-access.jsonl   # optional: one line for each event
 *     via: true                     # optional, as is cache_status
 *
 * It is read once, at the start, before anything is installed.
 */
#ifndef WAYLAY_CORE_PROXY_SETTINGS_H
#define WAYLAY_CORE_PROXY_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/common/config.h"
#include "core/common/services.h"

enum { WAY_SETTINGS_INTERFACES_MAX = 32 };

/* A missing key keeps its default. */
struct way_settings {
    unsigned interface_count; /* the router-facing ones; at least 1 */
    char interfaces[WAY_SETTINGS_INTERFACES_MAX][IFNAMSIZ];
    struct way_services services;
    int device;             /* enum way_device_choice: auto */
    char tun[IFNAMSIZ];     /* the device's name: "waylay-p" */
    const char *pseudonym;  /* in Via and Cache-Status; "waylay" */
    int handshake_mode;     /* 0: deferred, the only one there is yet */
    int64_t held;           /* bound on held SYNs: 4096 */
    int64_t cache_size;     /* bytes: 64 MiB */
    int64_t cache_object;   /* bytes: 8 MiB */
    const char *access_log; /* path, or NULL for none */
    bool via;               /* true */
    bool cache_status;      /* true */
};

/* Reads the file. Returns it open, because strings of `out` belong to it (to close
 * with way_config_close), or NULL with one line in `error`. */
struct way_config *way_settings_read(const char *path, struct way_settings *out, char *error,
                                     size_t error_size);

#endif
