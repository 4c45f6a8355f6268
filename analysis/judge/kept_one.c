/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules about one packet, the first or the last: it is found, bound, and judged.
 */
#include "analysis/judge/meant.h"
#include "analysis/judge/relation.h"

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

/* Whether another one that is meant may have come before the n-th of them (`step` -1:
 * behind it), for all that the clocks of its taps tell. */
static bool is_contested(struct way_pass *pass, const struct way_select *select,
                         const struct way_meant *meant, size_t n, int step)
{
    const struct way_kept_list *list = &pass->states[select->number].kept;
    const struct way_kept *one = list->items[way_meant_at(meant, n)];

    if (pass->setup->uncertainty == 0)
        return false;
    for (size_t k = n + (size_t)step; k < meant->count; k += (size_t)step) {
        size_t i = way_meant_at(meant, k);
        int64_t apart = list->items[i]->record.time - one->record.time;
        if ((apart < 0 ? -apart : apart) > pass->setup->uncertainty)
            return false;
        if (list->items[i]->tap != one->tap && way_related_inside(pass, select, i) >= WAY_UNDECIDED)
            return true;
    }
    return false;
}

/* The packet that is found: binds it, judges it. */
static void judge_found(struct way_pass *pass, const struct way_expected *expected,
                        struct way_relating *relating, size_t index, bool doubt,
                        struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept *kept = pass->states[rule->main->number].kept.items[index];
    struct way_found found = {.other = {.tap = -1}};
    struct way_at at = way_at_kept(kept);

    way_pass_put(pass, WAY_SLOT_SELF, kept);
    enum way_truth truth = way_kept_demanded(pass, relating, kept, 0, &found);
    outcome->examined++;
    outcome->matched += truth == WAY_TRUE;
    if (rule->main->slot) {
        way_pass_put(pass, rule->main->slot, kept);
        pass->bound_index[rule->main->slot] = index;
    }
    if (truth == WAY_TRUE && !doubt)
        return;
    if (truth == WAY_TRUE) {
        way_note_write(found.expected, "%s", rule->main->text);
        way_note_write(found.found, "the clocks cannot tell which it is");
    }
    way_kept_note(pass, expected, relating,
                  way_outcome_note(outcome, truth == WAY_UNDECIDED || doubt, &at), kept, &found);
}

bool way_kept_one(struct way_pass *pass, const struct way_expected *expected,
                  struct way_relating *relating, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = relating->rule;
    bool backwards = rule->quantifier == WAY_LAST, doubt = false;
    struct way_near near = {.count = 0};
    struct way_meant meant = way_meant_of(pass, rule->main);

    for (size_t n = 0; n < meant.count; n++) {
        size_t at = backwards ? meant.count - 1 - n : n, i = way_meant_at(&meant, at);
        enum way_truth inside = way_related_inside(pass, rule->main, i);
        doubt |= inside == WAY_UNDECIDED;
        if (inside != WAY_TRUE)
            continue;
        doubt |= is_contested(pass, rule->main, &meant, at, backwards ? -1 : 1);
        judge_found(pass, expected, relating, i, doubt, outcome);
        return !doubt;
    }
    if (rule->main->late && outcome->failures < WAY_NOTES_MAX)
        name_nearest(pass, rule->main, &near);
    bool unseen = way_kept_is_cut(pass, rule) && way_unseen(pass) == WAY_UNDECIDED;
    if (doubt || !rule->may_be_none)
        not_found(pass, expected, rule,
                  doubt    ? "the clocks cannot tell which it is"
                  : unseen ? "none, and the capture ends before that"
                           : NULL,
                  &near, outcome);
    return !doubt;
}
