/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The session until its decision, and what remains of it after the end: two lines
 * in the access log.
 */
#include "core/proxy/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common/clock.h"
#include "core/http/first_bytes.h"
#include "core/proxy/client.h"
#include "core/proxy/counters.h"
#include "core/proxy/tunnel.h"

struct way_session {
    struct way_sessions *all;
    struct way_session *next, *previous;
    uv_idle_t end; /* never started: its closing frees the session, back in the loop */
    struct way_flow flow;
    struct way_stream *client, *origin; /* ours until the decision */
    char first[WAY_HTTP_FIRST_BYTES];   /* what the client has sent so far */
    size_t first_len;
    struct way_client http;    /* when it speaks HTTP */
    const char *tunnel_reason; /* why it became a tunnel, or NULL */
    struct way_tunnel tunnel;
};

static void unlink_session(struct way_session *session)
{
    if (session->previous)
        session->previous->next = session->next;
    else
        session->all->first = session->next;
    if (session->next)
        session->next->previous = session->previous;
    session->all->count--;
}

static void log_session(const struct way_session *session, int64_t closed)
{
    const struct way_tunnel *tunnel = &session->tunnel;
    if (session->tunnel_reason) {
        const struct way_access_tunnel what = {.reason = session->tunnel_reason,
                                               .first_byte = tunnel->first_byte,
                                               .end = closed,
                                               .bytes_from_client = tunnel->bytes_from_client,
                                               .bytes_from_origin = tunnel->bytes_from_origin};
        way_access_tunnel(session->all->log, &session->flow, &what);
    }
    /* What the tunnel carried comes on top of what was HTTP before it. */
    const struct way_client *http = &session->http;
    const struct way_access_connection what = {
        .closed = closed,
        .bytes_from_client = http->bytes_in + tunnel->bytes_from_client,
        .bytes_to_client = http->bytes_out + tunnel->bytes_from_origin,
        .requests = http->requests};
    way_access_connection(session->all->log, &session->flow, &what);
}

static void free_session(uv_handle_t *handle)
{
    free(handle->data);
}

/* The session is over: its streams are closed. */
static void end_session(void *owner)
{
    struct way_session *session = owner;
    log_session(session, way_clock_ns());
    unlink_session(session);
    uv_close((uv_handle_t *)&session->end, free_session);
}

/* ---- the two things that it can become ---- */

/* Carries the bytes that were read from either side already, then all others. */
static void become_tunnel(struct way_session *session, const char *reason,
                          struct way_stream **client, struct way_stream **origin,
                          struct way_text from_client, struct way_text from_origin)
{
    struct way_tunnel *tunnel = &session->tunnel;
    way_count(WAY_COUNT_TUNNELS);
    session->tunnel_reason = reason;
    if (from_client.len || from_origin.len)
        tunnel->first_byte = way_clock_ns();
    tunnel->bytes_from_client = from_client.len;
    tunnel->bytes_from_origin = from_origin.len;
    way_stream_write(*origin, from_client.at, from_client.len);
    way_stream_write(*client, from_origin.at, from_origin.len);
    way_tunnel_begin(tunnel, client, origin, end_session, session);
}

static void on_http_tunnel(void *owner, const char *reason, struct way_text from_client,
                           struct way_text from_origin)
{
    struct way_session *session = owner;
    session->http.bytes_in -= from_client.len; /* they are the tunnel's */
    become_tunnel(session, reason, &session->http.stream, &session->http.origin, from_client,
                  from_origin);
}

static void become_http(struct way_session *session, struct way_text bytes)
{
    const struct way_sessions *all = session->all;
    const struct way_client_with with = {.loop = all->loop,
                                         .settings = all->settings,
                                         .store = all->store,
                                         .log = all->log,
                                         .flow = &session->flow,
                                         .over = end_session,
                                         .tunnel = on_http_tunnel,
                                         .owner = session};
    way_client_begin(&session->http, &with, &session->client, &session->origin, bytes.at,
                     bytes.len);
}

