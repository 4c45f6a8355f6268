/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connecting to an origin, as a bare descriptor: the caller waits for it with
 * whatever loop it has, and asks here how it went.
 *
 * What a client would have met without us depends on how the attempt ends: an
 * acknowledgement, a reset, an ICMP error (whose sender, type and code the kernel
 * keeps in the socket's error queue, ip(7) IP_RECVERR), or silence. A failure of
 * our own, as when ports or routes lack, is nobody's answer.
 */
#ifndef WAYLAY_CORE_PROXY_ORIGIN_H
#define WAYLAY_CORE_PROXY_ORIGIN_H

#include <stdint.h>

#include "core/packet/bytes.h"

enum way_origin_outcome {
    WAY_ORIGIN_PENDING,      /* wait on */
    WAY_ORIGIN_CONNECTED,    /* the descriptor is a connection */
    WAY_ORIGIN_REFUSED_RST,  /* the origin reset, be it after it acknowledged */
    WAY_ORIGIN_REFUSED_ICMP, /* an ICMP error ended it: refusal says which */
    WAY_ORIGIN_SILENT,       /* nobody answered until the kernel gave up */
    WAY_ORIGIN_FAILED,       /* our own failure */
};

struct way_origin_refusal {
    way_be32 offender; /* who sent the error */
    uint8_t type, code;
    int error; /* with FAILED: the errno, positive */
};

/* Begins to connect to the origin, from an address of our own. Returns the
 * descriptor (non-blocking, the caller closes it; writable when the outcome is
 * there) or a negative errno: a failure of our own. `*local_port` is its port. */
int way_origin_connect(way_be32 origin, uint16_t port, uint16_t *local_port);

/* How it went, to be asked when poll(2) reports anything. `refusal` is set with
 * REFUSED_ICMP and FAILED. Once CONNECTED, the descriptor is an ordinary one. */
enum way_origin_outcome way_origin_outcome(int fd, struct way_origin_refusal *refusal);

#endif
