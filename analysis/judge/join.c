/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections of the access log.
 *
 * A line of the log names a connection's two legs: from the client to the origin,
 * and from the proxy to the origin by the proxy's own port. A packet belongs to the
 * line whose leg it is on, either way, and in whose time it is; ports are used
 * again, so of several lines that fit it is the latest that has begun.
 *
 * On one link a connection has one leg: there its packets are known by addresses and
 * ports, and the log, which knows nothing of what goes past the proxy, is not asked.
 */
#include "analysis/judge/pass.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdlib.h>

#include "analysis/lang/memory.h"

/* What a stamp may be before a connection's first word in the log, ns: the SYN comes
 * to the tap before the program sees it. */
enum { BEFORE = 1000 * 1000 * 1000, WORD_BITS = 64 };

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

/* ---- looking up ---- */

/* Lines of the log under what their legs have in common, in the order of the log. */
struct way_log_index {
    GHashTable *legs; /* key to GArray of indices */
    uint64_t *shown;  /* of each line, `words` of them: a bit for each tap that showed its SYN */
    size_t words;
};

/* The client's leg by all four (the proxy's has many addresses: without the address). */
static uint64_t leg_key(uint32_t address, uint16_t port, uint32_t origin, uint16_t origin_port)
{
    uint64_t ports = (uint64_t)port << 16 | origin_port;

    return ((uint64_t)address << 32 | origin) * UINT64_C(0x9e3779b97f4a7c15) ^ ports;
}

static void add_leg(GHashTable *legs, uint64_t key, size_t line)
{
    GArray *lines = g_hash_table_lookup(legs, way_key_pointer(key));

    if (!lines) {
        lines = g_array_new(FALSE, FALSE, sizeof line);
        g_hash_table_insert(legs, way_key_pointer(key), lines);
    }
    g_array_append_val(lines, line);
}

static void free_lines(void *lines)
{
    g_array_free(lines, TRUE);
}

void way_log_begin(struct way_pass *pass)
{
    const struct way_judge_setup *setup = pass->setup;
    struct way_log_index *log = way_memory_array(1, sizeof *log);

    log->legs = g_hash_table_new_full(NULL, NULL, NULL, free_lines);
    log->words = pass->program->tap_count / WORD_BITS + 1;
    log->shown = way_memory_array(setup->connection_count, log->words * sizeof *log->shown);
    for (size_t i = 0; i < setup->connection_count; i++) {
        const struct way_judge_connection *one = &setup->connections[i];
        add_leg(log->legs, leg_key(one->client, one->client_port, one->origin, one->origin_port),
                i);
        for (size_t n = 0; n < 2; n++)
            if (one->local_ports[n])
                add_leg(log->legs, leg_key(0, one->local_ports[n], one->origin, one->origin_port),
                        i);
    }
    pass->log = log;
}

void way_log_end(struct way_pass *pass)
{
    if (!pass->log)
        return;
    g_hash_table_destroy(pass->log->legs);
    free(pass->log->shown);
    free(pass->log);
}

/* A packet's ends: one of them is the origin. */
struct ends {
    uint32_t address, origin;
    uint16_t port, origin_port;
    int64_t time;
};

/* The latest line (from 1) under the key that the ends belong to, and that is later than
 * `found`; else `found`. */
static uint64_t latest(const struct way_pass *pass, uint64_t key, const struct ends *ends,
                       uint64_t found)
{
    const struct way_judge_connection *all = pass->setup->connections;
    const GArray *lines = g_hash_table_lookup(pass->log->legs, way_key_pointer(key));

    for (guint n = 0; lines && n < lines->len; n++) {
        size_t i = g_array_index(lines, size_t, n);
        if (ends->time >= all[i].from - BEFORE &&
            is_leg(&all[i], ends->address, ends->port, ends->origin, ends->origin_port) &&
            (!found || all[i].from >= all[found - 1].from))
            found = i + 1;
    }
    return found;
}

static uint64_t in_log(const struct way_pass *pass, const struct way_level *level, int64_t time)
{
    const struct ends there = {ntohl(level->ip.source), ntohl(level->ip.destination),
                               level->tcp.source_port, level->tcp.destination_port, time};
    const struct ends back = {there.origin, there.address, there.origin_port, there.port, time};
    const struct ends *ways[] = {&there, &back};
    uint64_t found = 0;

    for (size_t i = 0; i < 2; i++) {
        const struct ends *ends = ways[i];
        found = latest(pass, leg_key(ends->address, ends->port, ends->origin, ends->origin_port),
                       ends, found);
        found = latest(pass, leg_key(0, ends->port, ends->origin, ends->origin_port), ends, found);
    }
    return found;
}

