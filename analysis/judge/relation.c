/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Relations, over kept packets.
 *
 * Which of the others are looked at: those with the same key, where fields or the
 * connection join them; the one with the same number, where the order does; else
 * all that can be near enough in time. Of each it is asked whether it is meant, whether
 * it stands in the order that the relation says, and whether it is as demanded.
 */
#include "analysis/judge/relation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What is found while the others are looked at. */
struct search {
    const struct way_kept *main;
    struct way_tally tally;
    size_t meant;                   /* others that are meant, in whatever order */
    const struct way_kept *nearest; /* of these, in time */
    bool nearest_is_timely;
    const struct way_kept *unlike; /* of those in order, the nearest that is not as demanded */
    const struct way_kept *held;   /* the nearest of which all holds */
    struct way_found *found;
};

static int64_t distance(const struct way_kept *a, const struct way_kept *b)
{
    int64_t later = b->record.time - a->record.time;

    return later < 0 ? -later : later;
}

static bool is_nearer(const struct search *search, const struct way_kept *one,
                      const struct way_kept *than)
{
    return !than || distance(search->main, one) < distance(search->main, than);
}

static enum way_truth look_at(struct way_pass *pass, const struct way_rule *rule, size_t index,
                              struct search *search)
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

static bool looks_back(enum way_relation relation)
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

    *from = time - (either_way || looks_back(rule->relation) ? reach : slack);
    *to = time + (either_way || !looks_back(rule->relation) ? reach : slack);
}

/* Whether the first that holds ends the search: what is asked is whether there is one. */
static bool one_decides(const struct way_rule *rule)
{
    return rule->other_quantifier == WAY_SOME || rule->other_quantifier == WAY_NO;
}

/* Those that have the packet's key and are near enough in time, the nearest first where the
 * relation looks back. Where none of them is it, the next ones in time are looked at as well:
 * they may explain it. */
static void look_by_key(struct way_pass *pass, struct way_relating *relating, struct search *search,
                        bool *joined)
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
        size_t i = looks_back(rule->relation) ? end - 1 - n : first + n;
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
                          struct search *search)
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
        if (way_related_inside(pass, rule->other, i) < WAY_UNDECIDED)
            continue;
        if (relating->order_seen == nth) {
            look_at(pass, rule, i, search);
            return;
        }
        relating->order_seen++;
    }
    relating->order_at = end;
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

/* All that can be near enough in time, and inside of the window. */
static void look_by_time(struct way_pass *pass, const struct way_rule *rule, struct search *search)
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
        size_t i = way_meant_at(&some, looks_back(rule->relation) ? some.count - 1 - n : n);
        if (look_at(pass, rule, i, search) == WAY_TRUE && one_decides(rule))
            return;
    }
}

/* ---- the relation ---- */

static const char *relation_words(enum way_relation relation)
{
    static const char *const words[] = {[WAY_RELATION_AFTER_ITS] = "before it",
                                        [WAY_RELATION_BEFORE_ITS] = "after it",
                                        [WAY_RELATION_FOLLOWED] = "after it",
                                        [WAY_RELATION_PRECEDED] = "before it",
                                        [WAY_RELATION_ACCOMPANIED] = "beside it"};

    return words[relation];
}

/* " within 1s", " within 300ms to 400ms"; "" where the rule says nothing. */
static void within_text(const struct way_rule *rule, char *text, size_t size)
{
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = rule->at_least};
    char least[64], most[64];

    way_datum_format(&span, least, sizeof least);
    span.number = rule->at_most;
    way_datum_format(&span, most, sizeof most);
    if (!rule->has_within)
        text[0] = '\0';
    else if (rule->at_least)
        snprintf(text, size, " within %s to %s", least, most);
    else
        snprintf(text, size, " within %s", most);
}

static bool is_none_wanted(const struct way_rule *rule)
{
    return !rule->other_count && rule->other_quantifier == WAY_NO;
}

/* Says of the nearest that is not as demanded why not. */
static void explain_unlike(struct way_pass *pass, const struct way_rule *rule,
                           struct search *search)
{
    if (!search->unlike)
        return;
    way_pass_put(pass, WAY_SLOT_SELF, search->unlike);
    way_evaluate(&pass->evaluation, rule->other_with);
    way_explain(pass, rule->other_with, search->found->expected, search->found->found);
}

static void explain(struct way_pass *pass, const struct way_relating *relating,
                    struct search *search, bool joined, enum way_truth truth)
{
    const struct way_rule *rule = relating->rule;
    struct way_found *found = search->found;

