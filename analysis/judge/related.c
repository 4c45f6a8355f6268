/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules about several packets, judged at the end over those that were kept.
 *
 * The scopes of an expectation (`for each`) are walked from the outermost in; for each
 * combination its rules are judged in the order of the file, since what one binds
 * the next ones ask. A rule that asks for a packet that was not found is not
 * reached: the rule that did not find it has failed.
 */
#include "analysis/judge/meant.h"
#include "analysis/judge/relation.h"

#include <assert.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

/* ---- what is kept ---- */

static void keep_term(struct way_pass *pass, struct way_term *term)
{
    if (term)
        way_gather_begin(pass, term);
}

void way_related_begin(struct way_pass *pass, const struct way_expected *expected, const bool *done)
{
    size_t n = 0;

    for (size_t i = 0; i < expected->scope_count; i++)
        way_pass_keep(pass, expected->scopes[i]);
    for (struct way_rule *rule = expected->rules; rule; rule = rule->next, n++) {
        keep_term(pass, rule->count); /* counts may be aggregates, in any rule */
        if (done[n])
            continue;
        if (rule->main)
            way_pass_keep(pass, rule->main);
        if (rule->other)
            way_pass_keep(pass, rule->other);
        keep_term(pass, rule->with);
        keep_term(pass, rule->other_with);
        keep_term(pass, rule->other_count);
    }
}

/* ---- one rule ---- */

enum way_truth way_related_inside(struct way_pass *pass, const struct way_select *select,
                                  size_t index)
{
    const struct way_kept_list *list = &pass->states[select->number].kept;
    const struct way_kept *kept = list->items[index];
    enum way_truth inside = (enum way_truth)list->inside[index];
    enum way_truth bound = way_window_bound(pass, select, kept);

    inside = bound < inside ? bound : inside;
    way_pass_put(pass, WAY_SLOT_SELF, kept);
    if (inside == WAY_FALSE || !select->late)
        return inside;
    enum way_truth late = way_evaluate(&pass->evaluation, select->late);
    return late < inside ? late : inside;
}

/* Whether the packet is as far behind the anchor as `within` says. */
static enum way_truth anchored(struct way_pass *pass, const struct way_rule *rule,
                               const struct way_kept *kept)
{
    struct way_kept edge = {.tap = -1};

    if (!way_edge_time(pass, &rule->anchor, &edge.record.time))
        return WAY_FALSE;
    if (rule->anchor.kind == WAY_EDGE_SLOT && pass->bound[rule->anchor.slot])
        edge.tap = pass->bound[rule->anchor.slot]->tap;
    return way_came_within(pass, &edge, kept, rule->at_least, rule->at_most);
}

/* Does `within` say which packets are meant, or what is demanded of them? */
static bool within_selects(enum way_quantifier quantifier)
{
    return quantifier != WAY_EACH && quantifier != WAY_EACH_FIRST && quantifier != WAY_FIRST &&
           quantifier != WAY_LAST;
}

static void explain_within(struct way_pass *pass, const struct way_rule *rule,
                           const struct way_kept *kept, struct way_found *found)
{
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = rule->at_least};
    char least[64], most[64], later[64];
    int64_t edge = 0;

    way_edge_time(pass, &rule->anchor, &edge);
    way_datum_format(&span, least, sizeof least);
    span.number = rule->at_most;
    way_datum_format(&span, most, sizeof most);
    span.number = kept->record.time - edge;
    way_datum_format(&span, later, sizeof later);
    way_note_write(found->expected, "%s to %s after %s", least, most, rule->anchor.text);
    way_note_write(found->found, "%s after it", later);
}

