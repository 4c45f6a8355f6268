/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A client's connection, as the access log tells of it: who, and when each step of
 * its handshake was. It begins with the SYN and is copied from the handshake to
 * the session.
 */
#ifndef WAYLAY_CORE_PROXY_FLOW_H
#define WAYLAY_CORE_PROXY_FLOW_H

#include <stdint.h>

#include "core/packet/tuple.h"

struct way_flow {
    uint64_t id; /* from 1, in the order of the SYNs */
    struct way_tuple tuple;
    uint16_t local_port; /* of the connection to the origin that was the handshake's */
    /* Nanoseconds since the epoch; 0: it has not come to that. */
    int64_t syn_seen;
    int64_t origin_connect;      /* before our own SYN */
    int64_t origin_acknowledged; /* our connection stood */
    int64_t syn_released;        /* before the SYN was given to the kernel */
    int64_t client_accepted;
};

#endif
