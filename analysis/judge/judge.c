/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan of a judgement: which rule is judged how, before and after the pass.
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

/* ---- afterwards ---- */

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
        way_note_lack(&outcome->rules[0], false, "the marks and names that it speaks of",
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
        way_demand_sound(pass, outcome, &outcome->rules[n]);
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
