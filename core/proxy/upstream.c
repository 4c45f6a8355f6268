/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Upstream: connecting, reading responses, keeping and closing the connection.
 *
 * After every event the owner may have closed the connection or given it away. The
 * loop over a piece of input therefore goes on only while the stream is the one
 * that it came from.
 */
#include "core/proxy/upstream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/proxy/counters.h"
#include "core/proxy/origin.h"

void way_upstream_init(struct way_upstream *upstream, uv_loop_t *loop, way_be32 address,
                       uint16_t port, const struct way_upstream_events *events, void *owner)
{
    *upstream = (struct way_upstream){
        .loop = loop, .address = address, .port = port, .events = events, .owner = owner, .fd = -1};
}

/* ---- the end of a connection ---- */

static void free_poll(uv_handle_t *handle)
{
    free(handle);
}

static void stop_polling(struct way_upstream *upstream)
{
    if (upstream->poll)
        uv_close((uv_handle_t *)upstream->poll, free_poll);
    upstream->poll = NULL;
}

void way_upstream_close(struct way_upstream *upstream)
{
    stop_polling(upstream);
    if (upstream->fd >= 0)
        close(upstream->fd);
    upstream->fd = -1;
    way_stream_close(&upstream->stream, upstream->state == WAY_UPSTREAM_BUSY && !upstream->parsed);
    way_http_parser_free(&upstream->parser);
    way_buffer_free(&upstream->waiting);
    upstream->state = WAY_UPSTREAM_NONE;
}

static void fail(struct way_upstream *upstream, enum way_upstream_failure failure)
{
    way_upstream_close(upstream);
    upstream->events->failed(upstream->owner, failure);
}

/* ---- reading ---- */

/* Takes the next event of the parser out of `rest`. Returns whether there may be more. */
static bool read_step(struct way_upstream *upstream)
{
    size_t used;
    struct way_text piece;
    struct way_http_parser *parser = upstream->parser;
    enum way_http_event event =
        way_http_parser_feed(parser, upstream->rest.at, upstream->rest.len, &used, &piece);
    upstream->rest.at += used;
    upstream->rest.len -= used;
    switch (event) {
    case WAY_HTTP_EVENT_HEAD:
        upstream->events->head(upstream->owner, way_http_parser_message(parser));
        return true;
    case WAY_HTTP_EVENT_BODY:
        upstream->events->body(upstream->owner, piece);
        return true;
    case WAY_HTTP_EVENT_END:
        if (way_http_parser_message(parser)->status < 200)
            return true;
        upstream->parsed = true;
        upstream->events->end(upstream->owner, way_http_parser_message(parser));
        return false;
    case WAY_HTTP_EVENT_ERROR:
        fail(upstream, WAY_UPSTREAM_MALFORMED);
        return false;
    default:
        return false;
    }
}

/* Bytes where none belong: after a complete response, or before any request. */
static void close_extra(struct way_upstream *upstream)
{
    way_count(WAY_COUNT_ORIGIN_EXTRA_BYTES);
    way_upstream_close(upstream);
}

static void on_data(void *owner, struct way_stream *stream, const char *bytes, size_t len)
{
    struct way_upstream *upstream = owner;
    if (upstream->state != WAY_UPSTREAM_BUSY) {
        close_extra(upstream);
        return;
    }
    upstream->answered = true;
    upstream->rest = (struct way_text){bytes, len};
    bool more = true;
    while (more && upstream->stream == stream && !upstream->parsed)
        more = read_step(upstream);
    upstream->rest = (struct way_text){NULL, 0};
}

static void on_end(void *owner, struct way_stream *stream)
{
    (void)stream;
    struct way_upstream *upstream = owner;
    if (upstream->state != WAY_UPSTREAM_BUSY || upstream->parsed) {
        way_upstream_close(upstream);
        return;
    }
    if (way_http_parser_end(upstream->parser) == WAY_HTTP_EVENT_END) {
        upstream->parsed = true;
        upstream->events->end(upstream->owner, way_http_parser_message(upstream->parser));
        return;
    }
    fail(upstream, upstream->answered ? WAY_UPSTREAM_BROKEN : WAY_UPSTREAM_UNANSWERED);
}

static void on_broken(void *owner, struct way_stream *stream, int error)
{
    (void)stream;
    (void)error;
    struct way_upstream *upstream = owner;
    if (upstream->state == WAY_UPSTREAM_BUSY && !upstream->parsed)
        fail(upstream, upstream->answered ? WAY_UPSTREAM_BROKEN : WAY_UPSTREAM_UNANSWERED);
    else
        way_upstream_close(upstream);
}

static void on_drained(void *owner, struct way_stream *stream)
{
    (void)stream;
    struct way_upstream *upstream = owner;
    if (upstream->state == WAY_UPSTREAM_BUSY)
        upstream->events->drained(upstream->owner);
}

static const struct way_stream_events stream_events = {on_data, on_end, on_broken, on_drained};

