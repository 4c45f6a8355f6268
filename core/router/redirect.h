/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is done to a frame once it was decided: the push with its checksums, the
 * translation of ICMP errors, the answer to a packet that is too long. No I/O.
 */
#ifndef WAYLAY_CORE_ROUTER_REDIRECT_H
#define WAYLAY_CORE_ROUTER_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/datapath/diverted.h"
#include "core/router/policy.h"

/* Redirects the frame's packet to the proxy and counts under `counter`; or counts
 * why it cannot be. Returns whether the frame is to be written back. */
bool way_redirect_push(struct way_diverted *frame, way_be32 proxy, unsigned counter,
                       uint64_t *counters);

/* What way_redirect_translate found. */
enum way_translated {
    WAY_TRANSLATED,      /* it is in the client's terms: write it back */
    WAY_TRANSLATED_NONE, /* it is not about a redirected packet: nothing was changed or counted */
    WAY_TRANSLATED_DROP  /* it is to be forgotten, and was counted */
};

/* Translates an ICMP error about a redirected packet, and counts it. */
enum way_translated way_redirect_translate(struct way_diverted *frame, way_be32 proxy,
                                           uint64_t *counters);

#endif
