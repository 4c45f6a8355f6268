/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A TCP connection on the loop: bytes in by events, bytes out by a bounded queue.
 *
 * Back-pressure is the owner's: a stream never stops reading by itself and never
 * refuses a write; but it says when its queue is full (way_stream_full), and tells
 * when it has drained. Who reads from one stream and writes to another stops
 * reading the one while the other is full.
 *
 * Lifetime: the owner closes the stream by way_stream_close or way_stream_finish,
 * both null the pointer, and no event comes afterwards. All memory is freed by the
 * loop later. In an event the stream may be closed by its owner; it must not be
 * touched afterwards. The bytes of a data event are gone when it returns. One loop,
 * one thread.
 */
#ifndef WAYLAY_CORE_PROXY_STREAM_H
#define WAYLAY_CORE_PROXY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct way_stream;

struct way_stream_events {
    /* Bytes came (len > 0). */
    void (*data)(void *owner, struct way_stream *stream, const char *bytes, size_t len);
    /* The peer has closed its direction; ours is still open. Once. */
    void (*end)(void *owner, struct way_stream *stream);
    /* The connection broke (a negative errno; -ECONNRESET for a reset). Once, last;
     * the owner still has to close it. */
    void (*broken)(void *owner, struct way_stream *stream, int error);
    /* The queue that was full has room again. */
    void (*drained)(void *owner, struct way_stream *stream);
};

enum {
    WAY_STREAM_FULL = 256 * 1024,   /* bytes in the queue: it is full */
    WAY_STREAM_DRAINED = 64 * 1024, /* bytes in the queue: it has room again */
    WAY_STREAM_FLUSH = 60000,       /* ms: how long a finished stream may write nothing */
    WAY_STREAM_LINGER = 5000,       /* ms: and then awaits its peer */
};

/* Makes a stream of the connected descriptor, which it owns from now on (also on
 * failure, when it is closed). It does not read yet. NULL when memory lacks. */
struct way_stream *way_stream_new(uv_loop_t *loop, int fd, const struct way_stream_events *events,
                                  void *owner);

/* Hands the stream over to another owner. */
void way_stream_hand_over(struct way_stream *stream, const struct way_stream_events *events,
                          void *owner);

/* Begins or stops reading. */
void way_stream_read(struct way_stream *stream, bool on);

/* Writes the bytes: at once what the kernel takes, the rest is copied into the
 * queue. Failure is told by the event. */
void way_stream_write(struct way_stream *stream, const void *bytes, size_t len);

/* Is its queue full? */
bool way_stream_full(const struct way_stream *stream);

/* Closes our direction when the queue is empty. Once; no write may follow. */
void way_stream_shutdown(struct way_stream *stream);

/* Has the peer closed its direction; have we closed ours? */
bool way_stream_ended(const struct way_stream *stream);
bool way_stream_is_shut(const struct way_stream *stream);

/* Bytes read and bytes accepted for writing so far. */
uint64_t way_stream_bytes_in(const struct way_stream *stream);
uint64_t way_stream_bytes_out(const struct way_stream *stream);

/* Closes the connection and nulls the pointer: with a reset to the peer, or by
 * close(2). What is queued is lost. NULL inside is allowed. */
void way_stream_close(struct way_stream **stream, bool reset);

/* Ends the connection in good order and nulls the pointer: writes what is queued,
 * closes our direction, and reads until the peer has closed its (so that no reset
 * destroys what it has not yet read, RFC 9112, 9.6), for a bounded time. */
void way_stream_finish(struct way_stream **stream);

#endif
