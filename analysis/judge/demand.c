/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What holds for all rules: no tap that cannot be relied upon holds anything, and nothing
 * passes on nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analysis/judge/pass.h"

/* ---- taps ---- */

/* Whether the select's window ends before `time`. */
static bool ends_by(const struct way_select *select, int64_t time)
{
    return select->to.kind == WAY_EDGE_TIME && select->to.at + select->to.shift <= time;
}

/* Why the source is not fit for what the select asks of it; "" if it is. */
static void source_unfit(const struct way_source_facts *facts, int64_t captured,
                         const struct way_select *select, char *why, size_t size)
{
    why[0] = '\0';
    if (facts->end == WAY_SOURCE_CUT && !ends_by(select, facts->last))
        snprintf(why, size, "%s is cut short after packet %" PRIu64, facts->name, facts->packets);
    else if (facts->end == WAY_SOURCE_DAMAGED || facts->end == WAY_SOURCE_FAILED)
        snprintf(why, size, "%s cannot be read behind packet %" PRIu64 ": %s", facts->name,
                 facts->packets, facts->message);
    else if (facts->clipped)
        snprintf(why, size, "%s has %" PRIu64 " packets that were clipped", facts->name,
                 facts->clipped);
    else if (facts->backwards)
        snprintf(why, size, "the clock of %s runs backwards at packet %" PRIu64, facts->name,
                 facts->backwards_number);
    else if (facts->dropped_known && facts->dropped)
        snprintf(why, size, "%s lost %" PRIu64 " packets", facts->name, facts->dropped);
    else if (captured >= 0 && facts->end == WAY_SOURCE_WHOLE &&
             facts->packets != (uint64_t)captured)
        snprintf(why, size, "%s holds %" PRIu64 " packets, but %" PRId64 " were captured",
                 facts->name, facts->packets, captured);
}

/* Whether the tap was off inside of the select's window, as far as its edges are fixed. */
static bool was_off(const struct way_judge_tap *tap, const struct way_select *select)
{
    for (size_t i = 0; i < tap->gap_count; i++) {
        bool before = select->from.kind == WAY_EDGE_TIME &&
                      tap->gaps[i].to < select->from.at + select->from.shift;
        bool behind = select->to.kind == WAY_EDGE_TIME &&
                      tap->gaps[i].from > select->to.at + select->to.shift;
        if (!before && !behind)
            return true;
    }
    return false;
}

static void tap_unfit(const struct way_pass *pass, unsigned tap, const struct way_select *select,
                      bool absence, char *why, size_t size)
{
    const struct way_judge_tap *known = &pass->setup->taps[tap];
    int64_t until =
        known->live_until > pass->tap_last[tap] ? known->live_until : pass->tap_last[tap];

    why[0] = '\0';
    if (known->unfit) {
        snprintf(why, size, "%s", known->unfit);
        return;
    }
    for (unsigned i = 0; i < way_merge_count(pass->setup->merge); i++) {
        const struct way_judge_source *source = &pass->setup->sources[i];
        for (size_t f = 0; f < source->feed_count; f++) {
            if (source->feeds[f].tap == tap)
                source_unfit(way_source_facts(way_merge_source(pass->setup->merge, i)),
                             source->captured, select, why, size);
            if (why[0])
                return;
        }
    }
    if (was_off(known, select))
        snprintf(why, size, "it was off for a while inside of the window");
    else if (pass->tap_packets[tap] == 0)
        snprintf(why, size, "it is empty");
    else if (select->from.kind == WAY_EDGE_TIME && known->live_from != INT64_MIN &&
             select->from.at + select->from.shift < known->live_from)
        snprintf(why, size, "it was not live when the window began");
    else if (absence && select->to.kind == WAY_EDGE_TIME &&
             select->to.at + select->to.shift > until)
        snprintf(why, size, "the window outlives it");
}

/* Demands that the taps of a select are fit in the window; `window` is the select itself,
 * or, for others in a relation that have none of their own, what they are related to. */
static void demand_taps(struct way_pass *pass, const struct way_select *select,
                        const struct way_select *window, bool absence,
                        struct way_rule_outcome *outcome)
{
    for (size_t i = 0; select && i < select->tap_count; i++) {
        char why[WAY_NOTE_TEXT_MAX];
        tap_unfit(pass, select->taps[i], window, absence, why, sizeof why);
        struct way_note *note = why[0] ? way_outcome_note(outcome, false, NULL) : NULL;
        if (!note)
            continue;
        way_note_write(note->expected, "a whole, live and lossless capture at %s",
                       pass->program->taps[select->taps[i]]);
        way_note_write(note->found, "%s", why);
    }
}

/* ---- windows ---- */

static bool is_about_absence(const struct way_rule *rule)
{
    return rule->quantifier == WAY_NO || rule->quantifier == WAY_AT_MOST ||
           rule->quantifier == WAY_EXACTLY;
}

static void demand_window(struct way_pass *pass, const char *why, struct way_rule_outcome *outcome)
{
    if (why)
        way_note_lack(outcome, pass->live_end != 0, "a window of which there are captures", why);
}

/* ---- numbers ---- */

/* What is demanded of one select that a number is counted over. */
typedef void demand_number(struct way_pass *pass, const struct way_select *select,
                           struct way_rule_outcome *outcome);

static void demand_taps_of(struct way_pass *pass, const struct way_select *select,
                           struct way_rule_outcome *outcome)
{
    demand_taps(pass, select, select, true, outcome);
}

