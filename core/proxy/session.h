/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sessions: one for each client connection, from accept to its last byte.
 *
 * A session begins with two connections, the client's and the handshake's to the
 * origin, and reads from both. Whoever speaks first decides, once: bytes from the
 * origin, or bytes from the client that are no HTTP, make a tunnel between the two
 * (core/proxy/tunnel.h); an HTTP request makes it a client connection of the cache
 * (core/proxy/client.h). What comes first is never lost by the decision.
 *
 * One loop. Sessions are bounded: beyond the bound a client is reset.
 */
#ifndef WAYLAY_CORE_PROXY_SESSION_H
#define WAYLAY_CORE_PROXY_SESSION_H

#include <stdint.h>
#include <uv.h>

#include "core/cache/store.h"
#include "core/proxy/accesslog.h"
#include "core/proxy/flow.h"
#include "core/proxy/settings.h"

enum { WAY_SESSIONS_MAX = 16384 };

struct way_session;

/* What sessions share. Set the first members before the first session. */
struct way_sessions {
    uv_loop_t *loop;
    const struct way_settings *settings;
    struct way_access_log *log;
    struct way_store *store;
    struct way_session *first; /* the sessions', as is the count */
    unsigned count;
};

/* Begins a session with the accepted and the origin's descriptor, both its own from
 * now on. */
void way_session_begin(struct way_sessions *sessions, const struct way_flow *flow, int client,
                       int origin);

/* Resets every connection and logs it as still open; run the loop afterwards. */
void way_sessions_stop(struct way_sessions *sessions);

#endif
