/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The origin's response of an exchange: to the client, and into the cache.
 */
#include "core/cache/invalidate.h"
#include "core/common/clock.h"
#include "core/http/write.h"
#include "core/proxy/counters.h"
#include "core/proxy/exchange_parts.h"

/* Begins to store the response, if it may be. */
static void begin_fill(struct way_exchange *x, const struct way_http_message *response)
{
    struct way_cache_times times;
    int64_t now = way_clock_ns();
    enum way_cache_storable storable =
        way_cache_may_store(&x->cache, response, x->asked, now, &times);
    if (storable != WAY_CACHE_STORABLE_YES && storable != WAY_CACHE_STORABLE_REQUEST)
        x->found.status.detail = way_cache_storable_words(storable);
    if (!x->has_key || storable != WAY_CACHE_STORABLE_YES)
        return;
    struct way_buffer head = {0};
    const struct way_http_response_out how = way_exchange_response_out(x);
    way_http_write_stored(&head, response, &how);
    int64_t expected =
        response->framing == WAY_HTTP_FRAMING_LENGTH ? (int64_t)response->length : -1;
    if (response->framing == WAY_HTTP_FRAMING_NONE)
        expected = 0;
    if (way_buffer_ok(&head))
        x->fill = way_fill_begin(x->with.store, &x->key, way_buffer_view(&head), response->status,
                                 &times, expected);
    if (!x->fill)
        x->found.status.detail = way_cache_storable_words(WAY_CACHE_STORABLE_SIZE);
    way_buffer_free(&head);
}

/* What was stored under the key of a response that is not stored is outdated. */
static void drop_superseded(struct way_exchange *x, unsigned status)
{
    if (x->has_key && way_cache_supersedes(&x->cache, status))
        way_store_invalidate(x->with.store, &x->key);
}

/* The origin is not read on while the client cannot take more. */
static void pause_when_full(struct way_exchange *x)
{
    if (way_stream_full(x->with.client))
        way_upstream_read(x->with.upstream, false);
}

static void relay_interim(struct way_exchange *x, const struct way_http_message *response)
{
    if (x->request->minor == 0)
        return; /* HTTP/1.0 knows no 1xx (RFC 9110, 15.2) */
    struct way_buffer out = {0};
    const struct way_http_response_out how = {
        .via = way_exchange_via(x), .age = -1, .date = -1, .framing = WAY_HTTP_FRAMING_NONE};
    way_http_write_response(&out, response, &how);
    way_stream_write(x->with.client, out.data, out.len);
    way_buffer_free(&out);
    pause_when_full(x);
}

/* Does this response turn the connection into a tunnel? */
static bool opens_tunnel(const struct way_exchange *x, const struct way_http_message *response)
{
    if (x->request->method == WAY_HTTP_METHOD_CONNECT)
        return response->status >= 200 && response->status < 300;
    return response->status == 101 && x->request->upgrade;
}

/* Writes the final head: what is stored and what the client gets is decided. */
static void relay_head(struct way_exchange *x, const struct way_http_message *response)
{
    const struct way_flow *flow = x->with.flow;
    bool tunnel = opens_tunnel(x, response);
    if (x->cache.unsafe)
        way_cache_invalidate(x->with.store, flow->tuple.origin, flow->tuple.origin_port, x->request,
                             response);
    begin_fill(x, response);
    if (!x->fill)
        drop_superseded(x, response->status);
    x->found.status.fwd_status = response->status;
    x->found.status.stored = x->fill != NULL;
    way_http_cache_status(&x->cache_status, x->with.settings->pseudonym, &x->found.status);
    x->to_client = way_http_framing_for(response->framing, x->request->minor);
    if (x->to_client == WAY_HTTP_FRAMING_CLOSE)
        x->client_keeps = false;

    struct way_buffer out = {0};
    struct way_http_response_out how = way_exchange_response_out(x);
    how.length = response->length;
    how.upgrade = tunnel && response->status == 101;
    how.close = how.close && !tunnel;
    way_http_write_response(&out, response, &how);
    way_exchange_write(x, &out);
    way_buffer_free(&out);
    x->response_begun = true;
    x->facts.status = response->status;
    if (tunnel)
        way_exchange_finish(x, WAY_EXCHANGE_TUNNEL);
}

