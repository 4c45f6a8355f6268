/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys: address, port, Host, NUL, path; hashed by XXH3.
 */
#include "core/cache/key.h"

#include <errno.h>
#include <xxhash.h>

#include "core/http/authority.h"

int way_cache_key_from(struct way_cache_key *key, uint32_t origin, uint16_t port,
                       struct way_text host, struct way_text path)
{
    *key = (struct way_cache_key){0};
    uint8_t port_bytes[2] = {(uint8_t)(port >> 8), (uint8_t)port};
    way_buffer_bytes(&key->bytes, &origin, sizeof origin);
    way_buffer_bytes(&key->bytes, port_bytes, sizeof port_bytes);
    way_http_host_normalise(&key->bytes, host);
    way_buffer_bytes(&key->bytes, "", 1);
    way_buffer_text(&key->bytes, path);
    if (!way_buffer_ok(&key->bytes)) {
        way_cache_key_free(key);
        return -ENOMEM;
    }
    key->hash = XXH3_64bits(key->bytes.data, key->bytes.len);
    return 0;
}

int way_cache_key_make(struct way_cache_key *key, uint32_t origin, uint16_t port,
                       const struct way_http_message *request)
{
    return way_cache_key_from(key, origin, port, request->authority, request->path);
}

void way_cache_key_free(struct way_cache_key *key)
{
    way_buffer_free(&key->bytes);
    key->hash = 0;
}