/* Whether all that the rule demands of a packet (in slot 0) holds. */
static enum way_truth demanded(struct way_pass *pass, struct way_relating *relating,
                               const struct way_kept *kept, size_t nth, struct way_found *found)
{
    const struct way_rule *rule = relating->rule;
    enum way_truth truth = WAY_TRUE;

    if (rule->with) {
        truth = way_evaluate(&pass->evaluation, rule->with);
        found->cause = pass->evaluation.cause;
        if (truth != WAY_TRUE)
            way_explain(pass, rule->with, found->expected, found->found);
    }
    if (truth != WAY_FALSE && rule->has_within && rule->relation == WAY_RELATION_NONE &&
        !within_selects(rule->quantifier)) {
        enum way_truth timely = anchored(pass, rule, kept);
        if (timely != WAY_TRUE)
            explain_within(pass, rule, kept, found);
        truth = timely < truth ? timely : truth;
    }
    if (truth != WAY_FALSE && rule->relation != WAY_RELATION_NONE) {
        enum way_truth related = way_relation_holds(pass, relating, kept, nth, found);
        truth = related < truth ? related : truth;
    }
    return truth;
}

static void write_note(struct way_pass *pass, const struct way_expected *expected,
                       struct way_relating *relating, struct way_note *note,
                       const struct way_kept *kept, const struct way_found *found)
{
    static struct way_stand stand;

    if (!note)
        return;
    memcpy(note->expected, found->expected, sizeof note->expected);
    memcpy(note->found, found->found, sizeof note->found);
    if (found->other.tap >= 0) {
        note->nearest_at[0] = found->other;
        way_note_write(note->nearest[0], "the nearest of the others");
    } else if (kept && relating->rule->relation != WAY_RELATION_NONE) {
        way_relation_nearest(pass, relating, kept, note);
    }
    if (kept) {
        way_stand_on(&stand, kept);
        way_note_packet(pass, note, &stand, expected);
    } else {
        way_note_packet(pass, note, NULL, expected);
    }
}

/* The first of its group, of those that were looked at before? */
static bool is_first(struct way_pass *pass, const struct way_rule *rule, GHashTable *groups)
{
    uint64_t key = 0;

    if (rule->main->per_count == 0)
        key = way_connection_of(pass, &pass->stands[WAY_SLOT_SELF]);
    else if (!way_key_of(pass, rule->main->per, rule->main->per_count, &key))
        return false;
    return g_hash_table_add(groups, way_key_pointer(key));
}

struct group {
    struct way_tally tally;
    struct way_at first;
};

static struct way_tally *tally_of(struct way_pass *pass, const struct way_rule *rule,
                                  GHashTable *groups, const struct way_kept *kept)
{
    uint64_t key;

    if (!way_key_of(pass, rule->main->per, rule->main->per_count, &key))
        return NULL;
    struct group *group = g_hash_table_lookup(groups, way_key_pointer(key));
    if (!group) {
        group = g_new0(struct group, 1);
        group->first = way_at_kept(kept);
        g_hash_table_insert(groups, way_key_pointer(key), group);
    }
    return &group->tally;
}

/* Whether the window that packets bound goes on when the captures have ended: it is
 * so long after a packet. (A window that ends with a packet has ended.) */
static bool window_is_cut(const struct way_pass *pass, const struct way_rule *rule)
{
    const struct way_edge *to = &rule->main->to;
    int64_t time;

    if (rule->has_within && rule->relation == WAY_RELATION_NONE &&
        way_edge_time(pass, &rule->anchor, &time))
        return way_outlives(pass, rule->main, time + rule->at_most);
    return (to->kind == WAY_EDGE_SLOT || to->kind == WAY_EDGE_NEXT) && to->shift > 0 &&
           way_edge_time(pass, to, &time) && way_outlives(pass, rule->main, time);
}

static void judge_tallies(struct way_pass *pass, const struct way_rule *rule, GHashTable *groups,
                          struct way_tally *tally, struct way_rule_outcome *outcome)
{
    GHashTableIter iterator;
    gpointer value;
    bool cut = window_is_cut(pass, rule);

    if (!groups || rule->quantifier == WAY_EACH_FIRST) {
        tally->unseen = cut;
        way_tally_judge(pass, rule, tally, "", outcome);
        return;
    }
    g_hash_table_iter_init(&iterator, groups);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        struct group *group = value;
        char where[120];
        snprintf(where, sizeof where, "%s frame %" PRIu64, pass->program->taps[group->first.tap],
                 group->first.number);
        group->tally.unseen = cut;
        way_tally_judge(pass, rule, &group->tally, where, outcome);
    }
}