static void on_head(void *owner, const struct way_http_message *response)
{
    struct way_exchange *x = owner;
    if (response->status == 101 && !x->request->upgrade) {
        way_upstream_close(x->with.upstream); /* nobody asked for it */
        way_exchange_finish(x,
                            way_exchange_bad_gateway(x, "the origin switched protocols unasked"));
    } else if (response->status >= 200 || response->status == 101) {
        relay_head(x, response);
    } else {
        relay_interim(x, response);
    }
}

static void on_body(void *owner, struct way_text piece)
{
    struct way_exchange *x = owner;
    struct way_stream *client = x->with.client;
    if (x->fill && way_fill_append(x->fill, piece.at, piece.len) != 0) {
        way_fill_abandon(&x->fill);
        drop_superseded(x, x->facts.status);
    }
    x->facts.response_bytes += piece.len;
    if (x->to_client == WAY_HTTP_FRAMING_CHUNKED) {
        struct way_buffer out = {0};
        way_http_write_chunk_size(&out, piece.len);
        way_stream_write(client, out.data, out.len);
        way_buffer_free(&out);
    }
    way_stream_write(client, piece.at, piece.len);
    if (x->to_client == WAY_HTTP_FRAMING_CHUNKED)
        way_stream_write(client, "\r\n", 2);
    pause_when_full(x);
}

/* The response is complete. One that comes before all of its request was taken ends
 * both connections: what is left of the request would be read as the next. */
static void end_response(struct way_exchange *x)
{
    way_upstream_end(x->with.upstream, x->response_complete && x->request_complete);
    way_exchange_finish(x, x->client_keeps && x->request_complete ? WAY_EXCHANGE_NEXT
                                                                  : WAY_EXCHANGE_LAST);
}

static void on_end(void *owner, const struct way_http_message *response)
{
    struct way_exchange *x = owner;
    if (x->to_client == WAY_HTTP_FRAMING_CHUNKED) {
        struct way_buffer out = {0};
        way_http_write_last_chunk(&out, &response->trailers);
        way_stream_write(x->with.client, out.data, out.len);
        way_buffer_free(&out);
    }
    if (x->fill && way_fill_commit(&x->fill) == 0)
        way_count(WAY_COUNT_CACHE_STORED);
    x->response_complete = response->persistent;
    end_response(x);
}

/* May the request be sent again, after a connection that had served others was
 * closed (RFC 9112, 9.3.1)? */
static bool may_retry(const struct way_exchange *x, enum way_upstream_failure failure)
{
    return failure == WAY_UPSTREAM_UNANSWERED && x->facts.fetch_reused && !x->retried &&
           x->facts.request_bytes == 0 && x->request->framing == WAY_HTTP_FRAMING_NONE &&
           way_http_method_is_safe(x->request->method_name);
}

static void on_failed(void *owner, enum way_upstream_failure failure)
{
    static const char *const words[] = {
        [WAY_UPSTREAM_UNCONNECTED] = "no connection to the origin",
        [WAY_UPSTREAM_UNANSWERED] = "the origin closed the connection without an answer",
        [WAY_UPSTREAM_BROKEN] = "the origin broke off its answer",
        [WAY_UPSTREAM_MALFORMED] = "the origin's answer is malformed",
    };
    struct way_exchange *x = owner;
    if (may_retry(x, failure)) {
        x->retried = true;
        way_exchange_forward(x);
    } else if (x->response_begun) {
        way_exchange_finish(x, WAY_EXCHANGE_BROKEN);
    } else {
        way_exchange_finish(x, way_exchange_bad_gateway(x, words[failure]));
    }
}

static void on_upstream_drained(void *owner)
{
    struct way_exchange *x = owner;
    if (x->tunnel_asked)
        way_exchange_finish(x, WAY_EXCHANGE_TUNNEL);
    else
        x->with.feed(x->with.owner);
}

const struct way_upstream_events way_exchange_events = {on_head, on_body, on_end, on_failed,
                                                        on_upstream_drained};
