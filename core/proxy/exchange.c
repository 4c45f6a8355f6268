/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exchanges: the decision, the hit, and the request on its way to the origin. What
 * the origin answers is core/proxy/exchange_response.c.
 */
#include "core/proxy/exchange.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/invalidate.h"
#include "core/common/clock.h"
#include "core/http/write.h"
#include "core/proxy/counters.h"
#include "core/proxy/exchange_parts.h"

enum { HIT_PIECE = 64 * 1024 }; /* bytes of a stored body written at once */

/* ---- beginning and ending ---- */

const char *way_exchange_via(const struct way_exchange *x)
{
    return x->with.settings->via ? x->with.settings->pseudonym : NULL;
}

static char *copy_text(struct way_text text)
{
    return text.at ? strndup(text.at, text.len) : NULL;
}

/* The log's word for what the cache did: that of Cache-Status, but plainly "miss". */
static const char *cache_word(enum way_cache_fwd fwd)
{
    return way_cache_fwd_word(fwd == WAY_CACHE_FWD_URI_MISS ? WAY_CACHE_FWD_MISS : fwd);
}

/* Writes the log's line. */
static void log_exchange(struct way_exchange *x)
{
    struct way_access_request line = x->facts;
    char *method = NULL, *host = NULL, *target = NULL, *status = NULL;
    line.end = way_clock_ns();
    if (x->request) {
        line.method = method = copy_text(x->request->method_name);
        line.host = host = copy_text(x->request->authority);
        line.target = target = copy_text(x->request->target);
        line.cache = cache_word(x->found.status.fwd);
    }
    if (x->cache_status.len && x->with.settings->cache_status)
        line.cache_status = status = copy_text(way_buffer_view(&x->cache_status));
    way_access_request(x->with.log, x->with.flow, &line);
    free(method);
    free(host);
    free(target);
    free(status);
}

/* Frees what it holds, logs, and makes it inactive. */
static void close_exchange(struct way_exchange *x)
{
    way_fill_abandon(&x->fill);
    if (x->found.entry)
        way_entry_release(&x->found.entry);
    log_exchange(x);
    if (x->has_key)
        way_cache_key_free(&x->key);
    way_http_message_free(&x->request);
    way_buffer_free(&x->cache_status);
    *x = (struct way_exchange){.with = x->with};
}

void way_exchange_finish(struct way_exchange *x, enum way_exchange_end end)
{
    close_exchange(x);
    x->with.over(x->with.owner, end);
}

void way_exchange_abort(struct way_exchange *x)
{
    if (!x->active)
        return;
    way_upstream_close(x->with.upstream);
    close_exchange(x);
}

/* ---- towards the client ---- */

void way_exchange_write(struct way_exchange *x, const struct way_buffer *buffer)
{
    assert(way_buffer_ok(buffer));
    if (!x->facts.first_byte)
        x->facts.first_byte = way_clock_ns();
    way_stream_write(x->with.client, buffer->data, buffer->len);
}

struct way_http_response_out way_exchange_response_out(struct way_exchange *x)
{
    bool old = x->request && x->request->minor == 0;
    const char *status = NULL;
    if (x->cache_status.len && x->with.settings->cache_status) {
        way_buffer_bytes(&x->cache_status, "", 1); /* the terminating NUL, taken off again */
        status = x->cache_status.data;
        x->cache_status.len--;
    }
    return (struct way_http_response_out){.via = way_exchange_via(x),
                                          .cache_status = status,
                                          .age = -1,
                                          .date = way_clock_ns() / WAY_NS_PER_SECOND,
                                          .framing = x->to_client,
                                          .close = !x->client_keeps,
                                          .keep_alive = x->client_keeps && old};
}

/* Answers with a small response of our own, and says what the end is. */
static enum way_exchange_end answer(struct way_exchange *x, unsigned status, const char *words,
                                    bool keep)
{
    struct way_buffer out = {0};
    bool head_only = x->request && x->request->method == WAY_HTTP_METHOD_HEAD;
    x->client_keeps = x->client_keeps && keep && x->request_complete;
    struct way_http_response_out how = way_exchange_response_out(x);
    way_http_write_own(&out, status, words, head_only, &how);
    way_exchange_write(x, &out);
    way_buffer_free(&out);
    x->facts.status = status;
    return x->client_keeps ? WAY_EXCHANGE_NEXT : WAY_EXCHANGE_LAST;
}

