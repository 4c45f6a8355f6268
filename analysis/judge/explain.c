/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a condition does not hold, in words; and what nearly held.
 */
#include "analysis/judge/pass.h"

#include <stdio.h>
#include <string.h>

/* The value of a term in words: "64", "absent", "broken". */
static void value_text(struct way_pass *pass, const struct way_term *term, char *text, size_t size)
{
    struct way_datum datum;

    if (way_evaluate_value(&pass->evaluation, term, &datum))
        way_datum_format(&datum, text, size);
    else if (pass->evaluation.why == WAY_BROKEN)
        snprintf(text, size, "broken: it cannot be read");
    else
        snprintf(text, size, "absent");
}

/* The first part of a condition that does not hold. */
static const struct way_term *culprit(struct way_pass *pass, const struct way_term *condition)
{
    while (condition->kind == WAY_TERM_AND)
        condition = way_evaluate(&pass->evaluation, condition->kids[0]) != WAY_TRUE
                        ? condition->kids[0]
                        : condition->kids[1];
    return condition;
}

/* How much a part of `or` has to do with its truth: what is absent has nothing. */
static int weight(struct way_pass *pass, const struct way_term *part)
{
    switch (way_evaluate(&pass->evaluation, part)) {
    case WAY_TRUE:
        return 3;
    case WAY_UNDECIDED:
        return 2;
    case WAY_UNKNOWN:
        return pass->evaluation.why == WAY_BROKEN;
    default:
        return 0;
    }
}

void way_explain_true(struct way_pass *pass, const struct way_term *condition,
                      char found[WAY_NOTE_TEXT_MAX])
{
    char left[200];

    while (condition->kind == WAY_TERM_OR)
        condition =
            condition->kids[weight(pass, condition->kids[0]) < weight(pass, condition->kids[1])];
    if (way_term_is_comparison(condition->kind)) {
        value_text(pass, condition->kids[0], left, sizeof left);
        way_note_write(found, "%s: %s is %s", condition->text, condition->kids[0]->text, left);
    } else if (condition->kind == WAY_TERM_HAS) {
        value_text(pass, condition->kids[0], left, sizeof left);
        way_note_write(found, "%s: it is %s", condition->text, left);
    } else {
        way_note_write(found, "%s", condition->text);
    }
}

void way_explain(struct way_pass *pass, const struct way_term *condition,
                 char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX])
{
    const struct way_term *part = culprit(pass, condition);
    char left[200], right[200];

    if (!way_term_is_comparison(part->kind)) {
        enum way_truth truth = way_evaluate(&pass->evaluation, part);
        const struct way_term *cause = pass->evaluation.cause;
        way_note_write(expected, "%s", part->text);
        if (truth == WAY_UNKNOWN && cause)
            way_note_write(found, "%s is %s", cause->text,
                           pass->evaluation.why == WAY_BROKEN ? "broken" : "absent");
        else
            way_note_write(found, "it does not hold");
        return;
    }
    value_text(pass, part->kids[0], left, sizeof left);
    value_text(pass, part->kids[1], right, sizeof right);
    if (part->kids[1]->kind == WAY_TERM_DATUM && strcmp(right, part->kids[1]->text) == 0)
        way_note_write(expected, "%s", part->text);
    else
        way_note_write(expected, "%s, which is %s", part->text, right);
    way_note_write(found, "%s is %s", part->kids[0]->text, left);
}

/* Adds a term's value, and where it is an aggregate of values, of how many. */
static void add_value(struct way_pass *pass, const struct way_term *term,
                      char text[WAY_NOTE_TEXT_MAX])
{
    bool aggregate = term->kind == WAY_TERM_AGGREGATE && !term->over && !term->running &&
                     term->aggregate != WAY_AGGREGATE_COUNT &&
                     term->aggregate != WAY_AGGREGATE_RATE;
    char value[200], of[64] = "";
    size_t at = strlen(text);

    value_text(pass, term, value, sizeof value);
    if (aggregate)
        snprintf(of, sizeof of, ", of %.0f %s", pass->gathered, term->other ? "packets" : "values");
    snprintf(text + at, WAY_NOTE_TEXT_MAX - at, "%s%.250s is %s%s", at ? "; " : "", term->text,
             value, of);
}

