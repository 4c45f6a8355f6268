/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What captures do not show because they had not begun, or had ended.
 *
 * What is missing in a window that goes on when the captures have ended may still have
 * come: nothing can be held by it. Of files that is a failure, and said (a longer capture
 * was needed); a live capture always ends in the midst of something: what was under way
 * then is undecided.
 */
#include "analysis/judge/pass.h"

int64_t way_live_until(const struct way_pass *pass, const struct way_select *select)
{
    int64_t until = INT64_MAX;

    for (size_t i = 0; i < select->tap_count; i++) {
        int64_t one = pass->setup->taps[select->taps[i]].live_until;
        one = one > pass->tap_last[select->taps[i]] ? one : pass->tap_last[select->taps[i]];
        until = one < until ? one : until;
    }
    return until;
}

int64_t way_live_from(const struct way_pass *pass, const struct way_select *select)
{
    int64_t from = INT64_MIN;

    for (size_t i = 0; i < select->tap_count; i++) {
        int64_t one = pass->setup->taps[select->taps[i]].live_from;
        from = one > from ? one : from;
    }
    return from;
}

/* A tap may be quiet for long: files go on as long as any of them does. */
bool way_outlives(const struct way_pass *pass, const struct way_select *select, int64_t time)
{
    return time > pass->last && time > way_live_until(pass, select);
}

bool way_predates(const struct way_pass *pass, const struct way_select *select, int64_t time)
{
    return time < way_live_from(pass, select);
}

const char *way_window_missed(const struct way_pass *pass, const struct way_select *select)
{
    int64_t from, to;
    bool begins = way_edge_time(pass, &select->from, &from);
    bool ends = way_edge_time(pass, &select->to, &to);

    if (begins && ends && from - to > pass->setup->uncertainty)
        return "it ends before it begins";
    if (begins && way_outlives(pass, select, from))
        return "the captures end before it begins";
    if (ends && (to < pass->first || way_predates(pass, select, to)))
        return "the captures begin after it has ended";
    return NULL;
}

const char *way_window_cut_before(const struct way_pass *pass, const struct way_select *select)
{
    int64_t from;

    if (select->from.shift < 0 && way_edge_time(pass, &select->from, &from) &&
        (from < pass->first || way_predates(pass, select, from)))
        return "the captures begin after it has begun";
    return NULL;
}

const char *way_window_cut_behind(const struct way_pass *pass, const struct way_select *select)
{
    int64_t to;

    if (select->to.shift > 0 && way_edge_time(pass, &select->to, &to) &&
        way_outlives(pass, select, to))
        return "the captures end before it does";
    return NULL;
}

enum way_truth way_unseen(const struct way_pass *pass)
{
    return pass->live_end ? WAY_UNDECIDED : WAY_FALSE;
}

bool way_is_unseen(const struct way_pass *pass, const struct way_select *select,
                   struct way_reach reach, bool all)
{
    bool forward = reach.to >= reach.time;
    int64_t edge;

    if (all)
        reach.from = reach.to = reach.time;
    if (way_edge_time(pass, &select->from, &edge) && edge > reach.from)
        reach.from = edge;
    if (way_edge_time(pass, &select->to, &edge) && edge < reach.to)
        reach.to = edge;
    return way_predates(pass, select, reach.from) ||
           (forward &&
            (all ? reach.to > way_live_until(pass, select) : way_outlives(pass, select, reach.to)));
}
