/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules about single packets, counted as they pass; and what counts come to, for
 * all rules.
 */
#include "analysis/judge/pass.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

/* ---- quantifiers ---- */

static const char *words_of(enum way_quantifier quantifier)
{
    static const char *const words[] = {
        [WAY_EXACTLY] = "exactly", [WAY_AT_LEAST] = "at least", [WAY_AT_MOST] = "at most"};

    return words[quantifier];
}

enum way_truth way_count_fits(enum way_quantifier quantifier, const struct way_datum *wanted,
                              const struct way_tally *tally)
{
    double low = (double)tally->hold, high = low + (double)tally->may;
    double least = 1, most = 1; /* SOME and NO: one, or less than that */

    if (wanted) {
        least = way_datum_real(wanted) - wanted->error;
        most = way_datum_real(wanted) + wanted->error;
    }
    switch (quantifier) {
    case WAY_NO:
        return low >= 1 ? WAY_FALSE : high >= 1 ? WAY_UNDECIDED : WAY_TRUE;
    case WAY_AT_MOST:
        return high <= least ? WAY_TRUE : low <= most ? WAY_UNDECIDED : WAY_FALSE;
    case WAY_EXACTLY:
        if (low == high && least == most && low == least)
            return WAY_TRUE;
        return low <= most && least <= high ? WAY_UNDECIDED : WAY_FALSE;
    default: /* AT_LEAST, SOME */
        return low >= most ? WAY_TRUE : high >= least ? WAY_UNDECIDED : WAY_FALSE;
    }
}

/* How a count fits that may be larger than what was captured. */
static enum way_truth fits_with_unseen(const struct way_pass *pass, enum way_quantifier quantifier,
                                       const struct way_datum *wanted,
                                       const struct way_tally *tally)
{
    struct way_tally more = {.hold = tally->hold, .may = UINT64_MAX / 2};
    enum way_truth fits = way_count_fits(quantifier, wanted, tally);

    if (!tally->unseen || fits == WAY_UNDECIDED ||
        way_count_fits(quantifier, wanted, &more) == fits)
        return fits;
    return way_unseen(pass);
}

/* What is wanted of a count, in words. */
static void count_words(enum way_quantifier quantifier, double wanted, const char *where,
                        struct way_note *note)
{
    const char *group = where[0] ? " in the group of " : "";

    if (quantifier == WAY_SOME || quantifier == WAY_NO)
        way_note_write(note->expected, "%s such packet%s%s", quantifier == WAY_NO ? "no" : "some",
                       group, where);
    else
        way_note_write(note->expected, "%s %g such packets%s%s", words_of(quantifier), wanted,
                       group, where);
}

struct way_note *way_tally_beyond(struct way_pass *pass, struct way_rule_outcome *outcome,
                                  struct way_tally *tally, const struct way_at *at)
{
    const struct way_rule *rule = outcome->rule;
    struct way_datum wanted;

    if (tally->beyond || (rule->quantifier != WAY_AT_MOST && rule->quantifier != WAY_EXACTLY) ||
        (rule->count->slots & WAY_SLOTS_LATE) || /* that is not known yet */
        !way_evaluate_value(&pass->evaluation, rule->count, &wanted) ||
        (double)tally->hold <= way_datum_real(&wanted) + wanted.error)
        return NULL;
    tally->beyond = tally->hold;
    tally->note = way_outcome_note(outcome, false, at);
    return tally->note;
}

void way_tally_judge(struct way_pass *pass, const struct way_rule *rule,
                     const struct way_tally *tally, const char *where,
                     struct way_rule_outcome *outcome)
{
    enum way_quantifier quantifier = rule->quantifier;
    struct way_datum wanted = {.sort = WAY_SORT_NUMBER};
    struct way_note *note;