    bool is_refused = search->held && is_none_wanted(rule);
    if (is_refused)
        search->nearest = search->held;
    else
        explain_unlike(pass, rule, search);
    bool was_explained = !is_refused && found->found[0] != '\0' && search->meant > 0;
    if (search->nearest)
        found->other = way_at_kept(search->nearest);
    if (was_explained && search->nearest_is_timely)
        return;
    char within[160];
    within_text(rule, within, sizeof within);
    const char *with = is_refused && rule->other_with ? rule->other_with->text : NULL;
    way_note_write(found->expected, "%s%.300s%s%.200s %s%s", is_none_wanted(rule) ? "no " : "",
                   rule->other->text, with ? " with " : "", with ? with : "",
                   relation_words(rule->relation), within);
    if (!joined && rule->join == WAY_JOIN_CONNECTION) {
        way_note_write(found->found, relating->asks_log
                                         ? "the access log has no line for this connection"
                                         : "it is of no connection");
    } else if (!joined) {
        way_note_write(found->found, "it lacks what joins it: %s",
                       pass->evaluation.cause ? pass->evaluation.cause->text : "a field");
    } else if (!search->nearest) {
        way_note_write(found->found, "none");
    } else {
        struct way_datum span = {.sort = WAY_SORT_SPAN,
                                 .number = distance(search->main, search->nearest)};
        char text[64], why[160] = "";
        way_datum_format(&span, text, sizeof text);
        if (truth == WAY_UNDECIDED)
            way_doubt_write(pass, search->main->tap, search->nearest->tap, why, sizeof why);
        way_note_write(
            found->found, "%s frame %" PRIu64 " is %s %s it%s",
            pass->program->taps[search->nearest->tap], search->nearest->record.number, text,
            search->nearest->record.time < search->main->record.time ? "before" : "after", why);
    }
}

/* What the counts of others come to. */
static enum way_truth quantified(struct way_pass *pass, const struct way_rule *rule,
                                 const struct way_tally *tally)
{
    enum way_quantifier quantifier = rule->relation == WAY_RELATION_VANISHES ? WAY_NO
                                     : rule->other_count                ? rule->other_quantifier
                                     : rule->other_quantifier == WAY_NO ? WAY_NO
                                                                        : WAY_SOME;
    struct way_datum count = {.sort = WAY_SORT_NUMBER};

    if (rule->other_count && !way_evaluate_value(&pass->evaluation, rule->other_count, &count))
        return WAY_FALSE;
    return way_count_fits(quantifier, rule->other_count ? &count : NULL, tally);
}

/* ---- captures that end in between ---- */

static struct way_reach reach_of(const struct way_rule *rule, int64_t time)
{
    bool back = looks_back(rule->relation);
    bool both = rule->relation == WAY_RELATION_ACCOMPANIED;

    return (struct way_reach){.time = time,
                              .from = back || both ? time - rule->at_most : time,
                              .to = back ? time - 1 : time + rule->at_most};
}

/* What the others come to if more of them may have come than were captured. */
static enum way_truth with_unseen(struct way_pass *pass, const struct way_rule *rule,
                                  struct search *search, enum way_truth truth, const char **why)
{
    struct way_tally more = search->tally;

    *why = "";
    struct way_reach reach = reach_of(rule, search->main->record.time);
    if (truth == WAY_UNDECIDED || !rule->has_within ||
        !way_is_unseen(pass, rule->other, reach, false))
        return truth;
    more.may = UINT64_MAX / 2;
    if (quantified(pass, rule, &more) == truth)
        return truth;
    *why = way_predates(pass, rule->other, reach.from) ? ", and the capture begins after that"
                                                       : ", and the capture ends before that";
    return way_is_unseen(pass, rule->other, reach, true) ? WAY_UNDECIDED : way_unseen(pass);
}

enum way_truth way_relation_holds(struct way_pass *pass, struct way_relating *relating,
                                  const struct way_kept *kept, size_t nth, struct way_found *found)
{
    const struct way_rule *rule = relating->rule;
    struct search search = {.main = kept, .found = found};
    bool joined = true;

    if (rule->relation >= WAY_RELATION_BECOMES)
        return way_become_kept(pass, relating, kept, found);
    way_pass_put(pass, WAY_SLOT_WAS, kept);
    way_pass_put(pass, WAY_SLOT_SELF, kept);
    if (has_keys(rule))
        look_by_key(pass, relating, &search, &joined);
    else if (rule->join == WAY_JOIN_ORDER)
        look_by_order(pass, relating, nth, &search);
    else
        look_by_time(pass, rule, &search);
    if (!joined) {
        explain(pass, relating, &search, joined, WAY_FALSE);
        return WAY_FALSE;
    }
    const char *why;
    enum way_truth truth =
        with_unseen(pass, rule, &search, quantified(pass, rule, &search.tally), &why);
    if (truth == WAY_TRUE)
        return truth;
    explain(pass, relating, &search, joined, truth);
    if (rule->other_count || (*why && search.tally.hold == 0))
        way_note_write(found->found, "%" PRIu64 " of them%s", search.tally.hold, why);
    return truth;
}
