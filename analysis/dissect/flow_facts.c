/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Following a stream. First numbers are found as Wireshark finds them: of a SYN its
 * own number, of a stream whose beginning was not captured the one before the first
 * byte seen, or before the first acknowledged.
 */
#include "analysis/dissect/flow_facts.h"

enum { SETS_UP = WAY_TCP_SYN | WAY_TCP_FIN | WAY_TCP_RST };

bool way_flow_is_reused(const struct way_flow *flow, const struct way_segment *segment)
{
    const struct way_flow_side *from = &flow->sides[segment->from];
    const struct way_tcp *tcp = segment->tcp;

    return (tcp->flags & (WAY_TCP_SYN | WAY_TCP_ACK)) == WAY_TCP_SYN && from->based &&
           tcp->seq != from->base;
}

/* The window scale in a SYN's options, or WAY_SCALE_NONE. */
static int8_t read_scale(const struct way_tcp *tcp)
{
    enum { SCALE_LEN = 3, SCALE_MAX = 14 };
    struct way_cursor rest = tcp->options;
    struct way_tcp_option option;

    while (way_tcp_option_next(&rest, &option) == WAY_PACKET_OK && option.bytes)
        if (option.kind == WAY_TCP_OPTION_WINDOW_SCALE && option.len == SCALE_LEN)
            return (int8_t)(option.bytes[2] < SCALE_MAX ? option.bytes[2] : SCALE_MAX);
    return WAY_SCALE_NONE;
}

static void find_bases(struct way_flow *flow, const struct way_segment *segment,
                       struct way_flow_facts *facts)
{
    struct way_flow_side *from = &flow->sides[segment->from];
    struct way_flow_side *to = &flow->sides[!segment->from];
    const struct way_tcp *tcp = segment->tcp;
    bool syn = tcp->flags & WAY_TCP_SYN;

    if (!from->based) {
        from->based = true;
        from->base = syn ? tcp->seq : tcp->seq - 1;
    }
    if (!to->based && tcp->flags & WAY_TCP_ACK) {
        to->based = true;
        to->base = tcp->ack - 1;
    }
    if (syn) {
        from->syn_seen = true;
        from->scale = read_scale(tcp);
        if (!(tcp->flags & WAY_TCP_ACK)) {
            flow->client = segment->from;
            flow->client_known = true;
        }
    }
    facts->seq_based = true;
    facts->seq_base = from->base;
    facts->ack_based = to->based;
    facts->ack_base = to->base;
}

/* RFC 7323, section 2.2: a SYN's own window is never scaled, others only if both
 * sides have offered it. */
static void find_window(const struct way_flow *flow, const struct way_segment *segment,
                        struct way_flow_facts *facts)
{
    const struct way_flow_side *from = &flow->sides[segment->from];
    const struct way_flow_side *to = &flow->sides[!segment->from];
    bool refused = (from->syn_seen && from->scale == WAY_SCALE_NONE) ||
                   (to->syn_seen && to->scale == WAY_SCALE_NONE);
    bool plain = segment->tcp->flags & WAY_TCP_SYN || refused || segment->tcp->window == 0;

    facts->window = segment->tcp->window;
    facts->window_known = plain || (from->syn_seen && to->syn_seen);
    if (facts->window_known && !plain)
        facts->window <<= from->scale;
}

static void find_repetition(struct way_flow *flow, const struct way_segment *segment,
                            struct way_flow_facts *facts)
{
    struct way_flow_side *from = &flow->sides[segment->from];
    const struct way_flow_side *to = &flow->sides[!segment->from];
    const struct way_tcp *tcp = segment->tcp;
    uint32_t len = segment->len + !!(tcp->flags & WAY_TCP_SYN) + !!(tcp->flags & WAY_TCP_FIN);

    facts->keep_alive = from->seen.begun && segment->len <= 1 && !(tcp->flags & SETS_UP) &&
                        tcp->seq == way_seen_highest(&from->seen) - 1;
    if (len == 0 || facts->keep_alive)
        return;
    switch (way_seen_add(&from->seen, tcp->seq, len)) {
    case WAY_SEEN_NEXT:
        break;
    case WAY_SEEN_AHEAD:
        facts->gap = true;
        break;
    case WAY_SEEN_FILLS:
        facts->out_of_order = true;
        break;
    case WAY_SEEN_AGAIN:
        facts->retransmission = true;
        facts->spurious = to->acked && !way_seq_before(to->last_ack, tcp->seq + len);
        break;
    }
    if (segment->len == 0)
        return;
    uint32_t acknowledged = to->acked ? to->last_ack : from->seen.floor;
    facts->in_flight_known = true;
    facts->in_flight = way_seq_before(acknowledged, way_seen_highest(&from->seen))
                           ? way_seen_highest(&from->seen) - acknowledged
                           : 0;
}

/* RFC 5681, section 2: the same number and window, no data, nothing set up or torn
 * down. */
static void find_duplicate(struct way_flow *flow, const struct way_segment *segment,
                           struct way_flow_facts *facts)
{
    struct way_flow_side *from = &flow->sides[segment->from];
    const struct way_tcp *tcp = segment->tcp;

    if (!(tcp->flags & WAY_TCP_ACK))
        return;
    bool same = from->acked && tcp->ack == from->last_ack;
    if (same && segment->len == 0 && tcp->window == from->window && !(tcp->flags & SETS_UP) &&
        !facts->keep_alive && from->seen.begun && tcp->seq == way_seen_highest(&from->seen))
        facts->duplicate_acks = ++from->duplicates;
    else if (!same)
        from->duplicates = 0;
    if (!from->acked || way_seq_before(from->last_ack, tcp->ack))
        from->last_ack = tcp->ack;
    from->acked = true;
    from->window = tcp->window;
}

/* The handshake's round trip as the tap sees it: from the SYN to the client's first
 * acknowledgement. */
static void find_round_trip(struct way_flow *flow, const struct way_segment *segment,
                            struct way_flow_facts *facts)
{
    unsigned flags = segment->tcp->flags & (WAY_TCP_SYN | WAY_TCP_ACK);

    if (flags == WAY_TCP_SYN)
        flow->syn_time = segment->time;
    bool ends = flags == WAY_TCP_ACK && flow->client_known && segment->from == flow->client &&
                flow->sides[!flow->client].syn_seen;
    if (ends && flow->syn_time && !flow->round_trip)
        flow->round_trip = segment->time - flow->syn_time;
    facts->round_trip_known = flow->round_trip > 0;
    facts->round_trip = flow->round_trip;
}

void way_flow_take(struct way_flow *flow, const struct way_segment *segment,
                   struct way_flow_facts *facts)
{
    facts->stream = flow->number;
    find_bases(flow, segment, facts);
    find_repetition(flow, segment, facts);
    find_duplicate(flow, segment, facts);
    find_window(flow, segment, facts);
    find_round_trip(flow, segment, facts);
    flow->sides[segment->from].fin_seen |= (segment->tcp->flags & WAY_TCP_FIN) != 0;
    flow->closed |=
        segment->tcp->flags & WAY_TCP_RST || (flow->sides[0].fin_seen && flow->sides[1].fin_seen);
    facts->since_first = segment->time - flow->first;
    facts->since_last = segment->time - flow->last;
    flow->last = segment->time;
    facts->known = flow->known && !flow->sides[segment->from].seen.inexact;
}
