/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing outcomes.
 */
#include "analysis/assert/verdicts.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/assert/json.h"
#include "analysis/assert/text.h"

struct sums {
    uint64_t examined, matched;
};

static struct sums sum_of(const struct way_outcome *outcome)
{
    struct sums sums = {0};

    for (size_t i = 0; i < outcome->rule_count; i++) {
        const struct way_rule_outcome *one = &outcome->rules[i];
        sums.examined += one->examined;
        sums.matched += one->matched;
    }
    return sums;
}

/* "12 selected, all fulfil it": what one rule was asked of, and of how many it is so. */
static struct way_text rule_counts_text(const struct way_rule_outcome *one)
{
    switch (one->rule->quantifier) {
    case WAY_EACH:
    case WAY_EACH_FIRST:
        if (one->examined == 0)
            return way_text("nothing selected");
        if (one->matched == one->examined)
            return way_text("%" PRIu64 " selected, all fulfil it", one->examined);
        return way_text("%" PRIu64 " selected, %" PRIu64 " fulfil it", one->examined, one->matched);
    case WAY_NO:
        return one->matched ? way_text("%" PRIu64 " found", one->matched)
                            : way_text("none found, of %" PRIu64, one->examined);
    case WAY_EXPECT:
        return way_text(one->examined && one->matched == one->examined ? "it is so"
                                                                       : "it is not so");
    default:
        return way_text("%" PRIu64 " found", one->matched);
    }
}

/* Whether the rule says something of each packet there is, and there was none. */
static bool was_idle(const struct way_rule_outcome *one)
{
    enum way_quantifier quantifier = one->rule->quantifier;

    return one->examined == 0 &&
           (quantifier == WAY_EACH || quantifier == WAY_EACH_FIRST || quantifier == WAY_NO);
}

/* The same of all rules: of several, how many hold. */
static struct way_text counts_text(const struct way_outcome *outcome)
{
    size_t all = outcome->rule_count, bad = 0, idle = 0;

    assert(outcome->rules);
    for (size_t i = 0; i < all; i++) {
        bad += way_rule_ruling(&outcome->rules[i]) != WAY_RULED_PASSED;
        idle += was_idle(&outcome->rules[i]);
    }
    if (bad == 0 && idle == all)
        return way_text("nothing to examine (may be none)");
    if (all == 1)
        return rule_counts_text(&outcome->rules[0]);
    if (bad == 0)
        return way_text("%zu rules hold, %" PRIu64 " packets examined", all,
                        sum_of(outcome).examined);
    if (way_outcome_ruling(outcome) == WAY_RULED_INCONCLUSIVE)
        return way_text("%zu of %zu rules in doubt", bad, all);
    return way_text("%zu of %zu rules broken", bad, all);
}

/* The name of a capture, without its folder. */
static const char *capture_name(const struct way_reporting *reporting, const struct way_at *at)
{
    const struct way_source_facts *facts =
        way_source_facts(way_merge_source(reporting->setup->merge, at->source));
    const char *slash = strrchr(facts->name, '/');

    return slash ? slash + 1 : facts->name;
}

/* "c1-r1.pcap frame 12 at 1764.000000001 on c1-r1" */
static struct way_text place_text(const struct way_reporting *reporting, const struct way_at *at)
{
    if (at->tap < 0)
        return way_text("the captures as a whole");
    return way_text("%s frame %" PRIu64 " at %s", capture_name(reporting, at), at->number,
                    way_text_time(at->time).s);
}

/* The display filters that find a note's packet, or, where it is about none, those that names
 * stood for; each with the capture for which it is. */
static void print_filters(FILE *out, const struct way_reporting *reporting,
                          const struct way_note *note)
{
    if (note->filter[0])
        way_text_line(out, "    wireshark: in %s: %s", capture_name(reporting, &note->at),
                      note->filter);
    for (size_t i = 0; !note->filter[0] && i < note->bound_count; i++)
        way_text_line(out, "    wireshark: in %s: frame.number == %" PRIu64,
                      capture_name(reporting, &note->bound_at[i]), note->bound_at[i].number);
}

