/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decompression of a stream, a piece at a time. Internal to analysis/capture.
 *
 * A decoder takes bytes as they were read and gives out as many as there is room for; it
 * keeps nothing but its own window, whose size the stream may ask for up to a bound. A
 * file may have several members (gzip) or frames (zstd) one behind the other: between two of
 * them, and only there, it may end.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_DECODER_H
#define WAYLAY_ANALYSIS_CAPTURE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_coding { WAY_CODING_NONE, WAY_CODING_GZIP, WAY_CODING_ZSTD };

/* Which coding the first bytes of a file show. */
enum way_coding way_coding_of(const uint8_t *bytes, size_t len);

struct way_decoder;

/* A decoder of the coding (not NONE), to be freed by way_decoder_free. NULL when
 * memory lacks. */
struct way_decoder *way_decoder_new(enum way_coding coding);

/* Where one piece has taken the decoder. */
struct way_decoded {
    size_t used;         /* bytes of the input */
    size_t made;         /* bytes of the output */
    const char *corrupt; /* what is wrong with the input, or NULL */
};

/* Decodes from `in` to `out` as far as one of the two goes. */
struct way_decoded way_decode(struct way_decoder *decoder, const uint8_t *in, size_t in_len,
                              uint8_t *out, size_t out_len);

/* Whether the input may end here: between two members or frames. */
bool way_decoder_is_done(const struct way_decoder *decoder);

/* Frees the decoder and nulls the pointer. NULL inside is allowed. */
void way_decoder_free(struct way_decoder **decoder);

#endif
