/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Windows: what is inside, what is not, and what cannot be told.
 *
 * Packets of one tap are in the order in which they were captured, however coarse
 * its stamps are. Everything else is decided by stamps, whose difference may be
 * wrong by the error of the clocks.
 */
#include "analysis/judge/pass.h"

#include <stdio.h>

/* By how much the difference of two stamps may be wrong: either way by the clocks
 * (`clock`); and by how much longer it may have become because links' emulation was late
 * (`late`). A frame that left late is stamped when it left: lateness changes no order, and
 * makes nothing come too early; it only excuses what comes too late. */
struct doubt {
    int64_t clock, late;
};

static struct doubt doubt_of(const struct way_pass *pass, int a, int b)
{
    struct doubt doubt = {.late = a >= 0 ? pass->tap_errors[a] : 0};

    if (a == b)
        return doubt;
    doubt.late += b >= 0 ? pass->tap_errors[b] : 0;
    doubt.clock = pass->setup->uncertainty;
    return doubt;
}

void way_doubt_write(const struct way_pass *pass, int a, int b, char *text, size_t size)
{
    struct doubt doubt = doubt_of(pass, a, b);
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = doubt.clock};
    char clock[64], late[64];

    way_datum_format(&span, clock, sizeof clock);
    span.number = doubt.late;
    way_datum_format(&span, late, sizeof late);
    if (doubt.clock && doubt.late)
        snprintf(text, size, ", and clocks may be off by %s, links late by %s", clock, late);
    else if (doubt.clock)
        snprintf(text, size, ", and clocks may be off by %s", clock);
    else
        snprintf(text, size, ", and links may be late by %s", late);
}

/* Whether a difference is `least` or more, as far as clocks tell. */
static enum way_truth not_below(int64_t difference, struct doubt doubt, int64_t least)
{
    if (difference - doubt.clock >= least)
        return WAY_TRUE;
    return difference + doubt.clock < least ? WAY_FALSE : WAY_UNDECIDED;
}

/* Whether it is `most` or less: what is above may be an emulation's lateness. */
static enum way_truth not_above(int64_t difference, struct doubt doubt, int64_t most)
{
    if (difference + doubt.clock <= most)
        return WAY_TRUE;
    return difference - doubt.clock - doubt.late > most ? WAY_FALSE : WAY_UNDECIDED;
}

static int64_t later_by(const struct way_kept *a, const struct way_kept *b)
{
    return b->record.time - a->record.time;
}

enum way_truth way_came_after(const struct way_pass *pass, const struct way_kept *a,
                              const struct way_kept *b)
{
    if (a->tap == b->tap && a->record.source == b->record.source)
        return b->record.number > a->record.number ? WAY_TRUE : WAY_FALSE;
    int64_t later = later_by(a, b), error = doubt_of(pass, a->tap, b->tap).clock;
    return later > error ? WAY_TRUE : later < -error || error == 0 ? WAY_FALSE : WAY_UNDECIDED;
}

enum way_truth way_came_within(const struct way_pass *pass, const struct way_kept *a,
                               const struct way_kept *b, int64_t at_least, int64_t at_most)
{
    struct doubt doubt = doubt_of(pass, a->tap, b->tap);
    int64_t later = later_by(a, b);
    enum way_truth low = not_below(later, doubt, at_least), high = not_above(later, doubt, at_most);

    return low < high ? low : high;
}

/* Whether a stamp at `tap` is behind (`behind`) or before the edge's fixed time. */
static enum way_truth beyond_time(const struct way_pass *pass, const struct way_edge *edge,
                                  int64_t time, int tap, bool behind)
{
    int64_t at = edge->at + edge->shift, error = tap >= 0 ? pass->setup->uncertainty : 0;
    int64_t difference = behind ? time - at : at - time;

    if (difference > error || (difference == error && edge->inclusive && error == 0))
        return WAY_TRUE;
    return difference < -error || error == 0 ? WAY_FALSE : WAY_UNDECIDED;
}

enum way_truth way_window_fixed(const struct way_pass *pass, const struct way_select *select,
                                const struct way_stand *stand)
{
    enum way_truth from = WAY_TRUE, to = WAY_TRUE;

    if (select->from.kind == WAY_EDGE_TIME)
        from = beyond_time(pass, &select->from, stand->record.time, stand->seen.tap, true);
    if (select->to.kind == WAY_EDGE_TIME)
        to = beyond_time(pass, &select->to, stand->record.time, stand->seen.tap, false);
    return from < to ? from : to;
}

