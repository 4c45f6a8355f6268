/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections: the frames of handshakes are sorted by tuple (and by the file's
 * order within one), each tuple's are walked, and what was found is put back
 * into the order of the SYNs. No table to look up in, so nothing to flood.
 */
#include "analysis/assert/connections.h"

#include <assert.h>

#include "analysis/assert/memory.h"
#include "core/packet/tuple.h"

/* A frame of a handshake, under the tuple of its connection. */
struct event {
    const struct way_frame *frame;
    struct way_tuple tuple;
};

static bool is_syn(const struct way_frame *frame)
{
    return (frame->tcp.flags & (WAY_TCP_SYN | WAY_TCP_ACK | WAY_TCP_RST)) == WAY_TCP_SYN;
}

static bool is_syn_ack(const struct way_frame *frame)
{
    const uint8_t both = WAY_TCP_SYN | WAY_TCP_ACK;

    return (frame->tcp.flags & (both | WAY_TCP_RST)) == both;
}

/* Whether the frame belongs to a handshake with a redirected service; fills in
 * the event. */
static bool event_of(const struct way_frame *frame, const struct way_bindings *bindings,
                     struct event *event)
{
    const struct way_ipv4 *ip = &frame->ip;
    const struct way_tcp *tcp = &frame->tcp;

    if (frame->kind != WAY_FRAME_TCP)
        return false;
    event->frame = frame;
    if (is_syn(frame) && way_bindings_redirected(bindings, tcp->destination_port)) {
        event->tuple = (struct way_tuple){.client = ip->source,
                                          .origin = ip->destination,
                                          .client_port = tcp->source_port,
                                          .origin_port = tcp->destination_port};
        return true;
    }
    if ((is_syn_ack(frame) || (tcp->flags & WAY_TCP_RST)) &&
        way_bindings_redirected(bindings, tcp->source_port)) {
        event->tuple = (struct way_tuple){.client = ip->destination,
                                          .origin = ip->source,
                                          .client_port = tcp->destination_port,
                                          .origin_port = tcp->source_port};
        return true;
    }
    return false;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_events(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    int order;

    if ((order = compare_numbers(a->tuple.client, b->tuple.client)) ||
        (order = compare_numbers(a->tuple.origin, b->tuple.origin)) ||
        (order = compare_numbers(a->tuple.client_port, b->tuple.client_port)) ||
        (order = compare_numbers(a->tuple.origin_port, b->tuple.origin_port)))
        return order;
    return compare_numbers(a->frame->order, b->frame->order);
}

static int compare_connections(const void *left, const void *right)
{
    const struct way_connection *a = left, *b = right;

    return compare_numbers(a->syn->order, b->syn->order);
}

uint32_t way_connection_ack(const struct way_connection *connection)
{
    return connection->syn->tcp.seq + 1 + (uint32_t)way_frame_data_len(connection->syn);
}

/* Whether the SYN-ACK acknowledges the connection's SYN, with or without the
 * data that it may bear (RFC 7413). */
static bool acknowledges(const struct way_frame *syn_ack, const struct way_connection *connection)
{
    return syn_ack->tcp.ack == way_connection_ack(connection) ||
           syn_ack->tcp.ack == connection->syn->tcp.seq + 1;
}

static void begin(struct way_connections *out, const struct way_frame *syn)
{
    assert(is_syn(syn));
    out->items[out->count++] = (struct way_connection){.syn = syn, .syns = 1};
}

/* Takes in an event of the tuple whose last connection is `last` (or NULL). */
static void take(struct way_connections *out, struct way_connection *last,
                 const struct way_frame *frame)
{
    if (is_syn(frame)) {
        if (!last || last->syn->tcp.seq != frame->tcp.seq)
            begin(out, frame);
        else if (!last->syn_ack)
            last->syns++;
    } else if (is_syn_ack(frame)) {
        if (!last || !acknowledges(frame, last)) {
            out->orphan = out->orphan ? out->orphan : frame;
            return;
        }
        last->syn_acks++;
        last->syn_ack = last->syn_ack ? last->syn_ack : frame;
    } else if (last && !last->rst) {
        last->rst = frame;
    }
}

static void walk(struct way_connections *out, const struct event *events, size_t count)
{
    size_t first = 0; /* of the connections that have the current tuple */

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !way_tuple_equal(&events[i].tuple, &events[i - 1].tuple))
            first = out->count;
        take(out, out->count > first ? &out->items[out->count - 1] : NULL, events[i].frame);
    }
}

void way_connections_collect(const struct way_capture *capture, const struct way_bindings *bindings,
                             struct way_connections *out)
{
    struct event *events = way_memory_array(capture->count, sizeof *events);
    size_t count = 0;

    for (size_t i = 0; i < capture->count; i++)
        count += event_of(&capture->frames[i], bindings, &events[count]);
    qsort(events, count, sizeof *events, compare_events);
    *out = (struct way_connections){.items = way_memory_array(count, sizeof *out->items)};
    walk(out, events, count);
    free(events);
    qsort(out->items, out->count, sizeof *out->items, compare_connections);
}

void way_connections_free(struct way_connections *connections)
{
    free(connections->items);
    *connections = (struct way_connections){0};
}

static bool same_service(const struct way_connection *a, const struct way_connection *b)
{
    return a->syn->ip.destination == b->syn->ip.destination &&
           a->syn->tcp.destination_port == b->syn->tcp.destination_port;
}

/* When the next client's connection to the same service begins. */
static int64_t next_begins(const struct way_connections *clients, size_t n)
{
    for (size_t i = n + 1; i < clients->count; i++)
        if (same_service(&clients->items[i], &clients->items[n]))
            return clients->items[i].syn->time;
    return INT64_MAX;
}

/* When the handshake was over, as far as the client could see; a handshake that
 * never ended is over when the next one begins. */
static int64_t handshake_ended(const struct way_connection *connection)
{
    const struct way_frame *answer = connection->syn_ack ? connection->syn_ack : connection->rst;

    return answer ? answer->time : connection->syn->time;
}

struct way_join way_connections_join(const struct way_connections *clients, size_t n,
                                     const struct way_connections *origins)
{
    const struct way_connection *client = &clients->items[n];
    int64_t until = next_begins(clients, n);
    struct way_join join = {.ambiguous = handshake_ended(client) >= until};

    for (size_t i = 0; i < n && !join.ambiguous; i++)
        join.ambiguous = same_service(&clients->items[i], client) &&
                         handshake_ended(&clients->items[i]) >= client->syn->time;
    for (size_t i = 0; i < origins->count && !join.origin; i++) {
        const struct way_connection *origin = &origins->items[i];
        if (same_service(origin, client) && origin->syn->time >= client->syn->time &&
            origin->syn->time < until)
            join.origin = origin;
    }
    return join;
}
