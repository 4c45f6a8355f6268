/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of the handshake: the client is answered after the origin was, and as
 * the origin answered. All captures are stamped by one machine's clock, whose
 * uncertainty the bindings state: what lies within it decides nothing.
 *
 * Where links have wires, both answers are taken at the router: the origin's as
 * it arrives there, the client's as it leaves. Else an answer that was early by
 * less than the wire's delay would look right where it arrives.
 */
#include "analysis/assert/check.h"

#include <inttypes.h>

#include "analysis/assert/connections.h"

/* The connections of both sides of the router. */
struct sides {
    struct way_connections clients, origins;
};

static void sides_collect(const struct way_run *run, struct sides *sides)
{
    way_connections_collect(&run->taps[WAY_TAP_CLIENT].departed, &run->bindings, &sides->clients);
    way_connections_collect(&run->taps[WAY_TAP_ORIGIN].capture, &run->bindings, &sides->origins);
}

static void sides_free(struct sides *sides)
{
    way_connections_free(&sides->clients);
    way_connections_free(&sides->origins);
}

/* "the SYN-ACK of 10.0.3.2:80" */
static struct way_text answer_of(const char *what, const struct way_connection *connection)
{
    return way_text("%s of %s:%u", what, way_text_address(connection->syn->ip.destination).s,
                    connection->syn->tcp.destination_port);
}

/* Finds that `answer`, on the client's link, came after `cause`, on the
 * origin's. Returns whether it held. */
static bool came_after(const struct way_run *run, const struct way_frame *answer,
                       const struct way_frame *cause, struct way_text expected,
                       struct way_finding *finding)
{
    int64_t ahead = answer->time - cause->time;
    struct way_text found =
        way_text("it came %s %s %s frame %" PRIu64, way_text_span(ahead < 0 ? -ahead : ahead).s,
                 ahead < 0 ? "before" : "after", cause->capture, cause->number);

    if (ahead > run->bindings.uncertainty)
        return true;
    if (ahead < -run->bindings.uncertainty)
        way_finding_fail(finding, answer, expected, found);
    else
        way_finding_doubt(finding, answer, expected,
                          way_text("%s, and the clock is uncertain by %s", found.s,
                                   way_text_span(run->bindings.uncertainty).s));
    return false;
}

/* The origin's connection for a client's; NULL (and a doubt or failure) when
 * there is none that can be named. */
static const struct way_connection *joined(const struct sides *sides, size_t n,
                                           struct way_finding *finding)
{
    const struct way_connection *client = &sides->clients.items[n];
    struct way_join join = way_connections_join(&sides->clients, n, &sides->origins);

    if (join.ambiguous) {
        way_finding_doubt(finding, client->syn, way_text("one handshake at a time"),
                          way_text("two to %s:%u overlap: by order they cannot be joined",
                                   way_text_address(client->syn->ip.destination).s,
                                   client->syn->tcp.destination_port));
        return NULL;
    }
    if (!join.origin)
        way_finding_fail(finding, client->syn, way_text("a SYN to the origin for this one"),
                         way_text("none before the client's next"));
    return join.origin;
}

/* Whether the client's SYN-ACK came after the joined connection's. */
static bool acknowledged_after(const struct way_run *run, const struct sides *sides, size_t n,
                               struct way_finding *finding)
{
    const struct way_connection *client = &sides->clients.items[n];
    const struct way_connection *origin = joined(sides, n, finding);
    struct way_text expected =
        way_text("%s on the origin's link before", answer_of("the SYN-ACK", client).s);

    if (!origin)
        return false;
    if (!origin->syn_ack) {
        way_finding_fail(finding, client->syn_ack, expected, way_text("the origin sent none"));
        return false;
    }
    return came_after(run, client->syn_ack, origin->syn_ack, expected, finding);
}

void way_check_acknowledged_after_origin(const struct way_run *run, struct way_window window,
                                         struct way_finding *finding)
{
    struct sides sides;

