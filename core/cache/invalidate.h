/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invalidation by unsafe methods (RFC 9111, 4.4).
 */
#ifndef WAYLAY_CORE_CACHE_INVALIDATE_H
#define WAYLAY_CORE_CACHE_INVALIDATE_H

#include <stdint.h>

#include "core/cache/store.h"
#include "core/http/message.h"

/* The response to an unsafe request came: when it is no error (2xx, 3xx), the target of the
 * request, and what Location and Content-Location name on the same authority (absolute URI or
 * absolute path), are taken out of the store. `response` NULL: the request's end will not be seen
 * (unknown method): its target is taken out. `origin` is in network order, `port` in host order.
 * Out of memory: nothing is taken out, -ENOMEM; else 0. */
int way_cache_invalidate(struct way_store *store, uint32_t origin, uint16_t port,
                         const struct way_http_message *request,
                         const struct way_http_message *response);

#endif