static void demand_fixed_window(struct way_pass *pass, const struct way_select *select,
                                struct way_rule_outcome *outcome)
{
    if (!way_window_is_bound(select))
        demand_window(pass, way_window_missed(pass, select), outcome);
}

/* All of the window is demanded: what the number would have come to nobody knows. */
static void demand_bound_window(struct way_pass *pass, const struct way_select *select,
                                struct way_rule_outcome *outcome)
{
    if (!way_window_is_bound(select))
        return;
    const char *why = way_window_missed(pass, select);
    why = why ? why : way_window_cut_before(pass, select);
    demand_window(pass, why ? why : way_window_cut_behind(pass, select), outcome);
}

/* Demands it of the numbers in a term, and of those that their own selects ask for. */
static void demand_in_term(struct way_pass *pass, const struct way_term *term,
                           demand_number *demand, struct way_rule_outcome *outcome)
{
    if (!term)
        return;
    const struct way_select *const selects[] = {term->select, term->other};
    for (size_t i = 0; term->kind == WAY_TERM_AGGREGATE && i < 2; i++) {
        if (!selects[i])
            continue;
        demand(pass, selects[i], outcome);
        demand_in_term(pass, selects[i]->late, demand, outcome);
    }
    for (size_t i = 0; i < WAY_TERM_KIDS; i++)
        demand_in_term(pass, term->kids[i], demand, outcome);
}

/* Demands it of all numbers that the rule asks for, wherever they stand. */
static void demand_numbers(struct way_pass *pass, const struct way_rule *rule,
                           demand_number *demand, struct way_rule_outcome *outcome)
{
    demand_in_term(pass, rule->main ? rule->main->late : NULL, demand, outcome);
    demand_in_term(pass, rule->other ? rule->other->late : NULL, demand, outcome);
    demand_in_term(pass, rule->with, demand, outcome);
    demand_in_term(pass, rule->other_with, demand, outcome);
    demand_in_term(pass, rule->count, demand, outcome);
    demand_in_term(pass, rule->other_count, demand, outcome);
}

void way_demand_windows(struct way_pass *pass, const struct way_rule *rule, bool bound,
                        struct way_rule_outcome *outcome)
{
    if (rule->main && way_window_is_bound(rule->main) == bound) {
        const char *why = way_window_missed(pass, rule->main);
        if (!why && bound && is_about_absence(rule))
            why = way_window_cut_before(pass, rule->main);
        demand_window(pass, why, outcome);
    }
    demand_numbers(pass, rule, bound ? demand_bound_window : demand_fixed_window, outcome);
}

/* ---- nothing passes on nothing ---- */

void way_note_lack(struct way_rule_outcome *outcome, bool doubt, const char *expected,
                   const char *found)
{
    struct way_note *note = way_outcome_note(outcome, doubt, NULL);

    if (note) {
        way_note_write(note->expected, "%s", expected);
        way_note_write(note->found, "%s", found);
    }
}

static void demand_something(struct way_pass *pass, const struct way_outcome *outcome,
                             struct way_rule_outcome *one)
{
    const struct way_rule *rule = one->rule;
    bool counts_none = rule->quantifier == WAY_NO && !rule->with && !rule->relation;

    if (one->failures || one->doubts || rule->may_be_none)
        return;
    if (outcome->expected->scope_count && outcome->scoped == 0 && outcome->maybe_scoped) {
        way_note_lack(one, true, "packets for 'for each'",
                      "none for certain: the clocks cannot place it");
        return;
    }
    if (one->examined > 0)
        return;
    if (one->unreached) {
        way_note_lack(one, false, "that the rule is reached",
                      "a packet that it asks for was not found");
        return;
    }
    if (outcome->expected->scope_count && outcome->scoped == 0) {
        way_note_lack(one, false, "packets for 'for each'", "none");
        return;
    }
    if (counts_none || rule->quantifier == WAY_AT_MOST || rule->quantifier == WAY_EXACTLY)
        return; /* the tap has packets: that is what was looked at */
    char found[WAY_NOTE_TEXT_MAX];
    snprintf(found, sizeof found, "none, of %" PRIu64 " on %s",
             rule->main ? pass->tap_packets[rule->main->taps[0]] : 0,
             rule->main ? pass->program->taps[rule->main->taps[0]] : "");
    way_note_lack(one, false, "packets to examine ('may be none' would allow for none)", found);
}

void way_demand_sound(struct way_pass *pass, const struct way_outcome *outcome,
                      struct way_rule_outcome *one)
{
    const struct way_rule *rule = one->rule;
    bool absence = is_about_absence(rule);
    bool windowless = rule->other && rule->other->from.kind == WAY_EDGE_OPEN &&
                      rule->other->to.kind == WAY_EDGE_OPEN;

    way_demand_windows(pass, rule, false, one);
    demand_taps(pass, rule->main, rule->main, absence, one);
    demand_taps(pass, rule->other, windowless ? rule->main : rule->other,
                rule->relation == WAY_RELATION_VANISHES, one);
    demand_numbers(pass, rule, demand_taps_of, one);
    if (rule->quantifier == WAY_NO && !rule->with && !rule->relation && one->examined == 0)
        one->examined = pass->tap_packets[rule->main->taps[0]];
    way_claims_judge(pass, one);
    demand_something(pass, outcome, one);
}
