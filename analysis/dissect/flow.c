/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of streams, shown one packet after the other.
 */
#include "analysis/dissect/flow.h"

#include <stdlib.h>

#include "analysis/dissect/flow_facts.h"
#include "analysis/dissect/flow_table.h"
#include "analysis/dissect/http.h"

struct way_flows {
    struct way_flow_table *table;
    enum way_field_needs needs;
    uint32_t streams;                /* numbered so far */
    bool pushed_out;                 /* any stream was, closed or not */
    struct way_flow_room own, *room; /* room: its own, or the caller's */
    struct way_flow_losses losses;
    struct way_flow_facts facts; /* of the present packet */
    struct way_http_facts http;
};

struct way_flows *way_flows_new(enum way_field_needs needs, struct way_flow_room *room)
{
    struct way_flows *flows = calloc(1, sizeof *flows);

    if (!flows)
        return NULL;
    flows->needs = needs;
    flows->own = (struct way_flow_room){WAY_FLOW_STREAMS, WAY_FLOW_BYTES};
    flows->room = room ? room : &flows->own;
    flows->table = way_flow_table_new(&flows->room->streams);
    if (!flows->table)
        way_flows_free(&flows);
    return flows;
}

/* The key of a segment's stream, and which side of it has sent the segment. */
static struct way_flow_key make_key(const struct way_level *level, unsigned *from)
{
    const struct way_ipv4 *ip = &level->ip;
    const struct way_tcp *tcp = &level->tcp;

    *from = ip->source > ip->destination ||
            (ip->source == ip->destination && tcp->source_port > tcp->destination_port);
    struct way_flow_key key;
    key.address[*from] = ip->source;
    key.address[!*from] = ip->destination;
    key.port[*from] = tcp->source_port;
    key.port[!*from] = tcp->destination_port;
    return key;
}

static void forget(struct way_flow *flow, void *context)
{
    struct way_flows *flows = context;

    way_http_stream_free(&flow->http, &flows->room->bytes);
}

static void push_out(struct way_flow *flow, void *context)
{
    struct way_flows *flows = context;

    forget(flow, flows);
    flows->pushed_out = true;
    flows->losses.streams += !flow->closed;
}

/* Makes a stream of a flow that is empty but for its key. A stream that does not
 * begin with a SYN may be one that was pushed out: then nobody can say. */
static void begin_flow(struct way_flows *flows, struct way_flow *flow,
                       const struct way_segment *segment)
{
    flow->known = !flows->pushed_out || segment->tcp->flags & WAY_TCP_SYN;
    flow->number = flows->streams;
    flow->first = flow->last = segment->time;
    flow->sides[0].scale = flow->sides[1].scale = WAY_SCALE_NONE;
    if (flow->known)
        flows->streams++;
    else
        flows->losses.missed++;
}

/* The stream of the segment, made if need be. NULL when memory lacks. */
static struct way_flow *find_flow(struct way_flows *flows, const struct way_flow_key *key,
                                  const struct way_segment *segment)
{
    struct way_flow *flow = way_flow_table_find(flows->table, key);

    if (!flow) {
        flow = way_flow_table_add(flows->table, key, push_out, flows);
        if (flow)
            begin_flow(flows, flow, segment);
    } else if (way_flow_is_reused(flow, segment)) {
        forget(flow, flows);
        struct way_flow fresh = {.key = flow->key, .chain = flow->chain, .touched = true};
        *flow = fresh;
        begin_flow(flows, flow, segment);
    }
    return flow;
}

static void take_http(struct way_flows *flows, struct way_flow *flow,
                      const struct way_segment *segment)
{
    const struct way_cursor *payload = &segment->tcp->payload;
    struct way_bytes captured = {payload->at, way_cursor_left(payload)};

    if (!flow->http)
        flow->http = way_http_stream_new();
    if (!flow->http || !flow->known) {
        flows->http.broken = segment->len > 0;
        return;
    }
    way_http_stream_take(flow->http, flow, segment, captured, &flows->room->bytes, &flows->http);
    flows->losses.bytes += flows->http.overflow;
}

/* A fragment of a segment: its length is not known, and so nothing behind it is. */
static void take_fragment(struct way_flows *flows, struct way_flow *flow, unsigned from)
{
    flow->sides[from].seen.inexact = true;
    if (flow->http)
        way_http_stream_break(flow->http, &flows->room->bytes);
}

void way_flows_see(struct way_flows *flows, struct way_view *view)
{
    const struct way_level *level = way_view_level(view, 0);

    way_http_facts_clear(&flows->http);
    view->flow = NULL;
    if (way_level_has(level, WAY_LAYER_TCP) != WAY_PRESENT)
        return;
    flows->facts = (struct way_flow_facts){0};
    view->flow = &flows->facts;
    if (level->partial >> WAY_LAYER_TCP & 1)
        return;
    unsigned from;
    struct way_flow_key key = make_key(level, &from);
    struct way_segment segment = {.time = view->record->time,
                                  .tcp = &level->tcp,
                                  .len = (uint32_t)(level->ip_payload_len - level->tcp.header_len),
                                  .from = from};
    struct way_flow *flow = find_flow(flows, &key, &segment);
    if (!flow)
        return;
    if (way_ipv4_is_fragment(&level->ip)) {
        take_fragment(flows, flow, from);
        return;
    }
    bool was_exact = !flow->sides[from].seen.inexact;
    way_flow_take(flow, &segment, &flows->facts);
    flows->losses.missed += was_exact && flow->sides[from].seen.inexact;
    if (flows->needs == WAY_NEEDS_HTTP) {
        take_http(flows, flow, &segment);
        flows->facts.http = &flows->http;
    }
}

struct way_flow_losses way_flows_losses(const struct way_flows *flows)
{
    return flows->losses;
}

void way_flows_free(struct way_flows **flows)
{
    if (!*flows)
        return;
    if ((*flows)->table)
        way_flow_table_each((*flows)->table, forget, *flows);
    way_http_facts_clear(&(*flows)->http);
    way_flow_table_free(&(*flows)->table);
    free(*flows);
    *flows = NULL;
}
