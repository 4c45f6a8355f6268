/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A window on a file's bytes, decompressed on the way.
 *
 * The reader of a format looks at the next n bytes (way_stream_peek), uses them
 * where they stand, and lets them go (way_stream_skip); the file is read in
 * pieces behind its back, so that a record costs no system call and no copy. What
 * was peeked is good until the next peek.
 *
 * Compression is known by its first bytes: gzip (RFC 1952, several members
 * allowed) and zstd (RFC 8878, several frames allowed).
 *
 * The struct is open for the sake of the inline functions; only this module writes
 * to it.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_STREAM_H
#define WAYLAY_ANALYSIS_CAPTURE_STREAM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_stream_limits {
    WAY_STREAM_PEEK_MAX = 1024 * 1024, /* bytes that can be looked at together */
    WAY_STREAM_READ = 256 * 1024,      /* bytes asked of the system at one time */
    WAY_STREAM_ZSTD_WINDOW_LOG = 25    /* 32 MiB: what a zstd stream may ask us to remember */
};

/* Why no more bytes come. */
enum way_stream_end {
    WAY_STREAM_OPEN,
    WAY_STREAM_DONE,    /* the file's end */
    WAY_STREAM_CUT,     /* the file's end, inside of its compressed stream */
    WAY_STREAM_CORRUPT, /* the compressed stream is none; `message` says more */
    WAY_STREAM_FAILED   /* read(2) failed; `message` says why */
};

struct way_stream_coded;

struct way_stream {
    const uint8_t *at, *limit; /* bytes that can be had without reading */
    uint8_t *buffer;           /* they are in here */
    int fd;
    enum way_stream_end end;
    const char *message;            /* CORRUPT, FAILED; static or strerror's */
    struct way_stream_coded *coded; /* NULL: the file is not compressed */
};

/* Opens the window on a descriptor, which it takes over in every case. Returns 0,
 * or -ENOMEM. way_stream_close frees all, also after a failure. */
int way_stream_open(struct way_stream *stream, int fd);
void way_stream_close(struct way_stream *stream);

/* Reads on until `n` bytes are there: way_stream_peek's slow half. */
const uint8_t *way_stream_fill(struct way_stream *stream, size_t n);

/* Bytes that are there without reading. */
static inline size_t way_stream_ready(const struct way_stream *stream)
{
    return (size_t)(stream->limit - stream->at);
}

/* The next `n` bytes (at most WAY_STREAM_PEEK_MAX), or NULL when the file ends
 * before; how many are left then, way_stream_ready says. */
static inline const uint8_t *way_stream_peek(struct way_stream *stream, size_t n)
{
    return n <= way_stream_ready(stream) ? stream->at : way_stream_fill(stream, n);
}

/* Lets go of `n` bytes, which were peeked before. */
static inline void way_stream_skip(struct way_stream *stream, size_t n)
{
    assert(n <= way_stream_ready(stream));
    stream->at += n;
}

/* Passes over `n` bytes, of any number. Returns false when the file ends before. */
bool way_stream_pass(struct way_stream *stream, uint64_t n);

#endif
