/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Streams over libuv's TCP handles.
 *
 * All streams read into one buffer: a data event consumes its bytes before the
 * next read begins. A finished stream has itself as its owner, swallows what comes,
 * and has a timer for peers that never close.
 *
 * What the kernel does not take is queued in blocks: while one is being written, the
 * next is filled, so that many small writes cost little more than their bytes.
 */
#include "core/proxy/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAGIC = 0x57535452,
    BLOCK = 16 * 1024,
    /* A peer that vanished without a word would keep its session for ever: TCP asks
     * after this much silence whether it is still there (RFC 9293, 3.8.4). */
    KEEPALIVE_IDLE_S = 120
};

struct way_stream {
    uint32_t magic;
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    const struct way_stream_events *events;
    void *owner;
    unsigned handles; /* of libuv's, that are not closed yet */
    bool reading, ended, shut, flushed, broken, was_full, closing, lingering;
    struct pending_write *next; /* being filled, behind what libuv has; or NULL */
    size_t left;                /* lingering: queued when the timer was started */
    uint64_t in, out;
};

struct pending_write {
    uv_write_t request;
    size_t len, room;
    char bytes[];
};

static char read_buffer[64 * 1024];

static struct way_stream *stream_of(const uv_handle_t *handle)
{
    struct way_stream *stream = handle->data;
    assert(stream->magic == MAGIC);
    return stream;
}

static void on_closed(uv_handle_t *handle)
{
    struct way_stream *stream = stream_of(handle);
    if (--stream->handles > 0)
        return;
    free(stream->next);
    free(stream);
}

struct way_stream *way_stream_new(uv_loop_t *loop, int fd, const struct way_stream_events *events,
                                  void *owner)
{
    struct way_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        close(fd);
        return NULL;
    }
    stream->magic = MAGIC;
    stream->handles = 2;
    stream->tcp.data = stream->timer.data = stream;
    way_stream_hand_over(stream, events, owner);
    uv_timer_init(loop, &stream->timer);
    uv_tcp_init(loop, &stream->tcp);
    if (uv_tcp_open(&stream->tcp, fd) != 0) {
        close(fd);
        way_stream_close(&stream, false);
        return NULL;
    }
    uv_tcp_nodelay(&stream->tcp, 1);
    uv_tcp_keepalive(&stream->tcp, 1, KEEPALIVE_IDLE_S);
    return stream;
}

void way_stream_hand_over(struct way_stream *stream, const struct way_stream_events *events,
                          void *owner)
{
    stream->events = events;
    stream->owner = owner;
}

static void break_off(struct way_stream *stream, int error)
{
    if (stream->broken || stream->closing)
        return;
    stream->broken = true;
    way_stream_read(stream, false);
    stream->events->broken(stream->owner, stream, error);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
}

static void on_read(uv_stream_t *tcp, ssize_t len, const uv_buf_t *buffer)
{
    struct way_stream *stream = stream_of((uv_handle_t *)tcp);
    if (len > 0) {
        stream->in += (uint64_t)len;
        stream->events->data(stream->owner, stream, buffer->base, (size_t)len);
    } else if (len == UV_EOF) {
        way_stream_read(stream, false);
        stream->ended = true;
        stream->events->end(stream->owner, stream);
    } else if (len < 0) {
        break_off(stream, (int)len);
    }
}

void way_stream_read(struct way_stream *stream, bool on)
{
    if (on == stream->reading || (on && (stream->ended || stream->broken)))
        return;
    stream->reading = on;
    if (!on)
        uv_read_stop((uv_stream_t *)&stream->tcp);
    else if (uv_read_start((uv_stream_t *)&stream->tcp, give_buffer, on_read) != 0)
        stream->reading = false;
}

/* Bytes that libuv has and the kernel has not. */
static size_t in_flight(const struct way_stream *stream)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&stream->tcp);
}

static size_t queued(const struct way_stream *stream)
{
    return in_flight(stream) + (stream->next ? stream->next->len : 0);
}

static void on_written(uv_write_t *request, int status);

/* Gives libuv the block that was being filled, if any. */
static void submit(struct way_stream *stream)
{
    struct pending_write *block = stream->next;
    stream->next = NULL;
    if (!block)
        return;
    uv_buf_t buffer = uv_buf_init(block->bytes, (unsigned)block->len);
    if (uv_write(&block->request, (uv_stream_t *)&stream->tcp, &buffer, 1, on_written) != 0)
        free(block);
}

static void on_written(uv_write_t *request, int status)
{
    struct way_stream *stream = stream_of((uv_handle_t *)request->handle);
    free(request->data);
    if (stream->closing)
        return;
    if (status != 0) {
        break_off(stream, status);
        return;
    }
    if (in_flight(stream) == 0)
        submit(stream);
    if (stream->was_full && queued(stream) <= WAY_STREAM_DRAINED) {
        stream->was_full = false;
        stream->events->drained(stream->owner, stream);
    }
}