enum way_exchange_end way_exchange_refuse(struct way_exchange *x, unsigned status,
                                          const char *words)
{
    enum way_exchange_end end = WAY_EXCHANGE_BROKEN;
    way_count(WAY_COUNT_HTTP_ERRORS);
    if (!x->response_begun)
        end = answer(x, status, words, false);
    way_upstream_close(x->with.upstream);
    close_exchange(x);
    return end;
}

/* ---- a hit ---- */

static void serve_body(struct way_exchange *x)
{
    while (!way_stream_full(x->with.client)) {
        struct way_text piece = way_entry_body(x->found.entry, x->offset);
        if (piece.len == 0) {
            way_exchange_finish(x, x->client_keeps ? WAY_EXCHANGE_NEXT : WAY_EXCHANGE_LAST);
            return;
        }
        if (piece.len > HIT_PIECE)
            piece.len = HIT_PIECE;
        way_stream_write(x->with.client, piece.at, piece.len);
        x->offset += piece.len;
        x->facts.response_bytes += piece.len;
    }
}

static void serve_hit(struct way_exchange *x)
{
    way_http_cache_status(&x->cache_status, x->with.settings->pseudonym, &x->found.status);
    way_count(WAY_COUNT_CACHE_HITS);

    struct way_buffer out = {0};
    x->to_client = WAY_HTTP_FRAMING_LENGTH;
    struct way_http_response_out how = way_exchange_response_out(x);
    how.length = way_entry_length(x->found.entry);
    how.age = x->found.age;
    way_http_write_from_stored(&out, way_entry_head(x->found.entry), &how);
    way_exchange_write(x, &out);
    way_buffer_free(&out);
    x->facts.status = way_entry_status(x->found.entry);
    x->response_begun = true;
    if (x->request->method == WAY_HTTP_METHOD_HEAD)
        x->offset = how.length;
    serve_body(x);
}

/* ---- the decision ---- */

/* Looks the request up; a hit leaves the entry. Without memory for the key, the
 * request passes by the cache. */
static void look_up(struct way_exchange *x)
{
    const struct way_flow *flow = x->with.flow;
    way_cache_request_of(x->request, &x->cache);
    x->has_key =
        way_cache_key_make(&x->key, flow->tuple.origin, flow->tuple.origin_port, x->request) == 0;
    if (x->has_key)
        way_cache_look(x->with.store, &x->key, &x->cache, way_clock_ns(), &x->found);
    else
        x->found.status.fwd = WAY_CACHE_FWD_BYPASS;
}

/* The Host for a client of HTTP/1.0 that gave none: the origin is asked in HTTP/1.1, and an empty
 * one is refused by many. */
struct host_text {
    char text[INET_ADDRSTRLEN + sizeof ":65535"];
};

static struct host_text host_of_origin(const struct way_exchange *x)
{
    struct host_text host;
    const struct way_tuple *tuple = &x->with.flow->tuple;
    const struct in_addr address = {tuple->origin};
    if (!inet_ntop(AF_INET, &address, host.text, sizeof host.text))
        host.text[0] = '\0';
    size_t len = strlen(host.text);
    if (tuple->origin_port != 80)
        snprintf(host.text + len, sizeof host.text - len, ":%u", tuple->origin_port);
    return host;
}

static void write_request_head(struct way_exchange *x)
{
    struct way_buffer out = {0};
    const struct host_text host = host_of_origin(x);
    const char *via = way_exchange_via(x);
    const struct way_http_request_out how = {.via = via,
                                             .framing = x->request->framing,
                                             .length = x->request->length,
                                             .upgrade = x->request->upgrade,
                                             .host = host.text};
    if (x->tunnel_asked)
        way_http_write_request_as_is(&out, x->request, via);
    else
        way_http_write_request(&out, x->request, &how);
    assert(way_buffer_ok(&out));
    way_upstream_write(x->with.upstream, out.data, out.len);
    way_buffer_free(&out);
}

enum way_exchange_end way_exchange_bad_gateway(struct way_exchange *x, const char *words)
{
    return answer(x, 502, words, true);
}