    if (quantifier < WAY_SOME || quantifier > WAY_AT_MOST || (quantifier == WAY_NO && tally->hold))
        return; /* of each packet it has been noted already */
    if (rule->count && !way_evaluate_value(&pass->evaluation, rule->count, &wanted)) {
        if ((note = way_outcome_note(outcome, false, NULL))) {
            way_note_write(note->expected, "a number: %s", rule->count->text);
            way_note_write(note->found, "it has no value");
        }
        return;
    }
    struct way_tally counted = *tally;
    counted.may = quantifier == WAY_NO ? 0 : tally->may;
    enum way_truth fits =
        fits_with_unseen(pass, quantifier, rule->count ? &wanted : NULL, &counted);
    if (fits == WAY_TRUE)
        return;
    note = tally->beyond ? tally->note : way_outcome_note(outcome, fits == WAY_UNDECIDED, NULL);
    if (!note)
        return;
    count_words(quantifier, way_datum_real(&wanted), where, note);
    if (counted.may)
        way_note_write(note->found, "%" PRIu64 ", and %" PRIu64 " that the clocks cannot place",
                       tally->hold, tally->may);
    else if (tally->beyond)
        way_note_write(note->found, "%" PRIu64 ", of which this is number %" PRIu64, tally->hold,
                       tally->beyond);
    else
        way_note_write(note->found, "%" PRIu64 "%s", tally->hold,
                       tally->unseen ? ", and the capture ends before the window does" : "");
}

struct way_note *way_rule_take(struct way_pass *pass, struct way_rule_outcome *outcome,
                               enum way_truth truth, enum way_truth inside, const struct way_at *at)
{
    const struct way_rule *rule = outcome->rule;
    const struct way_term *cause = pass->evaluation.cause;
    bool broken = cause && pass->evaluation.why == WAY_BROKEN;

    outcome->examined++;
    outcome->matched += truth == WAY_TRUE;
    if (truth == WAY_UNKNOWN && cause) {
        if (outcome->unknown++ == 0)
            memcpy(outcome->lacking, cause->text,
                   strnlen(cause->text, sizeof outcome->lacking - 1));
    }
    switch (rule->quantifier) {
    case WAY_EACH:
    case WAY_EACH_FIRST:
        if (truth == WAY_TRUE)
            return NULL;
        return way_outcome_note(outcome, truth == WAY_UNDECIDED || inside != WAY_TRUE, at);
    case WAY_NO:
        /* What cannot be read may hold what must not be there. */
        if (truth == WAY_FALSE || (truth == WAY_UNKNOWN && !broken))
            return NULL;
        return way_outcome_note(outcome, truth == WAY_UNDECIDED || inside != WAY_TRUE, at);
    default:
        return NULL;
    }
}

/* ---- single packets ---- */

struct single {
    const struct way_expected *expected;
    struct way_rule_outcome *outcome;
    struct way_tally tally;
    struct way_near near;
    GHashTable *groups; /* key to struct group; NULL without `per` */
    bool waits;         /* packets are judged when all that may have been before them have passed */
};

struct group {
    struct way_tally tally;
    struct way_at first;
};

static struct group *group_of(struct way_pass *pass, struct single *single, uint64_t key,
                              const struct way_at *at)
{
    enum { ENTRY = 64 }; /* bytes of the table's, and of the allocator's */
    struct group *group = g_hash_table_lookup(single->groups, way_key_pointer(key));

    if (!group && !way_pass_take(pass, sizeof *group + ENTRY)) {
        pass->overflow = true;
        return NULL;
    }
    if (!group) {
        group = g_new0(struct group, 1);
        group->first = *at;
        g_hash_table_insert(single->groups, way_key_pointer(key), group);
        return group;
    }
    return single->outcome->rule->quantifier == WAY_EACH_FIRST ? NULL : group;
}

static void explain_note(struct way_pass *pass, struct single *single, struct way_note *note,
                         struct way_stand *stand)
{
    const struct way_rule *rule = single->outcome->rule;