static struct pending_write *new_block(size_t room)
{
    struct pending_write *block = malloc(sizeof *block + room);
    if (!block)
        abort(); /* bytes in the middle of a stream cannot be left out */
    block->request.data = block;
    block->len = 0;
    block->room = room;
    return block;
}

static void queue_write(struct way_stream *stream, const char *bytes, size_t len)
{
    if (stream->next && stream->next->room - stream->next->len < len)
        submit(stream);
    if (!stream->next)
        stream->next = new_block(len > BLOCK ? len : BLOCK);
    memcpy(stream->next->bytes + stream->next->len, bytes, len);
    stream->next->len += len;
    if (in_flight(stream) == 0)
        submit(stream);
    stream->was_full = stream->was_full || way_stream_full(stream);
}

void way_stream_write(struct way_stream *stream, const void *bytes, size_t len)
{
    assert(!stream->shut);
    if (stream->broken || len == 0)
        return;
    stream->out += len;
    size_t done = 0;
    if (queued(stream) == 0) {
        uv_buf_t buffer = {.base = (char *)bytes, .len = len}; /* it is only read */
        int written = uv_try_write((uv_stream_t *)&stream->tcp, &buffer, 1);
        done = written > 0 ? (size_t)written : 0; /* an error comes again, as an event */
    }
    if (done < len)
        queue_write(stream, (const char *)bytes + done, len - done);
}

bool way_stream_full(const struct way_stream *stream)
{
    return queued(stream) > WAY_STREAM_FULL;
}

static void linger(struct way_stream *stream);

static void on_shut(uv_shutdown_t *request, int status)
{
    struct way_stream *stream = stream_of((uv_handle_t *)request->handle);
    if (stream->closing)
        return;
    stream->flushed = status == 0;
    if (status != 0)
        break_off(stream, status);
    else if (stream->lingering)
        linger(stream);
}

void way_stream_shutdown(struct way_stream *stream)
{
    if (stream->shut || stream->broken)
        return;
    stream->shut = true;
    submit(stream);
    int error = uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->tcp, on_shut);
    if (error)
        break_off(stream, error);
}

bool way_stream_ended(const struct way_stream *stream)
{
    return stream->ended;
}

bool way_stream_is_shut(const struct way_stream *stream)
{
    return stream->shut;
}

uint64_t way_stream_bytes_in(const struct way_stream *stream)
{
    return stream->in;
}

uint64_t way_stream_bytes_out(const struct way_stream *stream)
{
    return stream->out;
}

void way_stream_close(struct way_stream **stream, bool reset)
{
    struct way_stream *closed = *stream;
    *stream = NULL;
    if (!closed || closed->closing)
        return;
    closed->closing = true;
    uv_os_fd_t fd;
    if (reset && uv_fileno((uv_handle_t *)&closed->tcp, &fd) == 0) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    uv_close((uv_handle_t *)&closed->tcp, on_closed);
    uv_close((uv_handle_t *)&closed->timer, on_closed);
}

/* A finished stream's own events. */

static void linger_data(void *owner, struct way_stream *stream, const char *bytes, size_t len)
{
    (void)owner;
    (void)stream;
    (void)bytes;
    (void)len;
}

static void linger_over(void *owner, struct way_stream *stream)
{
    (void)owner;
    way_stream_close(&stream, false);
}

static void linger_broken(void *owner, struct way_stream *stream, int error)
{
    (void)error;
    linger_over(owner, stream);
}

static void linger_drained(void *owner, struct way_stream *stream)
{
    (void)owner;
    (void)stream;
}

static const struct way_stream_events lingering = {linger_data, linger_over, linger_broken,
                                                   linger_drained};

/* A peer that reads slowly has all the time it needs, one that reads nothing has not. What is
 * left of the queue then must not look like its end. */
static void on_linger_timeout(uv_timer_t *timer)
{
    struct way_stream *stream = stream_of((uv_handle_t *)timer);
    if (!stream->flushed && queued(stream) < stream->left)
        linger(stream);
    else
        way_stream_close(&stream, !stream->flushed);
}

/* Waits for what is still to come: our queue to empty, then the peer's end. */
static void linger(struct way_stream *stream)
{
    if (stream->flushed && stream->ended) {
        linger_over(NULL, stream);
        return;
    }
    way_stream_read(stream, true);
    stream->left = queued(stream);
    uv_timer_start(&stream->timer, on_linger_timeout,
                   stream->flushed ? WAY_STREAM_LINGER : WAY_STREAM_FLUSH, 0);
}

void way_stream_finish(struct way_stream **stream)
{
    struct way_stream *finished = *stream;
    *stream = NULL;
    if (!finished)
        return;
    if (finished->broken) {
        way_stream_close(&finished, false);
        return;
    }
    way_stream_hand_over(finished, &lingering, finished);
    finished->lingering = true;
    way_stream_shutdown(finished);
    if (!finished->closing)
        linger(finished);
}