void way_upstream_read(struct way_upstream *upstream, bool on)
{
    if (upstream->stream)
        way_stream_read(upstream->stream, on);
}

/* ---- connecting ---- */

void way_upstream_adopt(struct way_upstream *upstream, struct way_stream **stream,
                        uint16_t local_port)
{
    assert(upstream->state == WAY_UPSTREAM_NONE);
    upstream->stream = *stream;
    *stream = NULL;
    upstream->local_port = local_port;
    upstream->requests = 0;
    upstream->state = WAY_UPSTREAM_IDLE;
    way_stream_hand_over(upstream->stream, &stream_events, upstream);
    way_stream_read(upstream->stream, true);
}

/* The connection stands: what was written goes out. */
static void connected(struct way_upstream *upstream)
{
    stop_polling(upstream);
    int fd = upstream->fd;
    upstream->fd = -1;
    upstream->stream = way_stream_new(upstream->loop, fd, &stream_events, upstream);
    if (!upstream->stream) {
        fail(upstream, WAY_UPSTREAM_UNCONNECTED);
        return;
    }
    upstream->state = WAY_UPSTREAM_BUSY;
    way_stream_write(upstream->stream, upstream->waiting.data, upstream->waiting.len);
    way_buffer_free(&upstream->waiting);
    way_stream_read(upstream->stream, true);
    upstream->events->drained(upstream->owner);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct way_upstream *upstream = poll->data;
    struct way_origin_refusal refusal;
    switch (way_origin_outcome(upstream->fd, &refusal)) {
    case WAY_ORIGIN_PENDING:
        uv_poll_start(poll, UV_WRITABLE, on_poll);
        break;
    case WAY_ORIGIN_CONNECTED:
        connected(upstream);
        break;
    default:
        fail(upstream, WAY_UPSTREAM_UNCONNECTED);
    }
}

static int connect_anew(struct way_upstream *upstream)
{
    way_upstream_close(upstream);
    upstream->requests = 0;
    upstream->fd = way_origin_connect(upstream->address, upstream->port, &upstream->local_port);
    if (upstream->fd < 0)
        return upstream->fd;
    upstream->poll = malloc(sizeof *upstream->poll);
    if (!upstream->poll)
        return -ENOMEM;
    int error = uv_poll_init(upstream->loop, upstream->poll, upstream->fd);
    if (error) {
        free(upstream->poll);
        upstream->poll = NULL;
        return error;
    }
    upstream->poll->data = upstream;
    upstream->state = WAY_UPSTREAM_CONNECTING;
    return uv_poll_start(upstream->poll, UV_WRITABLE, on_poll);
}

/* ---- exchanges ---- */

int way_upstream_begin(struct way_upstream *upstream, enum way_http_method method, bool alone)
{
    assert(upstream->state == WAY_UPSTREAM_NONE || upstream->state == WAY_UPSTREAM_IDLE);
    int error = 0;
    if (upstream->state == WAY_UPSTREAM_NONE || (alone && upstream->requests > 0))
        error = connect_anew(upstream);
    else
        upstream->state = WAY_UPSTREAM_BUSY;
    if (!error && !upstream->parser)
        upstream->parser = way_http_response_parser(NULL);
    if (!error && !upstream->parser)
        error = -ENOMEM;
    if (error) {
        way_upstream_close(upstream);
        return error;
    }
    way_http_parser_expect(upstream->parser, method);
    upstream->requests++;
    upstream->answered = upstream->parsed = false;
    return 0;
}

void way_upstream_write(struct way_upstream *upstream, const void *bytes, size_t len)
{
    if (upstream->state == WAY_UPSTREAM_CONNECTING)
        way_buffer_bytes(&upstream->waiting, bytes, len);
    else if (upstream->stream)
        way_stream_write(upstream->stream, bytes, len);
}

bool way_upstream_full(const struct way_upstream *upstream)
{
    return upstream->state == WAY_UPSTREAM_CONNECTING ||
           (upstream->stream && way_stream_full(upstream->stream));
}

void way_upstream_end(struct way_upstream *upstream, bool keep)
{
    if (upstream->rest.len > 0) {
        close_extra(upstream);
        return;
    }
    if (!keep || !upstream->stream || way_stream_ended(upstream->stream)) {
        way_upstream_close(upstream);
        return;
    }
    upstream->state = WAY_UPSTREAM_IDLE;
    way_stream_read(upstream->stream, true);
}

struct way_stream *way_upstream_take(struct way_upstream *upstream, struct way_text *rest)
{
    assert(upstream->stream);
    struct way_stream *stream = upstream->stream;
    *rest = upstream->rest;
    upstream->stream = NULL;
    way_upstream_close(upstream);
    return stream;
}

uint16_t way_upstream_local_port(const struct way_upstream *upstream)
{
    return upstream->local_port;
}

unsigned way_upstream_requests(const struct way_upstream *upstream)
{
    return upstream->requests;
}

bool way_upstream_connecting(const struct way_upstream *upstream)
{
    return upstream->state == WAY_UPSTREAM_CONNECTING;
}