void way_exchange_forward(struct way_exchange *x)
{
    x->forwarded = true;
    x->asked = way_clock_ns();
    int error = way_upstream_begin(x->with.upstream, x->request->method, x->tunnel_asked);
    if (error) {
        way_exchange_finish(x, way_exchange_bad_gateway(x, "no connection to the origin"));
        return;
    }
    x->facts.fetch_reused = way_upstream_requests(x->with.upstream) > 1;
    x->facts.fetch_local_port = way_upstream_local_port(x->with.upstream);
    write_request_head(x);
    if (x->tunnel_asked && !way_upstream_connecting(x->with.upstream))
        way_exchange_finish(x, WAY_EXCHANGE_TUNNEL);
}

static void begin_tunnel_request(struct way_exchange *x)
{
    const struct way_flow *flow = x->with.flow;
    way_cache_invalidate(x->with.store, flow->tuple.origin, flow->tuple.origin_port, x->request,
                         NULL);
    x->tunnel_asked = x->request_complete = true;
    x->client_keeps = false; /* what follows cannot be read as a request */
    x->facts.request_end = x->facts.request_start;
}

void way_exchange_begin(struct way_exchange *x, struct way_http_message **taken, uint64_t number,
                        int64_t start)
{
    assert(!x->active);
    const struct way_http_message *request = *taken;
    x->active = true;
    x->request = *taken;
    *taken = NULL;
    x->client_keeps = request->persistent;
    x->facts = (struct way_access_request){.request = number, .request_start = start};
    way_count(WAY_COUNT_REQUESTS);
    look_up(x);
    if (request->method == WAY_HTTP_METHOD_UNKNOWN)
        begin_tunnel_request(x);
    if (request->method == WAY_HTTP_METHOD_CONNECT) {
        x->request_complete = true; /* what follows is no HTTP, or never answered */
        x->client_keeps = false;
        x->facts.request_end = start;
    }
    if (!x->found.entry && !x->found.only_if_cached && !way_http_forwards_spent(request))
        way_exchange_forward(x); /* else it is answered when the request is complete */
}

/* ---- the request's body ---- */

bool way_exchange_takes_body(const struct way_exchange *x)
{
    return x->active && !x->request_complete &&
           !(x->forwarded && way_upstream_full(x->with.upstream));
}

void way_exchange_body(struct way_exchange *x, struct way_text piece)
{
    x->facts.request_bytes += piece.len;
    if (!x->forwarded)
        return;
    if (x->request->framing != WAY_HTTP_FRAMING_CHUNKED) {
        way_upstream_write(x->with.upstream, piece.at, piece.len);
        return;
    }
    struct way_buffer out = {0};
    way_http_write_chunk_size(&out, piece.len);
    way_upstream_write(x->with.upstream, out.data, out.len);
    way_upstream_write(x->with.upstream, piece.at, piece.len);
    way_upstream_write(x->with.upstream, "\r\n", 2);
    way_buffer_free(&out);
}

/* Not in the cache, and not to be forwarded: the client forbade it. As the final recipient
 * (Max-Forwards: 0; RFC 9110, 7.6.2) we have something to say about OPTIONS only. */
static enum way_exchange_end answer_unforwarded(struct way_exchange *x)
{
    if (x->found.only_if_cached)
        return answer(x, 504, "not cached, and only a cached one was asked for", true);
    unsigned status = x->request->method == WAY_HTTP_METHOD_OPTIONS ? 200 : 501;
    return answer(x, status, "no more forwards: this is a proxy", true);
}

void way_exchange_request_end(struct way_exchange *x)
{
    x->request_complete = true;
    x->facts.request_end = way_clock_ns();
    if (x->found.entry) {
        serve_hit(x);
    } else if (!x->forwarded) {
        way_exchange_finish(x, answer_unforwarded(x));
    } else if (x->request->framing == WAY_HTTP_FRAMING_CHUNKED) {
        struct way_buffer out = {0};
        way_http_write_last_chunk(&out, NULL); /* a request's trailers are left out */
        way_upstream_write(x->with.upstream, out.data, out.len);
        way_buffer_free(&out);
    }
}

void way_exchange_drained(struct way_exchange *x)
{
    if (!x->active)
        return;
    if (x->found.entry && x->response_begun)
        serve_body(x);
    else
        way_upstream_read(x->with.upstream, true);
}