/* Whether packets that almost were such are of interest: others than those that are noted. */
static bool names_nearest(enum way_quantifier quantifier)
{
    return quantifier >= WAY_SOME && quantifier != WAY_NO;
}

/* All quantifiers but first and last. */
static void judge_many(struct way_pass *pass, const struct way_expected *expected,
                       struct way_relating *relating, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = relating->rule;
    assert(rule && rule->main);
    const struct way_kept_list *list = &pass->states[rule->main->number].kept;
    bool firsts = rule->quantifier == WAY_EACH_FIRST;
    GHashTable *groups = firsts                  ? g_hash_table_new(NULL, NULL)
                         : rule->main->per_count ? g_hash_table_new_full(NULL, NULL, NULL, g_free)
                                                 : NULL;
    struct way_tally all = {0};
    struct way_near near = {.count = 0};
    size_t nth = 0, before = outcome->note_count;

    struct way_meant meant = way_meant_of(pass, rule->main);
    for (size_t n = 0; n < meant.count; n++) {
        size_t i = way_meant_at(&meant, n);
        const struct way_kept *kept = list->items[i];
        enum way_truth inside = way_related_inside(pass, rule->main, i);
        struct way_found found = {.other = {.tap = -1}};
        if (inside < WAY_UNDECIDED || (firsts && !is_first(pass, rule, groups)))
            continue;
        if (rule->has_within && rule->relation == WAY_RELATION_NONE &&
            within_selects(rule->quantifier)) {
            enum way_truth timely = anchored(pass, rule, kept);
            inside = timely < inside ? timely : inside;
            if (inside < WAY_UNDECIDED)
                continue;
        }
        struct way_tally *tally = &all;
        if (groups && !firsts && !(tally = tally_of(pass, rule, groups, kept)))
            continue;
        enum way_truth truth = demanded(pass, relating, kept, nth++, &found);
        struct way_at at = way_at_kept(kept);
        pass->evaluation.cause = found.cause;
        struct way_note *wanted = way_rule_take(pass, outcome, truth, inside, &at);
        write_note(pass, expected, relating, wanted, kept, &found);
        if (rule->quantifier == WAY_NO && outcome->note_count > before && truth == WAY_TRUE) {
            struct way_note *note = &outcome->notes[outcome->note_count - 1];
            if (note->expected[0] == '\0') {
                way_note_write(note->expected, "no such packet");
                way_note_write(note->found, "this one");
            }
        }
        tally->hold += truth == WAY_TRUE && inside == WAY_TRUE;
        tally->may += (truth == WAY_TRUE && inside != WAY_TRUE) || truth == WAY_UNDECIDED;
        if (truth != WAY_TRUE && rule->with && names_nearest(rule->quantifier)) {
            way_pass_put(pass, WAY_SLOT_SELF, kept);
            way_near_offer(pass, &near, &at, rule->with);
        }
    }
    judge_tallies(pass, rule, groups, &all, outcome);
    if (outcome->note_count > before && names_nearest(rule->quantifier))
        way_near_write(&near, &outcome->notes[before]);
    if (groups)
        g_hash_table_destroy(groups);
}

/* Notes that the packet was not found; with a `doubt`, why it may be there. */
static void not_found(struct way_pass *pass, const struct way_expected *expected,
                      const struct way_rule *rule, const char *doubt, const struct way_near *near,
                      struct way_rule_outcome *outcome)
{
    struct way_note *note = way_outcome_note(outcome, doubt != NULL, NULL);

    if (!note)
        return;
    way_note_write(note->expected, "%s", rule->main->text);
    way_note_write(note->found, "%s", doubt ? doubt : "none");
    way_near_write(near, note);
    way_note_packet(pass, note, NULL, expected);
}

/* Names those that are not meant because of what `where` asks of other packets. */
static void name_nearest(struct way_pass *pass, const struct way_select *select,
                         struct way_near *near)
{
    const struct way_kept_list *list = &pass->states[select->number].kept;
    size_t first, end;