void way_explain_values(struct way_pass *pass, const struct way_term *condition,
                        char text[WAY_NOTE_TEXT_MAX])
{
    if (way_term_is_comparison(condition->kind)) {
        for (size_t i = 0; i < 2; i++)
            if (condition->kids[i]->slots) /* others are known from the file */
                add_value(pass, condition->kids[i], text);
        return;
    }
    for (size_t i = 0; i < WAY_TERM_KIDS && condition->kids[i]; i++)
        if (condition->kids[i]->is_truth)
            way_explain_values(pass, condition->kids[i], text);
}

unsigned way_mismatches(struct way_pass *pass, const struct way_term *condition,
                        char text[WAY_NOTE_TEXT_MAX])
{
    if (condition->kind == WAY_TERM_AND)
        return way_mismatches(pass, condition->kids[0], text) +
               way_mismatches(pass, condition->kids[1], text);
    if (way_evaluate(&pass->evaluation, condition) == WAY_TRUE)
        return 0;
    size_t at = strlen(text);
    char expected[WAY_NOTE_TEXT_MAX], found[WAY_NOTE_TEXT_MAX];
    way_explain(pass, condition, expected, found);
    snprintf(text + at, WAY_NOTE_TEXT_MAX - at, "%s%.150s (wanted: %.150s)", at ? "; " : "", found,
             expected);
    return 1;
}

void way_note_packet(struct way_pass *pass, struct way_note *note, struct way_stand *stand,
                     const struct way_expected *expected)
{
    if (stand) {
        way_packet_line(stand, note->packet, sizeof note->packet);
        way_packet_filter(&note->at, note->filter, sizeof note->filter);
    }
    note->bound[0] = '\0';
    note->bound_count = 0;
    for (unsigned i = 0; expected && i < expected->slot_count; i++) {
        const struct way_kept *kept = pass->bound[WAY_SLOT_BOUND + i];
        if (!kept)
            continue;
        size_t at = strlen(note->bound);
        snprintf(note->bound + at, sizeof note->bound - at, "%s%s = %s frame %llu", at ? ", " : "",
                 expected->slot_names[WAY_SLOT_BOUND + i], pass->program->taps[kept->tap],
                 (unsigned long long)kept->record.number);
        if (note->bound_count < WAY_NOTE_BOUND_MAX)
            note->bound_at[note->bound_count++] = way_at_kept(kept);
    }
}

/* How many parts of a condition do not hold. */
static unsigned count_mismatches(struct way_pass *pass, const struct way_term *condition)
{
    if (condition->kind == WAY_TERM_AND)
        return count_mismatches(pass, condition->kids[0]) +
               count_mismatches(pass, condition->kids[1]);
    return way_evaluate(&pass->evaluation, condition) != WAY_TRUE;
}

void way_near_offer(struct way_pass *pass, struct way_near *near, const struct way_at *at,
                    const struct way_term *condition)
{
    char text[WAY_NOTE_TEXT_MAX] = "";

    /* Words cost more than finding out that they are not wanted. */
    if (near->count == WAY_NOTE_NEAREST_MAX &&
        count_mismatches(pass, condition) >= near->differences[near->count - 1])
        return;
    unsigned differences = way_mismatches(pass, condition, text);

    way_near_put(near, at, differences, text);
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

void way_near_put(struct way_near *near, const struct way_at *at, unsigned differences,
                  const char *text)
{
    size_t place = near->count;

    for (size_t i = 0; i < near->count; i++)
        if (near->at[i].source == at->source && near->at[i].number == at->number)
            return; /* it is there already */

    while (place > 0 &&
           (near->differences[place - 1] > differences ||
            (near->around && near->differences[place - 1] == differences &&
             distance(near->at[place - 1].time, near->around) > distance(at->time, near->around))))
        place--;
    if (place == WAY_NOTE_NEAREST_MAX)
        return;
    size_t last = near->count < WAY_NOTE_NEAREST_MAX ? near->count++ : WAY_NOTE_NEAREST_MAX - 1;
    for (; last > place; last--) {
        near->differences[last] = near->differences[last - 1];
        near->at[last] = near->at[last - 1];
        memcpy(near->texts[last], near->texts[last - 1], sizeof near->texts[0]);
    }
    near->differences[place] = differences;
    near->at[place] = *at;
    way_note_write(near->texts[place], "%s", text);
}

void way_near_write(const struct way_near *near, struct way_note *note)
{
    for (size_t i = 0; i < near->count; i++) {
        memcpy(note->nearest[i], near->texts[i], sizeof near->texts[i]);
        note->nearest_at[i] = near->at[i];
    }
}
