/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan of a judgement, and what holds for all rules: no tap that cannot be
 * relied upon holds anything, and nothing passes on nothing.
 */
#include "analysis/judge/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge/pass.h"
#include "analysis/lang/memory.h"

/* How a rule is judged. */
enum manner { MANNER_RELATED, MANNER_SINGLE, MANNER_BECOME };

struct planned {
    enum manner manner;
    void *state; /* of single.c or become.c */
};

/* ---- the plan ---- */

static bool asks_only(const struct way_term *term, uint64_t slots)
{
    return !term || (term->slots & ~slots) == 0;
}

static enum manner manner_of(const struct way_expected *expected, const struct way_rule *rule)
{
    const uint64_t was = UINT64_C(1) << WAY_SLOT_WAS;

    if (!rule->main || expected->scope_count || rule->main->slots || rule->main->late ||
        rule->main->slot || !asks_only(rule->with, WAY_SLOTS_SELF))
        return MANNER_RELATED;
    if (rule->quantifier == WAY_FIRST || rule->quantifier == WAY_LAST)
        return MANNER_RELATED;
    if (rule->relation == WAY_RELATION_NONE)
        return rule->has_within ? MANNER_RELATED : MANNER_SINGLE;
    if (rule->relation < WAY_RELATION_BECOMES || rule->main->per_count || rule->other->slots ||
        rule->other->late || !asks_only(rule->other_with, WAY_SLOTS_SELF | was))
        return MANNER_RELATED;
    return MANNER_BECOME;
}

static size_t count_rules(const struct way_expected *expected)
{
    size_t count = 0;

    for (const struct way_rule *rule = expected->rules; rule; rule = rule->next)
        count++;
    return count;
}

/* Begins an expectation; `planned` and `done` have room for its rules. */
static void begin(struct way_pass *pass, struct way_outcome *outcome, struct planned *planned,
                  bool *done)
{
    const struct way_expected *expected = outcome->expected;
    size_t n = 0;

    for (const struct way_rule *rule = expected->rules; rule; rule = rule->next, n++) {
        outcome->rules[n].rule = rule;
        done[n] = true;
        if (expected->lacks)
            continue;
        planned[n].manner = manner_of(expected, rule);
        done[n] = planned[n].manner != MANNER_RELATED;
        if (planned[n].manner == MANNER_SINGLE)
            planned[n].state = way_single_begin(pass, expected, &outcome->rules[n]);
        else if (planned[n].manner == MANNER_BECOME)
            planned[n].state = way_become_begin(pass, expected, &outcome->rules[n]);
    }
    if (!expected->lacks)
        way_related_begin(pass, expected, done);
}

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

/* The taps of aggregates in a term. */
static void demand_taps_of(struct way_pass *pass, const struct way_term *term,
                           struct way_rule_outcome *outcome)
{
    if (!term)
        return;
    if (term->kind == WAY_TERM_AGGREGATE) {
        demand_taps(pass, term->select, term->select, true, outcome);
        demand_taps(pass, term->other, term->other, true, outcome);
    }
    for (size_t i = 0; i < WAY_TERM_KIDS; i++)
        demand_taps_of(pass, term->kids[i], outcome);
}

/* ---- nothing passes on nothing ---- */

static void note_empty(struct way_rule_outcome *outcome, bool doubt, const char *expected,
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
        note_empty(one, true, "packets for 'for each'",
                   "none for certain: the clocks cannot place it");
        return;
    }
    if (one->examined > 0)
        return;
    if (one->unreached) {
        note_empty(one, false, "that the rule is reached",
                   "a packet that it asks for was not found");
        return;
    }
    if (outcome->expected->scope_count && outcome->scoped == 0) {
        note_empty(one, false, "packets for 'for each'", "none");
        return;
    }
    if (counts_none || rule->quantifier == WAY_AT_MOST || rule->quantifier == WAY_EXACTLY)
        return; /* the tap has packets: that is what was looked at */
    char found[WAY_NOTE_TEXT_MAX];
    snprintf(found, sizeof found, "none, of %" PRIu64 " on %s",
             rule->main ? pass->tap_packets[rule->main->taps[0]] : 0,
             rule->main ? pass->program->taps[rule->main->taps[0]] : "");
    note_empty(one, false, "packets to examine ('may be none' would allow for none)", found);
}