/* ---- until the decision ---- */

static const struct way_text nothing = {"", 0};

/* Decides by all bytes that the client has sent, of which the last `len` are new. */
static void decide(struct way_session *session, const char *bytes, size_t len)
{
    struct way_buffer all = {0};
    way_buffer_bytes(&all, session->first, session->first_len);
    way_buffer_bytes(&all, bytes, len);
    struct way_text seen = way_buffer_view(&all);
    switch (way_buffer_ok(&all) ? way_http_first_bytes(seen.at, seen.len) : WAY_HTTP_FIRST_TUNNEL) {
    case WAY_HTTP_FIRST_HTTP:
        become_http(session, seen);
        break;
    case WAY_HTTP_FIRST_TUNNEL:
        become_tunnel(session, "the client speaks no HTTP", &session->client, &session->origin,
                      seen, nothing);
        break;
    default:
        assert(seen.len <= sizeof session->first);
        memcpy(session->first, seen.at, seen.len);
        session->first_len = seen.len;
    }
    way_buffer_free(&all);
}

static void tunnel_undecided(struct way_session *session, const char *reason,
                             struct way_text from_origin)
{
    const struct way_text from_client = {session->first, session->first_len};
    become_tunnel(session, reason, &session->client, &session->origin, from_client, from_origin);
}

static void on_data(void *owner, struct way_stream *from, const char *bytes, size_t len)
{
    struct way_session *session = owner;
    if (from == session->client)
        decide(session, bytes, len);
    else
        tunnel_undecided(session, "the origin spoke first", (struct way_text){bytes, len});
}

static void on_end(void *owner, struct way_stream *stream)
{
    struct way_session *session = owner;
    bool is_client = stream == session->client;
    tunnel_undecided(session, is_client ? "the client closed first" : "the origin closed first",
                     nothing);
}

static void on_broken(void *owner, struct way_stream *stream, int error)
{
    struct way_session *session = owner;
    (void)stream;
    (void)error;
    way_stream_close(&session->client, true);
    way_stream_close(&session->origin, true);
    end_session(session);
}

static void on_drained(void *owner, struct way_stream *stream)
{
    (void)owner;
    (void)stream;
}

static struct way_session *new_session(struct way_sessions *sessions, const struct way_flow *flow)
{
    struct way_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->all = sessions;
    session->flow = *flow;
    session->next = sessions->first;
    if (session->next)
        session->next->previous = session;
    sessions->first = session;
    sessions->count++;
    uv_idle_init(sessions->loop, &session->end);
    session->end.data = session;
    return session;
}

void way_session_begin(struct way_sessions *sessions, const struct way_flow *flow, int client,
                       int origin)
{
    static const struct way_stream_events undecided = {on_data, on_end, on_broken, on_drained};
    struct way_session *session =
        sessions->count < WAY_SESSIONS_MAX ? new_session(sessions, flow) : NULL;
    if (!session) {
        way_count(WAY_COUNT_ACCEPTED_FAILED);
        close(client);
        close(origin);
        return;
    }
    session->client = way_stream_new(sessions->loop, client, &undecided, session);
    session->origin = way_stream_new(sessions->loop, origin, &undecided, session);
    if (!session->client || !session->origin) {
        on_broken(session, NULL, 0);
        return;
    }
    way_stream_read(session->client, true);
    way_stream_read(session->origin, true);
}

void way_sessions_stop(struct way_sessions *sessions)
{
    while (sessions->first) {
        struct way_session *session = sessions->first;
        way_stream_close(&session->client, true);
        way_stream_close(&session->origin, true);
        way_client_stop(&session->http);
        way_tunnel_break(&session->tunnel);
        log_session(session, 0);
        unlink_session(session);
        uv_close((uv_handle_t *)&session->end, free_session);
    }
}
