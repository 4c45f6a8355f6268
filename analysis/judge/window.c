/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Windows: what is inside, what is not, and what cannot be told.
 *
 * Packets of one tap are in the order in which they were captured, however coarse
 * its stamps are. Everything else is decided by stamps, whose difference may be
 * wrong by the error of the clocks.
 */
#include "analysis/judge/pass.h"

/* Whether a difference that may be wrong by `error` is from `at_least` to `at_most`. */
static enum way_truth between(int64_t difference, int64_t error, int64_t at_least, int64_t at_most)
{
    if (difference - error >= at_least && difference + error <= at_most)
        return WAY_TRUE;
    if (difference + error < at_least || difference - error > at_most)
        return WAY_FALSE;
    return WAY_UNDECIDED;
}

/* By how much a span between two stamps may be wrong: by the clocks, and by what the
 * links' emulation was late. */
static int64_t stamp_error(const struct way_pass *pass, int a, int b)
{
    int64_t error = a >= 0 ? pass->tap_errors[a] : 0;

    if (a == b)
        return error;
    return error + (b >= 0 ? pass->tap_errors[b] : 0) + pass->setup->uncertainty;
}

int64_t way_later(const struct way_pass *pass, const struct way_kept *a, const struct way_kept *b,
                  int64_t *error)
{
    *error = stamp_error(pass, a->tap, b->tap);
    return b->record.time - a->record.time;
}

enum way_truth way_came_after(const struct way_pass *pass, const struct way_kept *a,
                              const struct way_kept *b)
{
    int64_t error;

    if (a->tap == b->tap && a->record.source == b->record.source)
        return b->record.number > a->record.number ? WAY_TRUE : WAY_FALSE;
    /* A frame that left late is stamped when it left: for their order the clocks count. */
    int64_t later = way_later(pass, a, b, &error);
    error = a->tap == b->tap ? 0 : pass->setup->uncertainty;
    return later > error ? WAY_TRUE : later < -error || error == 0 ? WAY_FALSE : WAY_UNDECIDED;
}

enum way_truth way_came_within(const struct way_pass *pass, const struct way_kept *a,
                               const struct way_kept *b, int64_t at_least, int64_t at_most)
{
    int64_t error, later = way_later(pass, a, b, &error);

    return between(later, error, at_least, at_most);
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
    int64_t error;

    if (!packet) /* no next one: the window is open there; unbound: nothing is inside */
        return edge->kind == WAY_EDGE_NEXT && pass->bound[edge->slot] ? WAY_TRUE : WAY_FALSE;
    if (edge->shift == 0) {
        if (packet == kept)
            return edge->inclusive ? WAY_TRUE : WAY_FALSE;
        return behind ? way_came_after(pass, packet, kept) : way_came_after(pass, kept, packet);
    }
    int64_t later = way_later(pass, packet, kept, &error) - edge->shift;
    if (!behind)
        later = -later;
    return later > error || (later == error && edge->inclusive) ? WAY_TRUE
           : later < -error || error == 0                       ? WAY_FALSE
                                                                : WAY_UNDECIDED;
}

static bool is_packet(const struct way_edge *edge)
{
    return edge->kind == WAY_EDGE_SLOT || edge->kind == WAY_EDGE_NEXT;
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

/* The first of the list that is stamped at `time` or later; stamps that run backwards
 * a little are allowed for. */
static size_t first_at(const struct way_kept_list *list, int64_t time)
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
        *first = first_at(list, packet->record.time + select->from.shift - slack);
    if (is_packet(&select->to) &&
        (packet = edge_packet(pass, &select->to, bound_by(pass, select->to.slot))))
        *end = first_at(list, packet->record.time + select->to.shift + slack + 1);
}