    way_window_range(pass, select, &first, &end);
    for (size_t i = first; i < end; i++) {
        struct way_at at = way_at_kept(list->items[i]);
        if (way_related_inside(pass, select, i) < WAY_UNDECIDED)
            way_near_offer(pass, near, &at, select->late);
    }
}

/* First and last: finds the packet, binds it, judges it. */
static void judge_one(struct way_pass *pass, const struct way_expected *expected,
                      struct way_relating *relating, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = relating->rule;
    assert(rule && rule->main);
    const struct way_kept_list *list = &pass->states[rule->main->number].kept;
    bool backwards = rule->quantifier == WAY_LAST, doubt = false;
    struct way_found found = {.other = {.tap = -1}};
    struct way_near near = {.count = 0};
    struct way_meant meant = way_meant_of(pass, rule->main);
    for (size_t n = 0; n < meant.count; n++) {
        size_t i = way_meant_at(&meant, backwards ? meant.count - 1 - n : n);
        const struct way_kept *kept = list->items[i];
        enum way_truth inside = way_related_inside(pass, rule->main, i);
        struct way_at at = way_at_kept(kept);
        doubt |= inside == WAY_UNDECIDED;
        if (inside != WAY_TRUE)
            continue;
        enum way_truth truth = demanded(pass, relating, kept, 0, &found);
        outcome->examined++;
        outcome->matched += truth == WAY_TRUE;
        if (rule->main->slot) {
            way_pass_put(pass, rule->main->slot, kept);
            pass->bound_index[rule->main->slot] = i;
        }
        if (truth != WAY_TRUE || doubt)
            write_note(pass, expected, relating,
                       way_outcome_note(outcome, truth == WAY_UNDECIDED || doubt, &at), kept,
                       &found);
        return;
    }
    if (rule->main->late && outcome->failures < WAY_NOTES_MAX)
        name_nearest(pass, rule->main, &near);
    bool unseen = window_is_cut(pass, rule) && way_unseen(pass) == WAY_UNDECIDED;
    if (doubt || !rule->may_be_none)
        not_found(pass, expected, rule,
                  doubt    ? "the clocks cannot tell which it is"
                  : unseen ? "none, and the capture ends before that"
                           : NULL,
                  &near, outcome);
}

static void judge_expect(struct way_pass *pass, const struct way_expected *expected,
                         const struct way_rule *rule, struct way_rule_outcome *outcome)
{
    enum way_truth truth = way_evaluate(&pass->evaluation, rule->with);

    outcome->examined++;
    outcome->matched += truth == WAY_TRUE;
    if (truth == WAY_TRUE)
        return;
    struct way_note *note = way_outcome_note(outcome, truth == WAY_UNDECIDED, NULL);
    if (!note)
        return;
    way_explain(pass, rule->with, note->expected, note->found);
    way_note_packet(pass, note, NULL, expected);
}

/* ---- all rules ---- */

static uint64_t asked(const struct way_term *term)
{
    return term ? term->slots : 0;
}

/* Whether every packet that the rule asks for is bound. */
static bool is_reached(const struct way_pass *pass, const struct way_rule *rule)
{
    uint64_t slots =
        asked(rule->with) | asked(rule->other_with) | asked(rule->count) | asked(rule->other_count);

    slots |= rule->main ? rule->main->slots : 0;
    slots |= rule->other ? rule->other->slots : 0;
    if (rule->anchor.kind == WAY_EDGE_SLOT || rule->anchor.kind == WAY_EDGE_NEXT)
        slots |= UINT64_C(1) << rule->anchor.slot;
    for (unsigned slot = WAY_SLOT_BOUND; slot < WAY_PROGRAM_SLOTS_MAX; slot++)
        if (slots >> slot & 1 && !pass->bound[slot])
            return false;
    return true;
}

static void judge_rules(struct way_pass *pass, struct way_outcome *outcome, const bool *done,
                        struct way_relating *relatings)
{
    const struct way_expected *expected = outcome->expected;
    size_t n = 0;

