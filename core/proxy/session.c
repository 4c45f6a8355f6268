/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The session until its decision, and what remains of it after the end: two lines
 * in the access log.
 */
#include "core/proxy/session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common/clock.h"
#include "core/http/first_bytes.h"
#include "core/proxy/counters.h"
#include "core/proxy/tunnel.h"

struct way_session {
    struct way_sessions *all;
    struct way_session *next, *previous;
    struct way_flow flow;
    struct way_stream *client, *origin; /* ours until the decision */
    char first[WAY_HTTP_FIRST_BYTES];   /* what the client has sent so far */
    size_t first_len;
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
    const struct way_access_connection what = {.closed = closed,
                                               .bytes_from_client = tunnel->bytes_from_client,
                                               .bytes_to_client = tunnel->bytes_from_origin};
    way_access_connection(session->all->log, &session->flow, &what);
}

/* The session is over: its streams are closed. */
static void end_session(void *owner)
{
    struct way_session *session = owner;
    log_session(session, way_clock_ns());
    unlink_session(session);
    free(session);
}

static void become_tunnel(struct way_session *session, const char *reason)
{
    way_count(WAY_COUNT_TUNNELS);
    session->tunnel_reason = reason;
    if (session->first_len) {
        session->tunnel.first_byte = way_clock_ns();
        session->tunnel.bytes_from_client = session->first_len;
        way_stream_write(session->origin, session->first, session->first_len);
    }
    way_tunnel_begin(&session->tunnel, &session->client, &session->origin, end_session, session);
}

static void on_data(void *owner, struct way_stream *from, const char *bytes, size_t len)
{
    struct way_session *session = owner;
    struct way_tunnel *tunnel = &session->tunnel;
    bool from_client = from == session->client;
    become_tunnel(session, from_client ? "every connection is one, yet" : "the origin spoke first");
    tunnel->first_byte = way_clock_ns();
    *(from_client ? &tunnel->bytes_from_client : &tunnel->bytes_from_origin) += len;
    way_stream_write(from_client ? tunnel->origin : tunnel->client, bytes, len);
}

static void on_end(void *owner, struct way_stream *stream)
{
    struct way_session *session = owner;
    bool from_client = stream == session->client;
    become_tunnel(session, from_client ? "the client closed" : "the origin closed");
    way_stream_shutdown(from_client ? session->tunnel.origin : session->tunnel.client);
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
        way_tunnel_break(&session->tunnel);
        log_session(session, 0);
        unlink_session(session);
        free(session);
    }
}
