/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which of the others are looked at: those with the same key, where fields or the
 * connection join them; the one with the same number, where the order does; else
 * all that can be near enough in time. Of each it is asked whether it is meant, whether
 * it stands in the order that the relation says, and whether it is as demanded.
 */
#include "analysis/judge/relation_search.h"

#include <stdlib.h>

#include "analysis/lang/memory.h"

/* ---- joins ---- */

/* The key of the packet in slot 0, on its side of the join. */
static bool join_key(struct way_pass *pass, const struct way_relating *relating, bool main,
                     uint64_t *key)
{
    const struct way_rule *rule = relating->rule;

    if (rule->join == WAY_JOIN_FIELDS)
        return way_join_key(pass, rule, main, key);
    if (rule->join == WAY_JOIN_CONNECTION) {
        *key = way_connection_of(pass, relating->asks_log, &pass->stands[WAY_SLOT_SELF]);
        return *key != 0;
    }
    return false;
}

static bool has_keys(const struct way_rule *rule)
{
    return rule->join == WAY_JOIN_FIELDS || rule->join == WAY_JOIN_CONNECTION;
}

static void sort_others(struct way_pass *pass, struct way_relating *relating)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept_list *list = &pass->states[rule->other->number].kept;

    relating->is_sorted = true;
    relating->joined = way_memory_array(list->count, sizeof *relating->joined);
    for (size_t i = 0; i < list->count; i++) {
        uint64_t key;
        way_pass_put(pass, WAY_SLOT_SELF, list->items[i]);
        if (join_key(pass, relating, false, &key))
            relating->joined[relating->joined_count++] = (struct way_joined){key, i};
    }
    way_joined_sort(relating->joined, relating->joined_count);
}

void way_relating_free(struct way_relating *relating)
{
    free(relating->joined);
    way_become_kept_free(relating);
    relating->joined = NULL;
}

/* The first that has the key and is stamped at `time` or later, or has a greater key. Those of
 * one key are in the order in which they passed; stamps that run backwards a little are allowed
 * for by whoever asks. */
static size_t first_joined(const struct way_relating *relating, const struct way_kept_list *list,
                           uint64_t key, int64_t time)
{
    size_t low = 0, high = relating->joined_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct way_joined *joined = &relating->joined[middle];
        if (joined->key < key ||
            (joined->key == key && list->items[joined->index]->record.time < time))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- one other packet ---- */

/* Whether `b`, the other one, stands to `a` in the order that the relation says. */
static enum way_truth in_order(struct way_pass *pass, const struct way_rule *rule,
                               const struct way_kept *a, const struct way_kept *b)
{
    int64_t at_least = rule->has_within ? rule->at_least : 0;
    int64_t at_most = rule->has_within ? rule->at_most : INT64_MAX / 4;
    enum way_truth after, timely;

    switch (rule->relation) {
    case WAY_RELATION_AFTER_ITS:
    case WAY_RELATION_PRECEDED:
        after = way_came_after(pass, b, a);
        timely = rule->has_within ? way_came_within(pass, b, a, at_least, at_most) : WAY_TRUE;
        break;
    case WAY_RELATION_ACCOMPANIED:
        after = WAY_TRUE;
        timely = rule->has_within ? way_came_within(pass, a, b, -at_most, at_most) : WAY_TRUE;
        break;
    default: /* BEFORE_ITS, FOLLOWED */
        after = way_came_after(pass, a, b);
        timely = rule->has_within ? way_came_within(pass, a, b, at_least, at_most) : WAY_TRUE;
        break;
    }
    return after < timely ? after : timely;
}

int64_t way_search_distance(const struct way_kept *a, const struct way_kept *b)
{
    int64_t later = b->record.time - a->record.time;

    return later < 0 ? -later : later;
}

static bool is_nearer(const struct way_search *search, const struct way_kept *one,
                      const struct way_kept *than)
{
    return !than ||
           way_search_distance(search->main, one) < way_search_distance(search->main, than);
}

static enum way_truth look_at(struct way_pass *pass, const struct way_rule *rule, size_t index,
                              struct way_search *search)
{
    const struct way_kept *other = pass->states[rule->other->number].kept.items[index];

    if (other->record.source == search->main->record.source &&
        other->record.number == search->main->record.number)
        return WAY_FALSE; /* no packet is related to itself */
    enum way_truth truth = way_related_inside(pass, rule->other, index);
    if (truth < WAY_UNDECIDED)
        return WAY_FALSE;
    search->meant++;
    enum way_truth order = in_order(pass, rule, search->main, other);
    if (is_nearer(search, other, search->nearest)) {
        search->nearest = other;
        search->nearest_is_timely = order == WAY_TRUE;
    }
    truth = order < truth ? order : truth;
    if (truth != WAY_FALSE && rule->other_with) {
        enum way_truth with = way_evaluate(&pass->evaluation, rule->other_with);
        if (with != WAY_TRUE && is_nearer(search, other, search->unlike))
            search->unlike = other;
        with = with == WAY_UNKNOWN ? WAY_FALSE : with;
        truth = with < truth ? with : truth;
    }
    if (truth == WAY_TRUE && is_nearer(search, other, search->held))
        search->held = other;
    search->tally.hold += truth == WAY_TRUE;
    search->tally.may += truth == WAY_UNDECIDED;
    return truth;
}

/* ---- which others ---- */

bool way_relation_looks_back(enum way_relation relation)
{
    return relation == WAY_RELATION_PRECEDED || relation == WAY_RELATION_AFTER_ITS;
}

static int64_t largest_error(const struct way_pass *pass, const struct way_select *select)
{
    int64_t largest = 0;

    for (size_t i = 0; i < select->tap_count; i++)
        if (pass->tap_errors[select->taps[i]] > largest)
            largest = pass->tap_errors[select->taps[i]];
    return largest;
}

/* The stamps that others can have which stand to the packet in the relation's order. */
static void find_stamps(const struct way_pass *pass, const struct way_rule *rule, int64_t time,
                        int64_t *from, int64_t *to)
{
    int64_t slack = pass->setup->uncertainty + WAY_SOURCE_BACKWARDS_MAX +
                    largest_error(pass, rule->main) + largest_error(pass, rule->other);
    int64_t reach = rule->has_within ? rule->at_most + slack : INT64_MAX / 4;
    bool either_way = rule->relation == WAY_RELATION_ACCOMPANIED;

    *from = time - (either_way || way_relation_looks_back(rule->relation) ? reach : slack);
    *to = time + (either_way || !way_relation_looks_back(rule->relation) ? reach : slack);
}

/* Whether the first that holds ends the search: what is asked is whether there is one. */
static bool one_decides(const struct way_rule *rule)
{
    return rule->other_quantifier == WAY_SOME || rule->other_quantifier == WAY_NO;
}

/* Those that have the packet's key and are near enough in time, the nearest first where the
 * relation looks back. Where none of them is it, the next ones in time are looked at as well:
 * they may explain it. */
static void look_by_key(struct way_pass *pass, struct way_relating *relating,
                        struct way_search *search, bool *joined)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept_list *list = &pass->states[rule->other->number].kept;
    uint64_t key;
    int64_t from, to;

    *joined = join_key(pass, relating, true, &key);
    if (!*joined)
        return;
    if (!relating->is_sorted)
        sort_others(pass, relating);
    find_stamps(pass, rule, search->main->record.time, &from, &to);
    size_t first = first_joined(relating, list, key, from);
    size_t end = first_joined(relating, list, key, to + 1);
    for (size_t n = 0; n < end - first; n++) {
        size_t i = way_relation_looks_back(rule->relation) ? end - 1 - n : first + n;
        if (look_at(pass, rule, relating->joined[i].index, search) == WAY_TRUE && one_decides(rule))
            return;
    }
    if (first > 0 && relating->joined[first - 1].key == key)
        look_at(pass, rule, relating->joined[first - 1].index, search);
    if (end < relating->joined_count && relating->joined[end].key == key)
        look_at(pass, rule, relating->joined[end].index, search);
}