/* ---- packets ---- */

/* Whether each tap of `some` is an end of a link of which `others` has one, too. */
static bool links_are_among(const struct way_program *program, const struct way_select *some,
                            const struct way_select *others)
{
    for (size_t i = 0; i < some->tap_count; i++) {
        const char *name = program->taps[some->taps[i]];
        size_t length = strcspn(name, "@"), k = 0;
        while (k < others->tap_count &&
               (strncmp(program->taps[others->taps[k]], name, length) != 0 ||
                strcspn(program->taps[others->taps[k]], "@") != length))
            k++;
        if (k == others->tap_count)
            return false;
    }
    return true;
}

bool way_join_asks_log(const struct way_pass *pass, const struct way_rule *rule)
{
    return pass->setup->has_log && rule->join == WAY_JOIN_CONNECTION &&
           !(links_are_among(pass->program, rule->main, rule->other) &&
             links_are_among(pass->program, rule->other, rule->main));
}

uint64_t way_connection_of(const struct way_pass *pass, bool by_log, struct way_stand *stand)
{
    const struct way_level *level = way_view_level(&stand->view, 0);

    if (!(level->present >> WAY_LAYER_TCP & 1))
        return 0;
    if (by_log)
        return in_log(pass, level, stand->record.time);
    uint64_t here = (uint64_t)level->ip.source << 16 | level->tcp.source_port;
    uint64_t there = (uint64_t)level->ip.destination << 16 | level->tcp.destination_port;
    return here < there ? way_key_of_two(here, there) : way_key_of_two(there, here);
}

/* ---- the log's claims ---- */

void way_claims_note(struct way_pass *pass, struct way_stand *stand)
{
    const struct way_level *level = way_view_level(&stand->view, 0);
    struct way_log_index *log = pass->log;

    if (!(level->present >> WAY_LAYER_TCP & 1) || !(level->tcp.flags & WAY_TCP_SYN))
        return;
    uint64_t line = in_log(pass, level, stand->record.time);
    unsigned tap = (unsigned)stand->seen.tap;
    if (line)
        log->shown[(line - 1) * log->words + tap / WORD_BITS] |= UINT64_C(1) << tap % WORD_BITS;
}

/* Whether any of the select's taps has shown the line. */
static bool is_shown(const struct way_log_index *log, size_t line, const struct way_select *select)
{
    for (size_t i = 0; i < select->tap_count; i++) {
        unsigned tap = select->taps[i];
        if (log->shown[line * log->words + tap / WORD_BITS] >> tap % WORD_BITS & 1)
            return true;
    }
    return false;
}

/* Whether the line begins inside of the select's window, as far as marks say: what packets
 * bound is not asked for lines. */
static bool begins_inside(const struct way_select *select, int64_t from)
{
    const struct way_edge *edges[] = {&select->from, &select->to};

    for (size_t i = 0; i < 2; i++) {
        int64_t at = edges[i]->at + edges[i]->shift;
        if (edges[i]->kind == WAY_EDGE_OPEN)
            continue;
        if (edges[i]->kind != WAY_EDGE_TIME || (i == 0 ? from < at : from > at))
            return false;
    }
    return true;
}

/* Whether the rule's taps have shown any connection of the line's client: in a part of the
 * run, one of several links is looked at. */
static bool is_of_known_client(const struct way_pass *pass, const struct way_rule *rule,
                               size_t line)
{
    const struct way_judge_connection *all = pass->setup->connections;

    for (size_t i = 0; i < pass->setup->connection_count; i++)
        if (all[i].client == all[line].client &&
            (is_shown(pass->log, i, rule->main) || is_shown(pass->log, i, rule->other)))
            return true;
    return false;
}

void way_claims_judge(struct way_pass *pass, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = outcome->rule;
    const struct way_judge_setup *setup = pass->setup;

    if (!way_join_asks_log(pass, rule))
        return;
    bool windowless =
        rule->main->from.kind == WAY_EDGE_OPEN && rule->main->to.kind == WAY_EDGE_OPEN;
    for (size_t i = 0; i < setup->connection_count; i++) {
        const struct way_judge_connection *one = &setup->connections[i];
        if (!begins_inside(rule->main, one->from) || is_shown(pass->log, i, rule->main) ||
            is_shown(pass->log, i, rule->other) ||
            (!windowless && !is_of_known_client(pass, rule, i)))
            continue;
        struct way_note *note = way_outcome_note(outcome, false, NULL);
        if (!note)
            continue;
        way_note_write(note->expected, "packets of each connection of the access log");
        way_note_write(note->found, "none of connection %s, from port %u to port %u", one->id,
                       one->client_port, one->origin_port);
    }
}
