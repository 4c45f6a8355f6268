/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections of the access log.
 *
 * A line of the log names a connection's two legs: from the client to the origin,
 * and from the proxy to the origin by the proxy's own port. A packet belongs to the
 * line whose leg it is on, either way, and in whose time it is; ports are used
 * again, so of several lines that fit it is the latest that has begun.
 */
#include "analysis/judge/pass.h"

#include <arpa/inet.h>

/* What a stamp may be before a connection's first word in the log, ns: the SYN comes
 * to the tap before the program sees it. */
enum { BEFORE = 1000 * 1000 * 1000 };

static bool is_leg(const struct way_judge_connection *connection, uint32_t address, uint16_t port,
                   uint32_t peer, uint16_t peer_port)
{
    if (peer != connection->origin || peer_port != connection->origin_port)
        return false;
    if (address == connection->client && port == connection->client_port)
        return true;
    for (size_t i = 0; i < 2; i++)
        if (connection->local_ports[i] && connection->local_ports[i] == port &&
            address != connection->client)
            return true;
    return false;
}

static uint64_t in_log(const struct way_pass *pass, const struct way_level *level, int64_t time)
{
    const struct way_judge_setup *setup = pass->setup;
    uint32_t source = ntohl(level->ip.source), destination = ntohl(level->ip.destination);
    uint16_t from = level->tcp.source_port, to = level->tcp.destination_port;
    uint64_t found = 0;

    for (size_t i = 0; i < setup->connection_count; i++) {
        const struct way_judge_connection *connection = &setup->connections[i];
        if (time < connection->from - BEFORE)
            continue;
        if (!is_leg(connection, source, from, destination, to) &&
            !is_leg(connection, destination, to, source, from))
            continue;
        if (!found || connection->from >= setup->connections[found - 1].from)
            found = i + 1;
    }
    return found;
}

uint64_t way_connection_of(const struct way_pass *pass, struct way_stand *stand)
{
    const struct way_level *level = way_view_level(&stand->view, 0);

    if (!(level->present >> WAY_LAYER_TCP & 1))
        return 0;
    if (pass->setup->has_log)
        return in_log(pass, level, stand->record.time);
    uint64_t here = (uint64_t)level->ip.source << 16 | level->tcp.source_port;
    uint64_t there = (uint64_t)level->ip.destination << 16 | level->tcp.destination_port;
    return (here < there ? here * 31 + there : there * 31 + here) | 1;
}

void way_claims_note(struct way_pass *pass, struct way_stand *stand)
{
    const struct way_level *level = way_view_level(&stand->view, 0);
    enum { BITS = 64 };

    if (!(level->present >> WAY_LAYER_TCP & 1) || !(level->tcp.flags & WAY_TCP_SYN) ||
        stand->seen.tap >= BITS)
        return;
    uint64_t connection = in_log(pass, level, stand->record.time);
    if (connection)
        pass->seen_on[connection - 1] |= UINT64_C(1) << stand->seen.tap;
}

/* The taps of both sides of a relation. */
static uint64_t taps_of(const struct way_rule *rule)
{
    uint64_t taps = 0;

    for (size_t i = 0; i < rule->main->tap_count; i++)
        taps |= UINT64_C(1) << rule->main->taps[i] % 64;
    for (size_t i = 0; i < rule->other->tap_count; i++)
        taps |= UINT64_C(1) << rule->other->taps[i] % 64;
    return taps;
}

void way_claims_judge(struct way_pass *pass, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = outcome->rule;
    const struct way_judge_setup *setup = pass->setup;

    if (!pass->seen_on || rule->join != WAY_JOIN_CONNECTION ||
        rule->main->from.kind != WAY_EDGE_OPEN || rule->main->to.kind != WAY_EDGE_OPEN)
        return;
    for (size_t i = 0; i < setup->connection_count; i++) {
        const struct way_judge_connection *one = &setup->connections[i];
        struct way_note *note =
            pass->seen_on[i] & taps_of(rule) ? NULL : way_outcome_note(outcome, false, NULL);
        if (!note)
            continue;
        way_note_write(note->expected, "packets of each connection of the access log");
        way_note_write(note->found, "none of connection %s, from port %u to port %u", one->id,
                       one->client_port, one->origin_port);
    }
}