void way_note_overflow(struct way_rule_outcome *outcome, size_t most, const char *which)
{
    way_outcome_doubt(outcome); /* of what was not kept nothing is known */
    struct way_note *note = way_outcome_note(outcome, true, NULL);
    if (note && note != &outcome->notes[0])
        *note = outcome->notes[0]; /* it is the first thing to be told */
    note = &outcome->notes[0];
    *note = (struct way_note){.doubt = true, .at = {.tap = -1}};
    way_note_write(note->expected, "at most %zu MB of packets %s", most / 1000000, which);
    way_note_write(note->found, "more: a narrower selection, a shorter time, or 'keep at most' is "
                                "needed");
}

static void finish_rule(struct way_pass *pass, const struct way_outcome *outcome,
                        struct way_rule_outcome *one)
{
    const struct way_rule *rule = one->rule;
    bool absence = rule->quantifier == WAY_NO || rule->quantifier == WAY_AT_MOST ||
                   rule->quantifier == WAY_EXACTLY;

    bool windowless = rule->other && rule->other->from.kind == WAY_EDGE_OPEN &&
                      rule->other->to.kind == WAY_EDGE_OPEN;

    demand_taps(pass, rule->main, rule->main, absence, one);
    demand_taps(pass, rule->other, windowless ? rule->main : rule->other,
                rule->relation == WAY_RELATION_VANISHES, one);
    demand_taps_of(pass, rule->with, one);
    demand_taps_of(pass, rule->count, one);
    if (rule->quantifier == WAY_NO && !rule->with && !rule->relation && one->examined == 0)
        one->examined = pass->tap_packets[rule->main->taps[0]];
    way_claims_judge(pass, one);
    demand_something(pass, outcome, one);
}

/* Whether anything that is kept has a say: not where packets are judged as they pass. */
static bool asks_kept(const struct way_pass *pass, const struct planned *planned,
                      const struct way_rule *rule)
{
    return planned->manner != MANNER_SINGLE || rule->main->per_count || pass->runnings ||
           !asks_only(rule->count, 0);
}

/* Whether streams that a field was asked of could not be followed for want of room. */
static bool lost_streams(const struct way_pass *pass)
{
    for (unsigned i = 0; pass->flows && i < way_merge_count(pass->setup->merge); i++) {
        struct way_flow_losses losses = way_flows_losses(pass->flows[i]);
        if (losses.missed || losses.bytes)
            return true;
    }
    return false;
}

static bool asks_streams(const struct way_rule *rule)
{
    const struct way_select *selects[] = {rule->main, rule->other};
    const struct way_term *terms[] = {rule->with, rule->other_with};
    bool asks = false;

    for (size_t i = 0; i < 2; i++) {
        asks |= terms[i] && terms[i]->has_flow;
        asks |= selects[i] && ((selects[i]->where && selects[i]->where->has_flow) ||
                               (selects[i]->late && selects[i]->late->has_flow));
    }
    return asks;
}

