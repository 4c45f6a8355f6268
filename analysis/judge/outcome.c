/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Outcomes: counting, and keeping the first notes.
 */
#include "analysis/judge/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum way_ruling way_rule_ruling(const struct way_rule_outcome *outcome)
{
    if (outcome->failures)
        return WAY_RULED_FAILED;
    return outcome->doubts ? WAY_RULED_INCONCLUSIVE : WAY_RULED_PASSED;
}

enum way_ruling way_outcome_ruling(const struct way_outcome *outcome)
{
    enum way_ruling worst = WAY_RULED_PASSED;

    if (outcome->skipped)
        return WAY_RULED_SKIPPED;
    for (size_t i = 0; i < outcome->rule_count; i++) {
        enum way_ruling one = way_rule_ruling(&outcome->rules[i]);
        worst = one > worst ? one : worst;
    }
    return worst;
}

const char *way_ruling_name(enum way_ruling ruling)
{
    static const char *const names[] = {[WAY_RULED_PASSED] = "passed",
                                        [WAY_RULED_INCONCLUSIVE] = "inconclusive",
                                        [WAY_RULED_FAILED] = "failed",
                                        [WAY_RULED_SKIPPED] = "skipped"};

    return names[ruling];
}

/* The place for one more note: a free one, or for a failure that of a doubt. */
static struct way_note *free_note(struct way_rule_outcome *outcome, bool doubt)
{
    if (outcome->note_count < WAY_NOTES_MAX)
        return &outcome->notes[outcome->note_count++];
    for (size_t i = 0; i < WAY_NOTES_MAX && !doubt; i++)
        if (outcome->notes[i].doubt)
            return &outcome->notes[i];
    return NULL;
}

struct way_note *way_outcome_note(struct way_rule_outcome *outcome, bool doubt,
                                  const struct way_at *at)
{
    static const struct way_at nowhere = {.tap = -1};

    *(doubt ? &outcome->doubts : &outcome->failures) += 1;
    struct way_note *note = free_note(outcome, doubt);
    if (!note)
        return NULL;
    memset(note, 0, sizeof *note);
    note->doubt = doubt;
    note->at = at ? *at : nowhere;
    return note;
}

void way_outcome_doubt(struct way_rule_outcome *outcome)
{
    outcome->doubts += outcome->failures;
    outcome->failures = 0;
    for (size_t i = 0; i < outcome->note_count; i++)
        outcome->notes[i].doubt = true;
}

void way_note_write(char text[WAY_NOTE_TEXT_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, WAY_NOTE_TEXT_MAX, format, arguments);
    va_end(arguments);
    if (length >= WAY_NOTE_TEXT_MAX)
        memcpy(text + WAY_NOTE_TEXT_MAX - 4, "...", 4);
}