static void print_note(FILE *out, const struct way_reporting *reporting,
                       const struct way_note *note, const char *wire)
{
    way_text_line(out, "    at:        %s", place_text(reporting, &note->at).s);
    if (note->packet[0])
        way_text_line(out, "    packet:    %s", note->packet);
    way_text_line(out, "    expected:  %s", note->expected);
    way_text_line(out, "    found:     %s", note->found);
    for (size_t i = 0; i < WAY_NOTE_NEAREST_MAX && note->nearest[i][0]; i++)
        way_text_line(out, "    nearest:   %s: %s", place_text(reporting, &note->nearest_at[i]).s,
                      note->nearest[i]);
    if (wire[0])
        way_text_line(out, "    the wire:  %s", wire);
    if (note->bound[0])
        way_text_line(out, "    bound:     %s", note->bound);
    print_filters(out, reporting, note);
}

/* What is known of a tap: "c1-r1: 12 packets from 1764.1 to 1764.9, live from 1764.0". */
static struct way_text tap_text(const struct way_reporting *reporting, unsigned tap)
{
    const struct way_judge_setup *setup = reporting->setup;
    const struct way_judge_tap *known = &setup->taps[tap];
    uint64_t packets = 0, lost = 0;
    int64_t first = INT64_MAX, last = INT64_MIN;

    for (unsigned i = 0; i < way_merge_count(setup->merge); i++) {
        const struct way_source_facts *facts = way_source_facts(way_merge_source(setup->merge, i));
        for (size_t f = 0; f < setup->sources[i].feed_count; f++) {
            if (setup->sources[i].feeds[f].tap != tap || facts->packets == 0)
                continue;
            packets += facts->packets;
            lost += facts->dropped_known ? facts->dropped : 0;
            first = facts->first < first ? facts->first : first;
            last = facts->last > last ? facts->last : last;
        }
    }
    struct way_text span =
        packets ? way_text(" from %s to %s", way_text_time(first).s, way_text_time(last).s)
                : way_text("%s", "");
    bool said = known->live_from != INT64_MIN && known->live_from != INT64_MAX;
    struct way_text live =
        said ? way_text(", live from %s", way_text_time(known->live_from).s) : way_text("%s", "");
    return way_text("%s: %" PRIu64 " packets captured%s%s%s%s%s", setup->program->taps[tap],
                    packets, span.s, live.s, lost ? ", and some were lost" : "",
                    known->gap_count ? ", off for a while" : "",
                    known->unfit ? ", not to be relied upon" : "");
}

/* The taps that a rule looks at, each once. */
static size_t taps_of(const struct way_rule *rule, unsigned taps[2 * WAY_PROGRAM_SELECT_TAPS])
{
    enum { SELECTS = 2 };
    const struct way_select *selects[SELECTS] = {rule->main, rule->other};
    size_t count = 0;

    for (size_t s = 0; s < SELECTS; s++)
        for (size_t i = 0; selects[s] && i < selects[s]->tap_count; i++) {
            size_t k = 0;
            while (k < count && taps[k] != selects[s]->taps[i])
                k++;
            if (k == count)
                taps[count++] = selects[s]->taps[i];
        }
    return count;
}

static void print_rule(FILE *out, const struct way_reporting *reporting,
                       const struct way_rule_outcome *one)
{
    uint64_t all = one->failures ? one->failures : one->doubts, shown = 0;

    way_text_line(out, "  %s:%u: %s", one->rule->place.script->name, one->rule->place.line,
                  one->rule->text);
    for (size_t i = 0; i < one->note_count; i++) {
        if (one->notes[i].doubt && one->failures)
            continue;
        print_note(out, reporting, &one->notes[i],
                   way_wire_notes_text(reporting->wire, &one->notes[i]));
        shown++;
    }
    unsigned taps[2 * WAY_PROGRAM_SELECT_TAPS];
    size_t tap_count = taps_of(one->rule, taps);
    for (size_t i = 0; i < tap_count; i++)
        way_text_line(out, "    tap:       %s", tap_text(reporting, taps[i]).s);
    if (all > shown)
        way_text_line(out, "    and %" PRIu64 " more like it", all - shown);
}

void way_verdict_text(FILE *out, const struct way_reporting *reporting,
                      const struct way_outcome *outcome)
{
    enum way_ruling ruling = way_outcome_ruling(outcome);
    bool warned = outcome->expected->warn && ruling != WAY_RULED_PASSED;

    if (ruling == WAY_RULED_SKIPPED) {
        way_text_line(out, "%-12s  %s: %s", "skipped", outcome->expected->words, outcome->skipped);
        return;
    }
    way_text_line(out, "%-12s  %s: %s%s", way_ruling_name(ruling), outcome->expected->words,
                  counts_text(outcome).s, warned ? " (a warning)" : "");
    for (size_t i = 0; i < outcome->rule_count; i++) {
        const struct way_rule_outcome *one = &outcome->rules[i];
        if (way_rule_ruling(one) != WAY_RULED_PASSED)
            print_rule(out, reporting, one);
        else if (one->unknown)
            way_text_line(out, "    of %" PRIu64 " packets nothing can be said: %s is absent",
                          one->unknown, one->lacking);
    }
}

