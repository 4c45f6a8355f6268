/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SHA-256 as HTTP writes it: the value of a Repr-Digest field (RFC 9530, 3), so
 * that a receiver that knows nothing of our streams can verify a body too.
 */
#ifndef WAYLAY_EMU_ORIGIN_DIGEST_H
#define WAYLAY_EMU_ORIGIN_DIGEST_H

#include <glib.h>
#include <stdint.h>

/* "sha-256=:" 44 characters of base64 ":" */
enum { WAY_DIGEST_TEXT = 9 + 44 + 1 };

/* Ends `sum`, a GChecksum of type G_CHECKSUM_SHA256 (still the caller's to free),
 * and writes its field value to `text`, NUL-terminated. */
void way_digest_text(GChecksum *sum, char text[WAY_DIGEST_TEXT + 1]);

/* The same, for the first `size` bytes of the stream of `key` (body.h). */
void way_digest_of_body(uint64_t key, uint64_t size, char text[WAY_DIGEST_TEXT + 1]);

#endif
