/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One rule over the packets that were kept: those that it is about, one after the other, and
 * what they come to.
 */
#include "analysis/judge/meant.h"
#include "analysis/judge/relation.h"

#include <assert.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
                           const struct way_kept *kept, bool doubt, struct way_found *found)
{
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = rule->at_least};
    char least[64], most[64], later[64], why[160] = "";
    const struct way_kept *bound =
        rule->anchor.kind == WAY_EDGE_SLOT ? pass->bound[rule->anchor.slot] : NULL;
    int64_t edge = 0;

    way_edge_time(pass, &rule->anchor, &edge);
    way_datum_format(&span, least, sizeof least);
    span.number = rule->at_most;
    way_datum_format(&span, most, sizeof most);
    span.number = kept->record.time - edge;
    way_datum_format(&span, later, sizeof later);
    way_note_write(found->expected, "%s to %s after %s", least, most, rule->anchor.text);
    if (doubt)
        way_doubt_write(pass, bound ? bound->tap : -1, kept->tap, why, sizeof why);
    way_note_write(found->found, "%s after it%s", later, why);
}

enum way_truth way_kept_demanded(struct way_pass *pass, struct way_relating *relating,
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
            explain_within(pass, rule, kept, timely == WAY_UNDECIDED, found);
        truth = timely < truth ? timely : truth;
    }
    if (truth != WAY_FALSE && rule->relation != WAY_RELATION_NONE) {
        enum way_truth related = way_relation_holds(pass, relating, kept, nth, found);
        truth = related < truth ? related : truth;
    }
    return truth;
}

struct later {
    char text[80];
};

/* ", 19us later". */
static struct later later_text(const struct way_kept *kept, const struct way_at *other)
{
    int64_t later = other->time - kept->record.time;
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = later < 0 ? -later : later};
    char words[64];
    struct later text;

    way_datum_format(&span, words, sizeof words);
    snprintf(text.text, sizeof text.text, ", %s %s", words, later < 0 ? "earlier" : "later");
    return text;
}

