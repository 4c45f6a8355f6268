/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The client's side of HTTP: input, parser, and what follows from the end of an
 * exchange.
 *
 * Everything that goes on goes on in consume(): it feeds the parser from the input
 * as long as somebody takes what comes out. Events that let it go on call it again;
 * when control is already inside, it just goes on.
 */
#include "core/proxy/client.h"

#include <assert.h>
#include <string.h>

#include "core/common/clock.h"
#include "core/http/error.h"
#include "core/proxy/counters.h"

static struct way_text unused_input(const struct way_client *client)
{
    return (struct way_text){client->input.data ? client->input.data + client->used : NULL,
                             client->input.len - client->used};
}

/* ---- the end ---- */

static void note_bytes(struct way_client *client)
{
    client->bytes_in = way_stream_bytes_in(client->stream);
    client->bytes_out = way_stream_bytes_out(client->stream);
}

static void free_parts(struct way_client *client)
{
    way_upstream_close(&client->upstream);
    way_http_parser_free(&client->parser);
    way_buffer_free(&client->input);
    client->used = 0;
}

/* Ends the connection, in good order or by a reset. */
static void leave(struct way_client *client, bool in_order)
{
    note_bytes(client);
    way_exchange_abort(&client->exchange);
    if (in_order)
        way_stream_finish(&client->stream);
    else
        way_stream_close(&client->stream, true);
    free_parts(client);
    client->with.over(client->with.owner);
}

static void become_tunnel(struct way_client *client, const char *reason)
{
    struct way_text from_origin;
    note_bytes(client);
    client->origin = way_upstream_take(&client->upstream, &from_origin);
    struct way_stream *stream = client->stream;
    client->with.tunnel(client->with.owner, reason, unused_input(client), from_origin);
    assert(client->stream != stream);
    free_parts(client);
}

static void consume(struct way_client *client);

static void on_over(void *owner, enum way_exchange_end end)
{
    struct way_client *client = owner;
    switch (end) {
    case WAY_EXCHANGE_NEXT:
        consume(client);
        break;
    case WAY_EXCHANGE_TUNNEL:
        become_tunnel(client, "HTTP asked for it");
        break;
    default:
        leave(client, end == WAY_EXCHANGE_LAST);
    }
}

static void on_feed(void *owner)
{
    consume(owner);
}

/* ---- input ---- */

static void refuse(struct way_client *client)
{
    if (!client->exchange.active)
        client->exchange.facts = (struct way_access_request){
            .request = ++client->requests, .request_start = client->request_start};
    enum way_http_error error = way_http_parser_error(client->parser);
    enum way_exchange_end end = way_exchange_refuse(
        &client->exchange, (unsigned)way_http_error_status(error), way_http_error_words(error));
    leave(client, end != WAY_EXCHANGE_BROKEN);
}

static void begin_exchange(struct way_client *client)
{
    struct way_http_message *request = way_http_parser_take(client->parser);
    way_exchange_begin(&client->exchange, &request, ++client->requests, client->request_start);
}

/* Takes one event out of the input. Returns whether there may be another. */
static bool consume_step(struct way_client *client)
{
    struct way_exchange *exchange = &client->exchange;
    if (exchange->active ? !way_exchange_takes_body(exchange) : way_stream_full(client->stream))
        return false; /* a client that reads no answers is asked for no more requests */
    struct way_text rest = unused_input(client), piece;
    size_t used;
    if (rest.len && way_http_parser_idle(client->parser))
        client->request_start = way_clock_ns();
    enum way_http_event event =
        way_http_parser_feed(client->parser, rest.at, rest.len, &used, &piece);
    client->used += used;
    switch (event) {
    case WAY_HTTP_EVENT_HEAD:
        begin_exchange(client);
        return true;
    case WAY_HTTP_EVENT_BODY:
        way_exchange_body(exchange, piece);
        return true;
    case WAY_HTTP_EVENT_END:
        way_exchange_request_end(exchange);
        return true;
    case WAY_HTTP_EVENT_ERROR:
        refuse(client);
        return false;
    default:
        return false;
    }
}

/* Forgets the input that was used. */
static void compact(struct way_client *client)
{
    struct way_text rest = unused_input(client);
    if (rest.len && client->used)
        memmove(client->input.data, rest.at, rest.len);
    client->input.len = rest.len;
    client->used = 0;
}

/* Nothing more will come, and a request was cut off, or its end is known only now, or all is
 * over. */
static void input_ended(struct way_client *client)
{
    switch (way_http_parser_end(client->parser)) {
    case WAY_HTTP_EVENT_ERROR:
        refuse(client);
        break;
    case WAY_HTTP_EVENT_END:
        way_exchange_request_end(&client->exchange);
        break;
    default:
        leave(client, true);
    }
}

static void consume(struct way_client *client)
{
    if (client->consuming || !client->stream)
        return;
    client->consuming = true;
    while (client->stream && consume_step(client))
        ;
    client->consuming = false;
    if (!client->stream)
        return;
    compact(client);
    bool stuck = client->input.len > 0;
    way_stream_read(client->stream, !stuck);
    if (!way_stream_ended(client->stream) || stuck)
        return;
    if (!client->exchange.active || !client->exchange.request_complete)
        input_ended(client); /* else what is being answered is answered first */
}

/* ---- the client's stream ---- */

static void on_data(void *owner, struct way_stream *stream, const char *bytes, size_t len)
{
    (void)stream;
    struct way_client *client = owner;
    way_buffer_bytes(&client->input, bytes, len);
    if (way_buffer_ok(&client->input))
        consume(client);
    else
        leave(client, false);
}

static void on_end(void *owner, struct way_stream *stream)
{
    (void)stream;
    consume(owner);
}

static void on_broken(void *owner, struct way_stream *stream, int error)
{
    (void)stream;
    (void)error;
    leave(owner, false);
}

static void on_drained(void *owner, struct way_stream *stream)
{
    (void)stream;
    struct way_client *client = owner;
    way_exchange_drained(&client->exchange);
    consume(client);
}

void way_client_begin(struct way_client *client, const struct way_client_with *with,
                      struct way_stream **stream, struct way_stream **origin, const char *bytes,
                      size_t len)
{
    static const struct way_stream_events events = {on_data, on_end, on_broken, on_drained};
    *client = (struct way_client){.stream = *stream, .with = *with};
    *stream = NULL;
    way_stream_hand_over(client->stream, &events, client);
    way_upstream_init(&client->upstream, with->loop, with->flow->tuple.origin,
                      with->flow->tuple.origin_port, &way_exchange_events, &client->exchange);
    way_upstream_adopt(&client->upstream, origin, with->flow->local_port);
    client->exchange.with = (struct way_exchange_with){.settings = with->settings,
                                                       .store = with->store,
                                                       .log = with->log,
                                                       .flow = with->flow,
                                                       .client = client->stream,
                                                       .upstream = &client->upstream,
                                                       .over = on_over,
                                                       .feed = on_feed,
                                                       .owner = client};
    client->parser = way_http_request_parser(NULL);
    way_buffer_bytes(&client->input, bytes, len);
    if (client->parser && way_buffer_ok(&client->input))
        consume(client);
    else
        leave(client, false);
}

void way_client_stop(struct way_client *client)
{
    if (!client->stream)
        return;
    note_bytes(client);
    way_exchange_abort(&client->exchange);
    way_stream_close(&client->stream, true);
    free_parts(client);
}