/* The n-th of the others, with the n-th packet of the rule's. Packets come with rising
 * numbers, so that the search goes on where it was left; but where `was` has a say in which
 * others are meant, it begins anew. */
static void look_by_order(struct way_pass *pass, struct way_relating *relating, size_t nth,
                          struct way_search *search)
{
    const struct way_rule *rule = relating->rule;
    size_t first, end;

    way_window_range(pass, rule->other, &first, &end);
    if (rule->other->slots >> WAY_SLOT_WAS & 1)
        relating->order_at = relating->order_seen = 0;
    if (relating->order_at < first)
        relating->order_at = first;
    for (size_t i = relating->order_at; i < end; i++) {
        relating->order_at = i;
        enum way_truth inside = way_related_inside(pass, rule->other, i);
        if (inside < WAY_UNDECIDED)
            continue;
        relating->order_doubtful |= inside == WAY_UNDECIDED;
        if (relating->order_seen == nth) {
            look_at(pass, rule, i, search);
            return;
        }
        relating->order_seen++;
    }
    relating->order_at = end;
}

/* All that can be near enough in time, and inside of the window. */
static void look_by_time(struct way_pass *pass, const struct way_rule *rule,
                         struct way_search *search)
{
    const struct way_kept_list *list = &pass->states[rule->other->number].kept;
    size_t first, end;
    int64_t from, to;

    find_stamps(pass, rule, search->main->record.time, &from, &to);
    way_window_range(pass, rule->other, &first, &end);
    size_t low = way_kept_first_at(list, from), high = way_kept_first_at(list, to + 1);
    first = low > first ? low : first;
    end = high < end ? high : end;
    struct way_meant some = way_meant_in(pass, rule->other, first, end);
    for (size_t n = 0; n < some.count; n++) {
        size_t i =
            way_meant_at(&some, way_relation_looks_back(rule->relation) ? some.count - 1 - n : n);
        if (look_at(pass, rule, i, search) == WAY_TRUE && one_decides(rule))
            return;
    }
}

bool way_search_others(struct way_pass *pass, struct way_relating *relating, size_t nth,
                       struct way_search *search)
{
    const struct way_rule *rule = relating->rule;
    bool joined = true;

    if (has_keys(rule))
        look_by_key(pass, relating, search, &joined);
    else if (rule->join == WAY_JOIN_ORDER)
        look_by_order(pass, relating, nth, search);
    else
        look_by_time(pass, rule, search);
    return joined;
}
