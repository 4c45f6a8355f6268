/* SPDX-License-Identifier: BSD-2-Clause
 *
 * zlib and libzstd behind one face.
 */
#include "analysis/capture/decoder.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "analysis/capture/stream.h"

struct way_decoder {
    enum way_coding coding;
    bool done; /* between two members or frames */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

enum way_coding way_coding_of(const uint8_t *bytes, size_t len)
{
    if (len >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8)
        return WAY_CODING_GZIP;
    if (len >= 4 && bytes[0] == 0x28 && bytes[1] == 0xb5 && bytes[2] == 0x2f && bytes[3] == 0xfd)
        return WAY_CODING_ZSTD;
    return WAY_CODING_NONE;
}

static bool decoder_begin(struct way_decoder *decoder)
{
    enum { WINDOW_BITS = 15, WITH_GZIP_HEADER = 16 };

    if (decoder->coding == WAY_CODING_GZIP)
        return inflateInit2(&decoder->gzip, WINDOW_BITS + WITH_GZIP_HEADER) == Z_OK;
    decoder->zstd = ZSTD_createDStream();
    return decoder->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax,
                                                                 WAY_STREAM_ZSTD_WINDOW_LOG));
}

struct way_decoder *way_decoder_new(enum way_coding coding)
{
    struct way_decoder *decoder = calloc(1, sizeof *decoder);

    if (!decoder)
        return NULL;
    decoder->coding = coding;
    if (!decoder_begin(decoder))
        way_decoder_free(&decoder);
    return decoder;
}

static struct way_decoded decode_gzip(struct way_decoder *decoder, const uint8_t *in, size_t in_len,
                                      uint8_t *out, size_t out_len)
{
    z_stream *gzip = &decoder->gzip;
    struct way_decoded decoded = {0};

    if (decoder->done && in_len) { /* another member follows */
        inflateReset(gzip);
        decoder->done = false;
    }
    gzip->next_in = (Bytef *)in;
    gzip->avail_in = (uInt)in_len;
    gzip->next_out = out;
    gzip->avail_out = (uInt)out_len;
    int outcome = inflate(gzip, Z_NO_FLUSH);
    decoded.used = in_len - gzip->avail_in;
    decoded.made = out_len - gzip->avail_out;
    if (outcome == Z_STREAM_END)
        decoder->done = true;
    else if (outcome != Z_OK && outcome != Z_BUF_ERROR)
        decoded.corrupt = gzip->msg ? gzip->msg : "the gzip stream is damaged";
    return decoded;
}

static struct way_decoded decode_zstd(struct way_decoder *decoder, const uint8_t *in, size_t in_len,
                                      void *out, size_t out_len)
{
    ZSTD_inBuffer from = {in, in_len, 0};
    ZSTD_outBuffer to = {out, out_len, 0};
    size_t outcome = ZSTD_decompressStream(decoder->zstd, &to, &from);
    struct way_decoded decoded = {.used = from.pos, .made = to.pos};

    if (ZSTD_isError(outcome))
        decoded.corrupt = ZSTD_getErrorName(outcome);
    else if (from.pos || to.pos)
        decoder->done = outcome == 0;
    return decoded;
}

struct way_decoded way_decode(struct way_decoder *decoder, const uint8_t *in, size_t in_len,
                              uint8_t *out, size_t out_len)
{
    return decoder->coding == WAY_CODING_GZIP ? decode_gzip(decoder, in, in_len, out, out_len)
                                              : decode_zstd(decoder, in, in_len, out, out_len);
}

bool way_decoder_is_done(const struct way_decoder *decoder)
{
    return decoder->done;
}

void way_decoder_free(struct way_decoder **decoder)
{
    if (!*decoder)
        return;
    if ((*decoder)->coding == WAY_CODING_GZIP)
        inflateEnd(&(*decoder)->gzip);
    ZSTD_freeDStream((*decoder)->zstd);
    free(*decoder);
    *decoder = NULL;
}