/* The packet that an edge is: the bound one, or the next one like it. */
static const struct way_kept *edge_packet(const struct way_pass *pass, const struct way_edge *edge,
                                          const struct way_select *of)
{
    const struct way_kept *bound = pass->bound[edge->slot];

    if (edge->kind != WAY_EDGE_NEXT || !bound || !of)
        return bound;
    const struct way_kept_list *list = &pass->states[of->number].kept;
    size_t next = pass->bound_index[edge->slot] + 1;
    return next < list->count ? list->items[next] : NULL;
}

static const struct way_select *bound_by(const struct way_pass *pass, unsigned slot)
{
    return pass->slot_selects ? pass->slot_selects[slot] : NULL;
}

bool way_edge_time(const struct way_pass *pass, const struct way_edge *edge, int64_t *out)
{
    if (edge->kind == WAY_EDGE_TIME) {
        *out = edge->at + edge->shift;
        return true;
    }
    if (edge->kind == WAY_EDGE_OPEN)
        return false;
    const struct way_kept *packet = edge_packet(pass, edge, bound_by(pass, edge->slot));
    if (packet)
        *out = packet->record.time + edge->shift;
    return packet != NULL;
}

/* Whether the packet is behind (or before) the one that the edge is. */
static enum way_truth beyond_packet(const struct way_pass *pass, const struct way_edge *edge,
                                    const struct way_kept *kept, bool behind)
{
    const struct way_kept *packet = edge_packet(pass, edge, bound_by(pass, edge->slot));

    if (!packet) /* no next one: the window is open there; unbound: nothing is inside */
        return edge->kind == WAY_EDGE_NEXT && pass->bound[edge->slot] ? WAY_TRUE : WAY_FALSE;
    if (edge->shift == 0) {
        if (packet == kept)
            return edge->inclusive ? WAY_TRUE : WAY_FALSE;
        return behind ? way_came_after(pass, packet, kept) : way_came_after(pass, kept, packet);
    }
    struct doubt doubt = doubt_of(pass, packet->tap, kept->tap);
    int64_t later = later_by(packet, kept), least = edge->inclusive ? 0 : 1; /* ns */
    return behind ? not_below(later, doubt, edge->shift + least)
                  : not_above(later, doubt, edge->shift - least);
}

static bool is_packet(const struct way_edge *edge)
{
    return edge->kind == WAY_EDGE_SLOT || edge->kind == WAY_EDGE_NEXT;
}

bool way_window_is_bound(const struct way_select *select)
{
    return is_packet(&select->from) || is_packet(&select->to);
}

enum way_truth way_window_bound(const struct way_pass *pass, const struct way_select *select,
                                const struct way_kept *kept)
{
    enum way_truth from = WAY_TRUE, to = WAY_TRUE;

    if (is_packet(&select->from))
        from = beyond_packet(pass, &select->from, kept, true);
    if (is_packet(&select->to) && from != WAY_FALSE)
        to = beyond_packet(pass, &select->to, kept, false);
    return from < to ? from : to;
}

size_t way_kept_first_at(const struct way_kept_list *list, int64_t time)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle]->record.time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void way_window_range(const struct way_pass *pass, const struct way_select *select, size_t *first,
                      size_t *end)
{
    enum { BACKWARDS = WAY_SOURCE_BACKWARDS_MAX };
    const struct way_kept_list *list = &pass->states[select->number].kept;
    const struct way_kept *packet;
    int64_t slack = pass->setup->uncertainty + BACKWARDS;

    for (size_t i = 0; i < select->tap_count; i++)
        slack += 2 * pass->tap_errors[select->taps[i]];
    *first = 0;
    *end = list->count;
    if (is_packet(&select->from) &&
        (packet = edge_packet(pass, &select->from, bound_by(pass, select->from.slot))))
        *first = way_kept_first_at(list, packet->record.time + select->from.shift - slack);
    if (is_packet(&select->to) &&
        (packet = edge_packet(pass, &select->to, bound_by(pass, select->to.slot))))
        *end = way_kept_first_at(list, packet->record.time + select->to.shift + slack + 1);
}
