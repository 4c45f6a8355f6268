/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Stretches of packets.
 */
#include "analysis/judge/stretch.h"

#include <string.h>

static uint64_t combine(uint64_t a, uint64_t b)
{
    return (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
}

/* Data of a TCP stream: what is the same are source and ports. */
static bool segment(const struct way_level *level, struct way_stretch *out)
{
    const struct way_tcp *tcp = &level->tcp;

    if (!(level->present >> WAY_LAYER_TCP & 1) || way_cursor_left(&tcp->payload) == 0)
        return false;
    out->key = combine(level->ip.source, (uint64_t)tcp->source_port << 16 | tcp->destination_port);
    out->from = tcp->seq;
    out->len = (int64_t)way_cursor_left(&tcp->payload);
    out->bytes = tcp->payload.at;
    return true;
}

/* Payload of an IPv4 packet, or a part of it: source, protocol, identification. */
static bool fragment(const struct way_level *level, struct way_stretch *out)
{
    if (!(level->present >> WAY_LAYER_IP & 1) || way_cursor_left(&level->ip.payload) == 0)
        return false;
    out->key =
        combine(level->ip.source, (uint64_t)level->ip.protocol << 16 | level->ip.identification);
    out->from = level->ip.fragment_offset;
    out->len = (int64_t)way_cursor_left(&level->ip.payload);
    out->bytes = level->ip.payload.at;
    return true;
}

bool way_stretch_of(struct way_pass *pass, const struct way_rule *rule, bool main,
                    struct way_stand *stand, struct way_stretch *out)
{
    const struct way_level *level = way_view_level(&stand->view, 0);

    *out = (struct way_stretch){.whole = true, .len = 1};
    if ((rule->form == WAY_FORM_SEGMENTS && segment(level, out)) ||
        (rule->form == WAY_FORM_FRAGMENTS && fragment(level, out)))
        out->whole = false;
    if (rule->join == WAY_JOIN_FIELDS)
        return way_join_key(pass, rule, main, &out->key);
    if (out->whole)
        out->key = way_packet_identity(&stand->view, way_relation_is_exact(rule->relation));
    return true;
}

int64_t way_stretch_offset(const struct way_stretch *stretch, const struct way_stretch *piece)
{
    return (int32_t)(piece->from - stretch->from);
}

bool way_stretch_agrees(const struct way_rule *rule, const struct way_stretch *stretch,
                        const struct way_stretch *piece)
{
    enum { TRANSPORT_HEADER = 20 };
    int64_t offset = way_stretch_offset(stretch, piece);
    int64_t from = offset > 0 ? offset : 0;
    int64_t to = offset + piece->len < stretch->len ? offset + piece->len : stretch->len;

    if (stretch->whole || piece->whole)
        return stretch->whole == piece->whole;
    if (rule->form == WAY_FORM_FRAGMENTS && (int64_t)stretch->from + from < TRANSPORT_HEADER)
        from = TRANSPORT_HEADER - (int64_t)stretch->from;
    return to <= from ||
           memcmp(stretch->bytes + from, piece->bytes + (from - offset), (size_t)(to - from)) == 0;
}