static uint64_t selected_by(const struct way_verdicts *verdicts, const struct way_select *select)
{
    return verdicts->selected[select->number].selected;
}

void way_verdict_explain(FILE *out, const struct way_reporting *reporting,
                         const struct way_outcome *outcome, const struct way_verdicts *verdicts)
{
    const struct way_expected *expected = outcome->expected;

    (void)reporting;
    for (size_t i = 0; i < expected->scope_count; i++)
        way_text_line(out, "    line %u  for each %s: %" PRIu64 " selected",
                      expected->scopes[i]->place.line, expected->scopes[i]->text,
                      selected_by(verdicts, expected->scopes[i]));
    for (size_t i = 0; i < outcome->rule_count; i++) {
        const struct way_rule_outcome *one = &outcome->rules[i];
        const struct way_rule *rule = one->rule;
        if (rule->main)
            way_text_line(out,
                          "    line %u  %s: %" PRIu64 " selected, %" PRIu64 " examined, %" PRIu64
                          " matched",
                          rule->place.line, rule->main->text, selected_by(verdicts, rule->main),
                          one->examined, one->matched);
        else
            way_text_line(out, "    line %u  %s: %s", rule->place.line, rule->text,
                          way_ruling_name(way_rule_ruling(one)));
        if (one->value[0])
            way_text_line(out, "             value: %s%s", one->value,
                          one->examined > 1 ? " (the first)" : "");
        if (rule->main && rule->main->filter)
            way_text_line(out, "             filter: %s", rule->main->filter);
        if (rule->other)
            way_text_line(out, "             others: %s: %" PRIu64 " selected", rule->other->text,
                          selected_by(verdicts, rule->other));
        if (one->unknown)
            way_text_line(out, "             unknown: %" PRIu64 ", for want of %s", one->unknown,
                          one->lacking);
    }
}

/* ---- JSON ---- */

/* The worst rule's first note, for one-line details. */
static const struct way_rule_outcome *worst_of(const struct way_outcome *outcome)
{
    const struct way_rule_outcome *worst = NULL;

    for (size_t i = 0; i < outcome->rule_count; i++)
        if (!worst || way_rule_ruling(&outcome->rules[i]) > way_rule_ruling(worst))
            worst = &outcome->rules[i];
    return worst;
}

static struct way_text detail_of(const struct way_reporting *reporting,
                                 const struct way_outcome *outcome)
{
    const struct way_rule_outcome *worst = worst_of(outcome);

    if (outcome->skipped)
        return way_text("%s", outcome->skipped);
    if (way_outcome_ruling(outcome) == WAY_RULED_PASSED || !worst || worst->note_count == 0)
        return counts_text(outcome);
    const struct way_note *note = &worst->notes[0];
    return way_text("%s: expected %s, found %s", place_text(reporting, &note->at).s, note->expected,
                    note->found);
}

static int set_place(json_t *object, const struct way_reporting *reporting, const struct way_at *at)
{
    if (at->tap < 0)
        return 0;
    const struct way_source_facts *facts =
        way_source_facts(way_merge_source(reporting->setup->merge, at->source));
    return json_object_set_new(object, "capture", way_json_of_text(facts->name)) |
           json_object_set_new(object, "tap",
                               way_json_of_text(reporting->setup->program->taps[at->tap])) |
           json_object_set_new(object, "frame", json_integer((json_int_t)at->number)) |
           json_object_set_new(object, "time", json_integer(at->time));
}

