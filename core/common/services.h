/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The services that are redirected, as router and proxy are both told of them:
 *
 *     services:
 *       - {protocol: tcp, port: 80}
 *
 * Both programs must mean the same list by the same words, so it is read and
 * looked up here alone. Pure but for the reading, which is core/common/config.h's.
 */
#ifndef WAYLAY_CORE_COMMON_SERVICES_H
#define WAYLAY_CORE_COMMON_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/common/config.h"

enum { WAY_SERVICES_MAX = 64 };

/* TCP services by their ports, each once. {0} has none. */
struct way_services {
    unsigned count;
    uint16_t ports[WAY_SERVICES_MAX]; /* host order */
};

/* A way_config_reader: the value of a key `services`, a list of at least one, into
 * a struct way_services that was empty. Takes no limits. Returns 0, or -1 after the
 * error was noted. */
int way_services_read(struct way_config_at at, void *target, const void *limits);

/* Whether the TCP port (host order) is a service's. */
bool way_services_has(const struct way_services *services, uint16_t port);

#endif