    sides_collect(run, &sides);
    if (sides.clients.orphan && way_window_has(window, sides.clients.orphan->time)) {
        finding->examined++;
        way_finding_fail(finding, sides.clients.orphan, way_text("a SYN before it"),
                         way_text("a SYN-ACK that acknowledges none"));
    }
    for (size_t n = 0; n < sides.clients.count; n++) {
        const struct way_connection *client = &sides.clients.items[n];
        if (!client->syn_ack || !way_window_has(window, client->syn->time))
            continue;
        finding->examined += client->syn_acks;
        if (acknowledged_after(run, &sides, n, finding))
            finding->matched += client->syn_acks; /* the first was after, so were the others */
    }
    sides_free(&sides);
}

/* Whether the client got its RST, right in every respect, and no SYN-ACK. */
static bool client_refused(const struct way_connection *client, struct way_finding *finding)
{
    const uint8_t flags = WAY_TCP_RST | WAY_TCP_ACK;
    struct way_text expected = way_text("%s, flags [R.], acknowledging %" PRIu32,
                                        answer_of("an RST", client).s, way_connection_ack(client));

    if (client->syn_ack) {
        way_finding_fail(finding, client->syn_ack, expected, way_text("a SYN-ACK"));
        return false;
    }
    if (!client->rst) {
        way_finding_fail(finding, client->syn, expected, way_text("none"));
        return false;
    }
    const struct way_tcp *rst = &client->rst->tcp;
    if ((rst->flags & flags) == flags && rst->ack == way_connection_ack(client))
        return true;
    way_finding_fail(
        finding, client->rst, expected,
        way_text("flags %s, acknowledging %" PRIu32, way_text_flags(rst->flags).s, rst->ack));
    return false;
}

static bool refused(const struct way_run *run, const struct sides *sides, size_t n,
                    struct way_finding *finding)
{
    const struct way_connection *client = &sides->clients.items[n];
    const struct way_connection *origin;

    if (!client_refused(client, finding) || !(origin = joined(sides, n, finding)))
        return false;
    struct way_text expected =
        way_text("%s on the origin's link before", answer_of("an RST", client).s);
    if (!origin->rst || origin->syn_ack) {
        way_finding_fail(finding, origin->syn, expected,
                         way_text(origin->syn_ack ? "the origin accepted" : "none"));
        return false;
    }
    return came_after(run, client->rst, origin->rst, expected, finding);
}

void way_check_refused(const struct way_run *run, struct way_window window,
                       struct way_finding *finding)
{
    struct sides sides;

    sides_collect(run, &sides);
    for (size_t n = 0; n < sides.clients.count; n++) {
        if (!way_window_has(window, sides.clients.items[n].syn->time))
            continue;
        finding->examined++;
        finding->matched += refused(run, &sides, n, finding);
    }
    sides_free(&sides);
}

static bool waited(const struct way_run *run, const struct sides *sides, size_t n,
                   struct way_finding *finding)
{
    const struct way_connection *client = &sides->clients.items[n];

    if (!client->syn_ack) {
        way_finding_fail(finding, client->syn, answer_of("at last, a SYN-ACK", client),
                         way_text("none"));
        return false;
    }
    if (client->syns < 2) {
        way_finding_fail(finding, client->syn_ack, way_text("two SYNs or more before it"),
                         way_text("%zu", client->syns));
        return false;
    }
    return acknowledged_after(run, sides, n, finding);
}

void way_check_silent_origin(const struct way_run *run, struct way_window window,
                             struct way_finding *finding)
{
    struct sides sides;

    sides_collect(run, &sides);
    for (size_t n = 0; n < sides.clients.count; n++) {
        if (!way_window_has(window, sides.clients.items[n].syn->time))
            continue;
        finding->examined++;
        finding->matched += waited(run, &sides, n, finding);
    }
    sides_free(&sides);
}
