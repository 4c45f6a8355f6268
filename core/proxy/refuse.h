/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Refusing a client as the origin, or a host on the way to it, refused us.
 */
#ifndef WAYLAY_CORE_PROXY_REFUSE_H
#define WAYLAY_CORE_PROXY_REFUSE_H

#include <stddef.h>
#include <stdint.h>

#include "core/proxy/origin.h"
#include "core/proxy/wayout.h"

/* Answers the client's SYN (the restored packet) with a reset from the origin's
 * address. Returns 0 or a negative errno. */
int way_refuse_by_reset(const struct way_out *out, const uint8_t *syn, size_t len);

/* Answers it with the ICMP error that met our own SYN, from the one who sent that,
 * quoting the client's SYN. Returns 0; -EPROTO when it is an error that no client
 * could have met; or another negative errno. */
int way_refuse_by_icmp(const struct way_out *out, const struct way_origin_refusal *refusal,
                       const uint8_t *syn, size_t len);

#endif
