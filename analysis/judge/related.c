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
        way_gather_keep(pass, expected->scopes[i]);
    for (struct way_rule *rule = expected->rules; rule; rule = rule->next, n++) {
        keep_term(pass, rule->count); /* counts may be aggregates, in any rule */
        if (done[n])
            continue;
        way_gather_keep(pass, rule->main);
        way_gather_keep(pass, rule->other);
        keep_term(pass, rule->with);
        keep_term(pass, rule->other_with);
        keep_term(pass, rule->other_count);
    }
}

/* ---- which packets are meant ---- */

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

/* What has gone wrong since then is in doubt. */
static void put_in_doubt(struct way_rule_outcome *outcome, const struct way_rule_outcome *was)
{
    uint64_t failures = outcome->failures - was->failures;

    outcome->unreached = was->unreached;
    outcome->failures = was->failures;
    outcome->doubts += failures;
    for (size_t i = 0; failures && i < outcome->note_count; i++) {
        if (i < was->note_count)
            outcome->notes[i] = was->notes[i];
        else
            outcome->notes[i].doubt = true;
    }
}

/* A rule behind one that may have bound another packet than was meant. */
static void judge_in_doubt(struct way_pass *pass, const struct way_expected *expected,
                           struct way_relating *relating, struct way_rule_outcome *outcome)
{
    const struct way_rule_outcome was = *outcome;

    way_kept_rule(pass, expected, relating, outcome);
    put_in_doubt(outcome, &was);
}

static void judge_rules(struct way_pass *pass, struct way_outcome *outcome, const bool *done,
                        struct way_relating *relatings)
{
    const struct way_expected *expected = outcome->expected;
    bool doubtful = false;
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
        relatings[n].order_doubtful = false;
        if (doubtful)
            judge_in_doubt(pass, expected, &relatings[n], one);
        else
            doubtful = !way_kept_rule(pass, expected, &relatings[n], one);
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
    for (size_t n = 0; n < outcome->rule_count; n++)
        put_in_doubt(&outcome->rules[n], &before[n]);
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
        relatings[n++] =
            (struct way_relating){.rule = rule, .asks_log = way_join_asks_log(pass, rule)};
    walk(pass, outcome, done, relatings, 0);
    for (n = 0; n < outcome->rule_count; n++)
        way_relating_free(&relatings[n]);
    free(relatings);
    pass->slot_selects = NULL;
}