static void end(struct way_pass *pass, struct way_outcome *outcome, struct planned *planned,
                const bool *done)
{
    if (outcome->expected->lacks && outcome->rule_count) {
        note_empty(&outcome->rules[0], false, "the marks that it speaks of",
                   outcome->expected->lacks);
        return;
    }
    for (size_t n = 0; n < outcome->rule_count; n++) {
        if (planned[n].manner == MANNER_SINGLE)
            way_single_end(pass, planned[n].state);
        else if (planned[n].manner == MANNER_BECOME)
            way_become_end(pass, planned[n].state);
    }
    bool streams = lost_streams(pass);

    if (!pass->overflow)
        way_related_end(pass, outcome, done);
    for (size_t n = 0; n < outcome->rule_count; n++) {
        if (pass->overflow && asks_kept(pass, &planned[n], outcome->rules[n].rule))
            way_note_overflow(&outcome->rules[n], pass->kept_max, "and values to be kept");
        else if (streams && asks_streams(outcome->rules[n].rule))
            way_note_overflow(&outcome->rules[n], WAY_FLOW_BYTES,
                              "that wait in streams, and 65536 streams");
        finish_rule(pass, outcome, &outcome->rules[n]);
    }
}

/* Whether an expectation of these words did not pass, or was skipped. */
static bool is_unmet(const struct way_verdicts *verdicts, const char *words)
{
    for (size_t i = 0; i < verdicts->count; i++)
        if (strcmp(verdicts->outcomes[i].expected->words, words) == 0 &&
            way_outcome_ruling(&verdicts->outcomes[i]) != WAY_RULED_PASSED)
            return true;
    return false;
}

/* Expectations that require others are skipped where those did not pass; and so are those that
 * require these. */
static void skip_unmet(struct way_verdicts *verdicts)
{
    bool changed = true;

    while (changed) {
        changed = false;
        for (size_t i = 0; i < verdicts->count; i++) {
            struct way_outcome *outcome = &verdicts->outcomes[i];
            const struct way_need *need = outcome->expected->needs;
            for (; need && !outcome->skipped; need = need->next)
                if (need->kind == WAY_REQUIRES_EXPECTATION && is_unmet(verdicts, need->name)) {
                    outcome->skipped = "what it requires did not pass";
                    changed = true;
                }
        }
    }
}

void way_judge(const struct way_judge_setup *setup, struct way_verdicts *verdicts)
{
    const struct way_program *program = setup->program;
    struct way_pass *pass = way_memory_array(1, sizeof *pass);
    size_t i = 0, rules = 0, at = 0;

    *verdicts = (struct way_verdicts){
        .outcomes = way_memory_array(program->expected_count, sizeof *verdicts->outcomes),
        .count = program->expected_count,
        .select_count = program->select_count,
        .selected = way_memory_array(program->select_count, sizeof *verdicts->selected)};
    for (const struct way_expected *one = program->expected; one; one = one->next)
        rules += count_rules(one);
    struct planned *planned = way_memory_array(rules, sizeof *planned);
    bool *done = way_memory_array(rules, sizeof *done);
    way_pass_begin(pass, setup);
    for (const struct way_expected *one = program->expected; one; one = one->next, i++) {
        struct way_outcome *outcome = &verdicts->outcomes[i];
        outcome->expected = one;
        outcome->skipped = one->skip;
        outcome->rule_count = count_rules(one);
        outcome->rules = way_memory_array(outcome->rule_count, sizeof *outcome->rules);
        begin(pass, outcome, planned + at, done + at);
        at += outcome->rule_count;
    }
    way_pass_run(pass);
    at = 0;
    for (i = 0; i < verdicts->count; i++) {
        end(pass, &verdicts->outcomes[i], planned + at, done + at);
        at += verdicts->outcomes[i].rule_count;
    }
    skip_unmet(verdicts);
    for (i = 0; i < program->select_count; i++)
        verdicts->selected[i].select = pass->states[i].select,
        verdicts->selected[i].selected = pass->states[i].selected;
    verdicts->packets = pass->packets;
    way_gather_end(pass);
    way_running_end(pass);
    way_pass_end(pass);
    free(pass);
    free(planned);
    free(done);
}

void way_verdicts_free(struct way_verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++)
        free(verdicts->outcomes[i].rules);
    free(verdicts->outcomes);
    free(verdicts->selected);
    *verdicts = (struct way_verdicts){0};
}
