/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GLib's SHA-256 and base64, put together.
 */
#include "emu/origin/digest.h"

#include "emu/origin/body.h"

enum { SHA256_LEN = 32 };

void way_digest_text(GChecksum *sum, char text[WAY_DIGEST_TEXT + 1])
{
    uint8_t digest[SHA256_LEN];
    gsize len = sizeof digest;
    g_checksum_get_digest(sum, digest, &len);
    g_autofree char *base64 = g_base64_encode(digest, len);
    g_snprintf(text, WAY_DIGEST_TEXT + 1, "sha-256=:%s:", base64);
}

void way_digest_of_body(uint64_t key, uint64_t size, char text[WAY_DIGEST_TEXT + 1])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    uint8_t bytes[4096];
    for (uint64_t done = 0; done < size;) {
        size_t take = size - done < sizeof bytes ? (size_t)(size - done) : sizeof bytes;
        way_body_fill(key, done, bytes, take);
        g_checksum_update(sum, bytes, (gssize)take);
        done += take;
    }
    way_digest_text(sum, text);
}