void way_kept_note(struct way_pass *pass, const struct way_expected *expected,
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
        way_note_write(note->nearest[0], "the nearest of the others%s",
                       kept ? later_text(kept, &found->other).text : "");
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
static bool is_first(struct way_pass *pass, const struct way_rule *rule, bool asks_log,
                     GHashTable *groups)
{
    uint64_t key = 0;

    if (rule->main->per_count == 0)
        key = way_connection_of(pass, asks_log, &pass->stands[WAY_SLOT_SELF]);
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

bool way_kept_is_cut(const struct way_pass *pass, const struct way_rule *rule)
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
    bool cut = way_kept_is_cut(pass, rule);

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

/* A rule about many, while it is judged. */
struct many {
    const struct way_expected *expected;
    struct way_relating *relating;
    struct way_rule_outcome *outcome;
    GHashTable *groups; /* of `per`: to struct group; of each first: those that were seen */
    struct way_tally all;
    struct way_near near;
    size_t nth;
};

/* Where the rule says that there is none, and this is one. */
static void explain_forbidden(struct way_note *note)
{
    if (note && note->expected[0] == '\0') {
        way_note_write(note->expected, "no such packet");
        way_note_write(note->found, "this one");
    }
}

/* Names the packet if it is the first that is one too many. */
static void note_beyond(struct way_pass *pass, struct many *many, const struct way_kept *kept,
                        struct way_tally *tally)
{
    static struct way_stand stand;
    struct way_at at = way_at_kept(kept);
    struct way_note *note = way_tally_beyond(pass, many->outcome, tally, &at);

    if (!note)
        return;
    way_stand_on(&stand, kept);
    way_note_packet(pass, note, &stand, many->expected);
}

/* Judges one packet, which is meant (`inside`), for the tally. */
static void take(struct way_pass *pass, struct many *many, const struct way_kept *kept,
                 enum way_truth inside, struct way_tally *tally)
{
    const struct way_rule *rule = many->relating->rule;
    struct way_found found = {.other = {.tap = -1}};
    enum way_truth truth = way_kept_demanded(pass, many->relating, kept, many->nth++, &found);
    struct way_at at = way_at_kept(kept);

    many->relating->order_doubtful |= inside != WAY_TRUE;
    pass->evaluation.cause = found.cause;
    struct way_note *note = way_rule_take(pass, many->outcome, truth, inside, &at);
    way_kept_note(pass, many->expected, many->relating, note, kept, &found);
    if (rule->quantifier == WAY_NO && truth == WAY_TRUE)
        explain_forbidden(note);
    tally->hold += truth == WAY_TRUE && inside == WAY_TRUE;
    tally->may += (truth == WAY_TRUE && inside != WAY_TRUE) || truth == WAY_UNDECIDED;
    if (truth == WAY_TRUE && inside == WAY_TRUE)
        note_beyond(pass, many, kept, tally);
    if (truth != WAY_TRUE && rule->with && names_nearest(rule->quantifier)) {
        way_pass_put(pass, WAY_SLOT_SELF, kept);
        way_near_offer(pass, &many->near, &at, rule->with);
    }
}

/* The tally for a packet that is meant; NULL where it is of no group, or not its first. */
static struct way_tally *tally_for(struct way_pass *pass, struct many *many,
                                   const struct way_kept *kept)
{
    const struct way_rule *rule = many->relating->rule;

    if (!many->groups)
        return &many->all;
    if (rule->quantifier == WAY_EACH_FIRST)
        return is_first(pass, rule, many->relating->asks_log, many->groups) ? &many->all : NULL;
    return tally_of(pass, rule, many->groups, kept);
}

/* All quantifiers but first and last. */
static void judge_many(struct way_pass *pass, struct many *many)
{
    const struct way_rule *rule = many->relating->rule;
    const struct way_kept_list *list = &pass->states[rule->main->number].kept;
    bool selects =
        rule->has_within && rule->relation == WAY_RELATION_NONE && within_selects(rule->quantifier);
    size_t before = many->outcome->note_count;

    if (rule->quantifier == WAY_EACH_FIRST || rule->main->per_count)
        many->groups = g_hash_table_new_full(NULL, NULL, NULL,
                                             rule->quantifier == WAY_EACH_FIRST ? NULL : g_free);
    struct way_meant meant = way_meant_of(pass, rule->main);
    for (size_t n = 0; n < meant.count; n++) {
        size_t i = way_meant_at(&meant, n);
        const struct way_kept *kept = list->items[i];
        enum way_truth inside = way_related_inside(pass, rule->main, i);
        enum way_truth timely = selects ? anchored(pass, rule, kept) : WAY_TRUE;
        inside = timely < inside ? timely : inside;
        struct way_tally *tally = inside < WAY_UNDECIDED ? NULL : tally_for(pass, many, kept);
        if (tally)
            take(pass, many, kept, inside, tally);
    }
    judge_tallies(pass, rule, many->groups, &many->all, many->outcome);
    if (many->outcome->note_count > before && names_nearest(rule->quantifier) &&
        many->outcome->notes[before].at.tap < 0)
        way_near_write(&many->near, &many->outcome->notes[before]);
    if (many->groups)
        g_hash_table_destroy(many->groups);
}

static void judge_expect(struct way_pass *pass, const struct way_expected *expected,
                         const struct way_rule *rule, struct way_rule_outcome *outcome)
{
    enum way_truth truth = way_evaluate(&pass->evaluation, rule->with);

    outcome->examined++;
    outcome->matched += truth == WAY_TRUE;
    if (truth == WAY_TRUE && outcome->value[0] == '\0')
        way_explain_values(pass, rule->with, outcome->value);
    if (truth == WAY_TRUE)
        return;
    struct way_note *note = way_outcome_note(outcome, truth == WAY_UNDECIDED, NULL);
    if (!note)
        return;
    way_explain(pass, rule->with, note->expected, note->found);
    way_note_packet(pass, note, NULL, expected);
}

bool way_kept_rule(struct way_pass *pass, const struct way_expected *expected,
                   struct way_relating *relating, struct way_rule_outcome *outcome)
{
    const struct way_rule *rule = relating->rule;

    way_demand_windows(pass, rule, true, outcome);
    if (rule->quantifier == WAY_EXPECT) {
        judge_expect(pass, expected, rule, outcome);
        return true;
    }
    assert(rule->main);
    if (rule->quantifier == WAY_FIRST || rule->quantifier == WAY_LAST)
        return way_kept_one(pass, expected, relating, outcome);
    struct many many = {.expected = expected, .relating = relating, .outcome = outcome};
    judge_many(pass, &many);
    return true;
}
