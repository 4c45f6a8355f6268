/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The cache key: what two requests must have in common to share a response.
 *
 * It begins with the origin address that came in the packet's option, then the
 * port: no name is resolved, and a forged Host can poison nothing but its own
 * origin. Then the Host (normalised) and the path with query, as written. The
 * method is not part of it: only GET is stored, and HEAD is answered from it
 * (RFC 9111, 4; RFC 9110, 9.3.2).
 *
 * The bytes: 4 of address and 2 of port (both network order), Host, NUL, path.
 */
#ifndef WAYLAY_CORE_CACHE_KEY_H
#define WAYLAY_CORE_CACHE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/http/buffer.h"
#include "core/http/message.h"

struct way_cache_key {
    struct way_buffer bytes; /* owned */
    uint64_t hash;           /* XXH3 of the bytes */
};

/* Makes the key of a request to `origin` (IPv4 address, network order) at `port` (host order).
 * 0, or -ENOMEM. The caller frees it with way_cache_key_free. */
int way_cache_key_make(struct way_cache_key *key, uint32_t origin, uint16_t port,
                       const struct way_http_message *request);

/* The same from a Host and a path, which need no message. */
int way_cache_key_from(struct way_cache_key *key, uint32_t origin, uint16_t port,
                       struct way_text host, struct way_text path);

/* Frees the bytes of the key, which is empty then. */
void way_cache_key_free(struct way_cache_key *key);

#endif
