/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of TCP that need the packets before: analysis/dissect/flow.h.
 */
#include "analysis/dissect/field_table.h"
#include "analysis/dissect/flow.h"
#include "core/packet/tcp.h"

/* What a row asks for, as its argument. */
enum fact {
    STREAM,
    SEQ,
    NEXT_SEQ,
    ACK,
    WINDOW,
    RETRANSMISSION,
    SPURIOUS,
    OUT_OF_ORDER,
    GAP,
    KEEP_ALIVE,
    DUPLICATE_ACK,
    DUPLICATE_ACK_NUMBER,
    IN_FLIGHT,
    SINCE_FIRST,
    SINCE_LAST,
    ROUND_TRIP
};

static enum way_presence if_known(bool known, struct way_values *out, enum way_type type,
                                  uint64_t number)
{
    return known ? way_values_one(out, type, number) : WAY_BROKEN;
}

/* The facts, if the table has seen the packet and could follow it. */
static const struct way_flow_facts *facts_of(const struct way_view *view)
{
    return view->flow && view->flow->known ? view->flow : NULL;
}

static enum way_presence get_fact(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    const struct way_flow_facts *facts = facts_of(view);
    enum way_type type = field->info->type;
    (void)level;

    if (!facts)
        return WAY_BROKEN;
    switch ((enum fact)field->info->argument) {
    case STREAM:
        return way_values_one(out, type, facts->stream);
    case RETRANSMISSION:
        return way_values_one(out, type, facts->retransmission);
    case SPURIOUS:
        return way_values_one(out, type, facts->spurious);
    case OUT_OF_ORDER:
        return way_values_one(out, type, facts->out_of_order);
    case GAP:
        return way_values_one(out, type, facts->gap);
    case KEEP_ALIVE:
        return way_values_one(out, type, facts->keep_alive);
    case DUPLICATE_ACK:
        return way_values_one(out, type, facts->duplicate_acks > 0);
    case DUPLICATE_ACK_NUMBER:
        return facts->duplicate_acks ? way_values_one(out, type, facts->duplicate_acks)
                                     : WAY_ABSENT;
    case WINDOW:
        return if_known(facts->window_known, out, type, facts->window);
    case IN_FLIGHT:
        return facts->in_flight_known ? way_values_one(out, type, facts->in_flight) : WAY_ABSENT;
    case SINCE_FIRST:
        return if_known(facts->since_first >= 0, out, type, (uint64_t)facts->since_first);
    case SINCE_LAST:
        return if_known(facts->since_last >= 0, out, type, (uint64_t)facts->since_last);
    case ROUND_TRIP:
        return facts->round_trip_known ? way_values_one(out, type, (uint64_t)facts->round_trip)
                                       : WAY_ABSENT;
    default:
        return WAY_BROKEN;
    }
}

static enum way_presence get_relative(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    const struct way_flow_facts *facts = facts_of(view);
    const struct way_tcp *tcp = &level->tcp;
    uint32_t len = (uint32_t)(level->ip_payload_len - tcp->header_len);

    if (!facts)
        return WAY_BROKEN;
    if (field->info->argument == ACK)
        return tcp->flags & WAY_TCP_ACK
                   ? if_known(facts->ack_based, out, field->info->type, tcp->ack - facts->ack_base)
                   : WAY_ABSENT;
    uint32_t seq = tcp->seq - facts->seq_base;
    if (field->info->argument == NEXT_SEQ)
        seq += len + !!(tcp->flags & (WAY_TCP_SYN | WAY_TCP_FIN));
    return if_known(facts->seq_based, out, field->info->type, seq);
}

/* Edges of SACK blocks, `offset` in a block of 8 bytes. */
static enum way_presence get_edges(const struct way_field *field, const struct way_view *view,
                                   const struct way_level *level, struct way_values *out)
{
    enum { SACK = 5, BLOCKS_AT = 2, BLOCK_LEN = 8 };
    const struct way_flow_facts *facts = facts_of(view);
    struct way_cursor rest = level->tcp.options;
    struct way_tcp_option option;

    if (!facts)
        return WAY_BROKEN;
    while (way_tcp_option_next(&rest, &option) == WAY_PACKET_OK && option.bytes)
        for (unsigned at = BLOCKS_AT; option.kind == SACK && at + BLOCK_LEN <= option.len;
             at += BLOCK_LEN)
            way_values_add(out, field->info->type,
                           way_bytes_get32(option.bytes + at + field->info->offset) -
                               facts->ack_base);
    if (out->count && !facts->ack_based)
        return WAY_BROKEN;
    return way_values_any(out);
}

#define FACT(name, kind, which, text, ...)                                                         \
    GIVEN(name, kind, TCP, get_fact, text, .needs = WAY_NEEDS_FLOW,                                \
          .argument = (which)__VA_OPT__(, ) __VA_ARGS__)
#define RELATIVE(name, which, text)                                                                \
    GIVEN(name, NUMBER, TCP, get_relative, text, .needs = WAY_NEEDS_FLOW, .argument = (which))

static const struct way_field_info rows[] = {
    FACT("tcp.stream", NUMBER, STREAM, "number of the connection in its capture, from 0"),
    RELATIVE("tcp.seq", SEQ, "sequence number from the connection's beginning: the SYN's is 0"),
    RELATIVE("tcp.nxtseq", NEXT_SEQ, "the relative number behind this segment"),
    RELATIVE("tcp.ack", ACK, "acknowledgement number, relative; absent without the flag"),
    LISTED("tcp.options.sack_le", NUMBER, TCP, get_edges, "left edges of SACK blocks, relative",
           .needs = WAY_NEEDS_FLOW, .offset = 0),
    LISTED("tcp.options.sack_re", NUMBER, TCP, get_edges, "right edges of SACK blocks, relative",
           .needs = WAY_NEEDS_FLOW, .offset = 4),
    FACT("tcp.window_size", NUMBER, WINDOW,
         "window, scaled; broken where the handshake was not captured"),
    FACT("tcp.analysis.retransmission", BOOL, RETRANSMISSION,
         "some of its sequence numbers were seen before (Wireshark guesses by the time)"),
    FACT("tcp.analysis.spurious_retransmission", BOOL, SPURIOUS,
         "and all of them were acknowledged before"),
    FACT("tcp.analysis.out_of_order", BOOL, OUT_OF_ORDER,
         "it fills a hole, with numbers that were not seen before"),
    FACT("tcp.analysis.lost_segment", BOOL, GAP, "something before it was not seen"),
    FACT("tcp.analysis.keep_alive", BOOL, KEEP_ALIVE,
         "at most a byte, at the number before the next"),
    FACT("tcp.analysis.duplicate_ack", BOOL, DUPLICATE_ACK,
         "the same acknowledgement and window again, without data"),
    FACT("tcp.analysis.duplicate_ack_num", NUMBER, DUPLICATE_ACK_NUMBER,
         "the how manieth repetition; absent where it is none"),
    FACT("tcp.analysis.bytes_in_flight", NUMBER, IN_FLIGHT,
         "bytes sent and not acknowledged, with this segment; absent without data"),
    FACT("tcp.analysis.initial_rtt", SPAN, ROUND_TRIP,
         "from the SYN to the client's acknowledgement; absent before"),
    FACT("tcp.time_relative", SPAN, SINCE_FIRST, "since the connection's first packet"),
    FACT("tcp.time_delta", SPAN, SINCE_LAST, "since the connection's last packet"),
};
WAY_FIELD_GROUP(way_fields_tcp_flow, "TCP, by the packets before");