    if (!note)
        return;
    way_note_packet(pass, note, stand, single->expected);
    if (rule->quantifier == WAY_NO) {
        way_note_write(note->expected, "no such packet");
        if (rule->with)
            way_explain_true(pass, rule->with, note->found);
        else
            way_note_write(note->found, "this one");
    } else {
        way_explain(pass, rule->with, note->expected, note->found);
    }
    if (note->doubt) {
        char found[WAY_NOTE_TEXT_MAX];
        memcpy(found, note->found, sizeof found);
        way_note_write(note->found, "%.400s, and the clocks' error is larger", found);
    }
}

static void judge(void *self, struct way_pass *pass, struct way_stand *stand, enum way_truth inside)
{
    struct single *single = self;
    const struct way_rule *rule = single->outcome->rule;
    struct way_tally *tally = &single->tally;
    struct way_at at = way_at_of(stand);
    uint64_t key;

    if (single->groups) {
        if (!way_key_of(pass, rule->main->per, rule->main->per_count, &key))
            return; /* it is of no group */
        struct group *group = group_of(pass, single, key, &at);
        if (!group)
            return;
        tally = &group->tally;
    }
    pass->evaluation.cause = NULL;
    enum way_truth truth = rule->with ? way_evaluate(&pass->evaluation, rule->with) : WAY_TRUE;
    struct way_note *note = way_rule_take(pass, single->outcome, truth, inside, &at);
    explain_note(pass, single, note, stand);
    tally->hold += truth == WAY_TRUE && inside == WAY_TRUE;
    tally->may += (truth == WAY_TRUE && inside != WAY_TRUE) || truth == WAY_UNDECIDED;
    if (truth == WAY_TRUE && inside == WAY_TRUE &&
        (note = way_tally_beyond(pass, single->outcome, tally, &at)))
        way_note_packet(pass, note, stand, single->expected);
    if (rule->with && truth != WAY_TRUE && rule->quantifier != WAY_NO &&
        rule->quantifier != WAY_EACH && rule->quantifier != WAY_EACH_FIRST)
        way_near_offer(pass, &single->near, &at, rule->with);
}

static void see(void *self, struct way_pass *pass, struct way_stand *stand, enum way_truth inside)
{
    struct single *single = self;

    if (single->waits) {
        way_running_wait(pass, stand, inside, judge, self);
        return;
    }
    pass->asked = stand;
    pass->asked_order = pass->packets;
    judge(self, pass, stand, inside);
}

void *way_single_begin(struct way_pass *pass, const struct way_expected *expected,
                       struct way_rule_outcome *outcome)
{
    struct single *single = way_memory_array(1, sizeof *single);

    single->expected = expected;
    single->outcome = outcome;
    if (outcome->rule->main->per_count)
        single->groups = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (way_term_is_running(outcome->rule->with)) {
        bool certain = way_running_is_certain(pass, outcome->rule->main, outcome->rule->with);
        way_running_begin(pass, outcome->rule->with, certain);
        single->waits = !certain;
    }
    way_pass_watch(pass, outcome->rule->main, see, single);
    return single;
}

static void judge_groups(struct way_pass *pass, struct single *single)
{
    const struct way_rule *rule = single->outcome->rule;
    GHashTableIter iterator;
    gpointer value;

    g_hash_table_iter_init(&iterator, single->groups);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const struct group *group = value;
        char where[120];
        g_snprintf(where, sizeof where, "%s frame %" PRIu64, pass->program->taps[group->first.tap],
                   group->first.number);
        way_tally_judge(pass, rule, &group->tally, where, single->outcome);
    }
}

void way_single_end(struct way_pass *pass, void *self)
{
    struct single *single = self;
    struct way_rule_outcome *outcome = single->outcome;
    const struct way_rule *rule = outcome->rule;
    size_t before = outcome->note_count;

    if (single->groups)
        judge_groups(pass, single);
    else
        way_tally_judge(pass, rule, &single->tally, "", outcome);
    if (outcome->note_count > before)
        way_near_write(&single->near, &outcome->notes[before]);
    if (single->groups)
        g_hash_table_destroy(single->groups);
    free(single);
}