    for (const struct way_rule *rule = expected->rules; rule; rule = rule->next, n++) {
        struct way_rule_outcome *one = &outcome->rules[n];
        if (done[n])
            continue;
        if (!is_reached(pass, rule)) {
            one->unreached++;
            continue;
        }
        way_pass_put(pass, WAY_SLOT_WAS, NULL);
        way_become_kept_anew(&relatings[n]);
        relatings[n].order_at = relatings[n].order_seen = 0;
        if (rule->quantifier == WAY_EXPECT)
            judge_expect(pass, expected, rule, one);
        else if (rule->quantifier == WAY_FIRST || rule->quantifier == WAY_LAST)
            judge_one(pass, expected, &relatings[n], one);
        else
            judge_many(pass, expected, &relatings[n], one);
        way_pass_put(pass, WAY_SLOT_SELF, NULL);
        way_pass_put(pass, WAY_SLOT_WAS, NULL);
    }
    for (const struct way_rule *rule = expected->rules; rule; rule = rule->next)
        if (rule->main && rule->main->slot)
            way_pass_put(pass, rule->main->slot, NULL);
}

static void walk(struct way_pass *pass, struct way_outcome *outcome, const bool *done,
                 struct way_relating *relatings, size_t depth);

/* The same for a packet that may be none that is meant: what is wrong then is in doubt. */
static void walk_in_doubt(struct way_pass *pass, struct way_outcome *outcome, const bool *done,
                          struct way_relating *relatings, size_t depth)
{
    struct way_rule_outcome *before = way_memory_array(outcome->rule_count, sizeof *before);

    memcpy(before, outcome->rules, outcome->rule_count * sizeof *before);
    walk(pass, outcome, done, relatings, depth);
    for (size_t n = 0; n < outcome->rule_count; n++) {
        struct way_rule_outcome *one = &outcome->rules[n];
        const struct way_rule_outcome *was = &before[n];
        uint64_t failures = one->failures - was->failures;
        one->unreached = was->unreached;
        one->failures = was->failures;
        one->doubts += failures;
        for (size_t i = 0; failures && i < one->note_count; i++) {
            if (i < was->note_count)
                one->notes[i] = was->notes[i];
            else
                one->notes[i].doubt = true;
        }
    }
    free(before);
}

static void walk(struct way_pass *pass, struct way_outcome *outcome, const bool *done,
                 struct way_relating *relatings, size_t depth)
{
    const struct way_expected *expected = outcome->expected;

    if (depth == expected->scope_count) {
        judge_rules(pass, outcome, done, relatings);
        return;
    }
    const struct way_select *scope = expected->scopes[depth];
    const struct way_kept_list *list = &pass->states[scope->number].kept;
    struct way_meant meant = way_meant_of(pass, scope);
    size_t found = 0;
    bool maybe = false;
    for (size_t n = 0; n < meant.count; n++) {
        size_t i = way_meant_at(&meant, n);
        enum way_truth inside = way_related_inside(pass, scope, i);
        way_pass_put(pass, WAY_SLOT_SELF, NULL);
        if (inside < WAY_UNDECIDED)
            continue;
        found += inside == WAY_TRUE;
        maybe |= inside != WAY_TRUE;
        way_pass_put(pass, scope->slot, list->items[i]);
        pass->bound_index[scope->slot] = i;
        if (inside == WAY_TRUE)
            walk(pass, outcome, done, relatings, depth + 1);
        else
            walk_in_doubt(pass, outcome, done, relatings, depth + 1);
    }
    way_pass_put(pass, scope->slot, NULL);
    outcome->scoped += depth == 0 ? found : 0;
    outcome->maybe_scoped |= depth == 0 && maybe;
}

void way_related_end(struct way_pass *pass, struct way_outcome *outcome, const bool *done)
{
    const struct way_expected *expected = outcome->expected;
    struct way_relating *relatings = way_memory_array(outcome->rule_count, sizeof *relatings);
    size_t n = 0;

    pass->slot_selects = expected->slot_selects;
    for (const struct way_rule *rule = expected->rules; rule; rule = rule->next)
        relatings[n++].rule = rule;
    walk(pass, outcome, done, relatings, 0);
    for (n = 0; n < outcome->rule_count; n++)
        way_relating_free(&relatings[n]);
    free(relatings);
    pass->slot_selects = NULL;
}
