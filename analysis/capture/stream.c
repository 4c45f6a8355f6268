/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The window: one buffer whose remainder moves to the front when more is wanted
 * than it holds. The buffer is as long as the longest peek and one read.
 */
#include "analysis/capture/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/capture/decoder.h"

enum { BUFFER_LEN = WAY_STREAM_PEEK_MAX + WAY_STREAM_READ, MAGIC_LEN = 4 };

/* What stands between the file and a decoder: compressed bytes. */
struct way_stream_coded {
    struct way_decoder *decoder;
    size_t at, len;
    uint8_t bytes[WAY_STREAM_READ + MAGIC_LEN]; /* the first read may come in two */
};

static void stream_ends(struct way_stream *stream, enum way_stream_end end, const char *message)
{
    if (stream->end == WAY_STREAM_OPEN) {
        stream->end = end;
        stream->message = message;
    }
}

/* Reads from the file; 0 at its end or after a failure, which is noted. */
static size_t read_file(struct way_stream *stream, uint8_t *to, size_t len)
{
    ssize_t got;

    do
        got = read(stream->fd, to, len);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        stream_ends(stream, WAY_STREAM_FAILED, strerror(errno));
    return got > 0 ? (size_t)got : 0;
}

/* Decodes some bytes to `to`; 0 when nothing more can be had. */
static size_t read_decoded(struct way_stream *stream, uint8_t *to, size_t len)
{
    struct way_stream_coded *coded = stream->coded;

    for (;;) {
        bool fresh = false;
        if (coded->at == coded->len) {
            coded->at = 0;
            coded->len = read_file(stream, coded->bytes, WAY_STREAM_READ);
            fresh = true;
        }
        bool at_end = fresh && coded->len == 0;
        if (at_end && way_decoder_is_done(coded->decoder))
            return 0;
        struct way_decoded decoded =
            way_decode(coded->decoder, coded->bytes + coded->at, coded->len - coded->at, to, len);
        coded->at += decoded.used;
        if (decoded.corrupt)
            stream_ends(stream, WAY_STREAM_CORRUPT, decoded.corrupt);
        else if (at_end && decoded.made == 0)
            stream_ends(stream, WAY_STREAM_CUT, "the compressed stream has no end");
        if (decoded.made || stream->end != WAY_STREAM_OPEN)
            return decoded.made;
    }
}

static size_t read_some(struct way_stream *stream, uint8_t *to, size_t len)
{
    if (stream->end != WAY_STREAM_OPEN)
        return 0;
    size_t got = stream->coded ? read_decoded(stream, to, len) : read_file(stream, to, len);
    if (got == 0)
        stream_ends(stream, WAY_STREAM_DONE, "");
    return got;
}

const uint8_t *way_stream_fill(struct way_stream *stream, size_t n)
{
    assert(n <= WAY_STREAM_PEEK_MAX);
    size_t ready = way_stream_ready(stream);

    memmove(stream->buffer, stream->at, ready);
    stream->at = stream->buffer;
    stream->limit = stream->buffer + ready;
    while (ready < n) {
        size_t got = read_some(stream, stream->buffer + ready, WAY_STREAM_READ);
        if (got == 0)
            return NULL;
        ready += got;
        stream->limit += got;
    }
    return stream->at;
}

bool way_stream_pass(struct way_stream *stream, uint64_t n)
{
    while (n > way_stream_ready(stream)) {
        n -= way_stream_ready(stream);
        way_stream_skip(stream, way_stream_ready(stream));
        if (!way_stream_peek(stream, 1))
            return false;
    }
    way_stream_skip(stream, (size_t)n);
    return true;
}

/* Looks at the first bytes, and puts a decoder in the way when they ask for one. */
static int choose_decoder(struct way_stream *stream)
{
    way_stream_peek(stream, MAGIC_LEN);
    size_t ready = way_stream_ready(stream);
    enum way_coding coding = way_coding_of(stream->at, ready);
    if (coding == WAY_CODING_NONE)
        return 0;
    struct way_stream_coded *coded = malloc(sizeof *coded);
    if (!coded)
        return -ENOMEM;
    stream->coded = coded;
    coded->at = 0;
    coded->len = ready;
    coded->decoder = way_decoder_new(coding);
    if (!coded->decoder)
        return -ENOMEM;
    assert(ready <= sizeof coded->bytes);
    memcpy(coded->bytes, stream->at, ready);
    stream->at = stream->limit = stream->buffer;
    if (stream->end == WAY_STREAM_DONE)
        stream->end = WAY_STREAM_OPEN;
    return 0;
}

int way_stream_open(struct way_stream *stream, int fd)
{
    *stream = (struct way_stream){.fd = fd, .message = "", .buffer = malloc(BUFFER_LEN)};
    if (!stream->buffer)
        return -ENOMEM;
    stream->at = stream->limit = stream->buffer;
    return choose_decoder(stream);
}

void way_stream_close(struct way_stream *stream)
{
    if (stream->coded) {
        way_decoder_free(&stream->coded->decoder);
        free(stream->coded);
        stream->coded = NULL;
    }
    free(stream->buffer);
    stream->buffer = NULL;
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}