static json_t *note_json(const struct way_reporting *reporting, const struct way_note *note,
                         const char *wire)
{
    json_t *object = json_object(), *nearest = json_array();
    int error = set_place(object, reporting, &note->at);

    error |= json_object_set_new(object, "doubt", json_boolean(note->doubt));
    error |= json_object_set_new(object, "expected", way_json_of_text(note->expected));
    error |= json_object_set_new(object, "found", way_json_of_text(note->found));
    if (note->packet[0])
        error |= json_object_set_new(object, "packet", way_json_of_text(note->packet));
    if (note->filter[0])
        error |= json_object_set_new(object, "filter", way_json_of_text(note->filter));
    if (wire[0])
        error |= json_object_set_new(object, "wire", way_json_of_text(wire));
    if (note->bound[0])
        error |= json_object_set_new(object, "bound", way_json_of_text(note->bound));
    for (size_t i = 0; i < WAY_NOTE_NEAREST_MAX && note->nearest[i][0]; i++) {
        json_t *one = json_object();
        error |= set_place(one, reporting, &note->nearest_at[i]);
        error |= json_object_set_new(one, "differs", way_json_of_text(note->nearest[i]));
        error |= json_array_append_new(nearest, one);
    }
    error |= json_object_set_new(object, "nearest", nearest);
    if (!error)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *rule_json(const struct way_reporting *reporting, const struct way_rule_outcome *one)
{
    json_t *object = json_object(), *notes = json_array();
    int error =
        json_object_set_new(object, "rule", way_json_of_text(one->rule->text)) |
        json_object_set_new(object, "line", json_integer(one->rule->place.line)) |
        json_object_set_new(object, "verdict", json_string(way_ruling_name(way_rule_ruling(one)))) |
        json_object_set_new(object, "examined", json_integer((json_int_t)one->examined)) |
        json_object_set_new(object, "matched", json_integer((json_int_t)one->matched)) |
        json_object_set_new(object, "unknown", json_integer((json_int_t)one->unknown)) |
        json_object_set_new(object, "failures", json_integer((json_int_t)one->failures)) |
        json_object_set_new(object, "doubts", json_integer((json_int_t)one->doubts));

    for (size_t i = 0; i < one->note_count; i++)
        error |= json_array_append_new(
            notes, note_json(reporting, &one->notes[i],
                             way_wire_notes_text(reporting->wire, &one->notes[i])));
    error |= json_object_set_new(object, "notes", notes);
    if (one->value[0])
        error |= json_object_set_new(object, "value", way_json_of_text(one->value));
    if (way_rule_ruling(one) != WAY_RULED_PASSED) {
        unsigned taps[2 * WAY_PROGRAM_SELECT_TAPS];
        size_t tap_count = taps_of(one->rule, taps);
        json_t *known = json_array();
        for (size_t i = 0; i < tap_count; i++)
            error |= json_array_append_new(known, json_string(tap_text(reporting, taps[i]).s));
        error |= json_object_set_new(object, "taps", known);
    }
    if (!error)
        return object;
    json_decref(object);
    return NULL;
}

json_t *way_verdict_json(const struct way_reporting *reporting, const struct way_outcome *outcome)
{
    json_t *object = json_object(), *rules = json_array();
    struct sums sums = sum_of(outcome);
    const struct way_rule_outcome *worst = worst_of(outcome);
    enum way_ruling ruling = way_outcome_ruling(outcome);
    const struct way_expected *expected = outcome->expected;
    int error =
        json_object_set_new(object, "name", way_json_of_text(expected->words)) |
        json_object_set_new(object, "verdict", json_string(way_ruling_name(ruling))) |
        json_object_set_new(object, "level", json_string(expected->warn ? "warn" : "fail")) |
        json_object_set_new(object, "detail", json_string(detail_of(reporting, outcome).s)) |
        json_object_set_new(object, "examined", json_integer((json_int_t)sums.examined)) |
        json_object_set_new(object, "matched", json_integer((json_int_t)sums.matched)) |
        json_object_set_new(object, "file", way_json_of_text(expected->place.script->name)) |
        json_object_set_new(object, "line", json_integer(expected->place.line));

    if (ruling != WAY_RULED_PASSED && worst && worst->note_count) {
        const struct way_note *note = &worst->notes[0];
        error |= json_object_set_new(object, "rule", way_json_of_text(worst->rule->text));
        error |= json_object_set_new(object, "expected", way_json_of_text(note->expected));
        error |= json_object_set_new(object, "found", way_json_of_text(note->found));
        error |= set_place(object, reporting, &note->at);
        const char *wire = way_wire_notes_text(reporting->wire, note);
        if (wire[0])
            error |= json_object_set_new(object, "wire", way_json_of_text(wire));
    }
    for (size_t i = 0; i < outcome->rule_count; i++)
        error |= json_array_append_new(rules, rule_json(reporting, &outcome->rules[i]));
    error |= json_object_set_new(object, "rules", rules);
    if (!error)
        return object;
    json_decref(object);
    return NULL;
}
