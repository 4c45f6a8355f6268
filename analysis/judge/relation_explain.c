/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a relation does not hold: what was to come, and what came instead.
 */
#include "analysis/judge/relation_search.h"

#include <inttypes.h>
#include <stdio.h>

static const char *relation_words(enum way_relation relation)
{
    static const char *const words[] = {[WAY_RELATION_AFTER_ITS] = "before it",
                                        [WAY_RELATION_BEFORE_ITS] = "after it",
                                        [WAY_RELATION_FOLLOWED] = "after it",
                                        [WAY_RELATION_PRECEDED] = "before it",
                                        [WAY_RELATION_ACCOMPANIED] = "beside it"};

    return words[relation];
}

/* " within 1s", " within 300ms to 400ms"; "" where the rule says nothing. */
static void within_text(const struct way_rule *rule, char *text, size_t size)
{
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = rule->at_least};
    char least[64], most[64];

    way_datum_format(&span, least, sizeof least);
    span.number = rule->at_most;
    way_datum_format(&span, most, sizeof most);
    if (!rule->has_within)
        text[0] = '\0';
    else if (rule->at_least)
        snprintf(text, size, " within %s to %s", least, most);
    else
        snprintf(text, size, " within %s", most);
}

static bool is_none_wanted(const struct way_rule *rule)
{
    return !rule->other_count && rule->other_quantifier == WAY_NO;
}

/* Says of the nearest that is not as demanded why not. */
static void explain_unlike(struct way_pass *pass, const struct way_rule *rule,
                           struct way_search *search)
{
    if (!search->unlike)
        return;
    way_pass_put(pass, WAY_SLOT_SELF, search->unlike);
    way_evaluate(&pass->evaluation, rule->other_with);
    way_explain(pass, rule->other_with, search->found->expected, search->found->found);
}

void way_search_explain(struct way_pass *pass, const struct way_relating *relating,
                        struct way_search *search, bool joined, enum way_truth truth)
{
    const struct way_rule *rule = relating->rule;
    struct way_found *found = search->found;

    bool is_refused = search->held && is_none_wanted(rule);
    if (is_refused)
        search->nearest = search->held;
    else
        explain_unlike(pass, rule, search);
    bool was_explained = !is_refused && found->found[0] != '\0' && search->meant > 0;
    if (search->nearest)
        found->other = way_at_kept(search->nearest);
    if (was_explained && search->nearest_is_timely)
        return;
    char within[160];
    within_text(rule, within, sizeof within);
    const char *with = is_refused && rule->other_with ? rule->other_with->text : NULL;
    way_note_write(found->expected, "%s%.300s%s%.200s %s%s", is_none_wanted(rule) ? "no " : "",
                   rule->other->text, with ? " with " : "", with ? with : "",
                   relation_words(rule->relation), within);
    if (!joined && rule->join == WAY_JOIN_CONNECTION) {
        way_note_write(found->found, relating->asks_log
                                         ? "the access log has no line for this connection"
                                         : "it is of no connection");
    } else if (!joined) {
        way_note_write(found->found, "it lacks what joins it: %s",
                       pass->evaluation.cause ? pass->evaluation.cause->text : "a field");
    } else if (!search->nearest) {
        way_note_write(found->found, "none");
    } else {
        struct way_datum span = {.sort = WAY_SORT_SPAN,
                                 .number = way_search_distance(search->main, search->nearest)};
        char text[64], why[160] = "";
        way_datum_format(&span, text, sizeof text);
        if (truth == WAY_UNDECIDED)
            way_doubt_write(pass, search->main->tap, search->nearest->tap, why, sizeof why);
        way_note_write(
            found->found, "%s frame %" PRIu64 " is %s %s it%s",
            pass->program->taps[search->nearest->tap], search->nearest->record.number, text,
            search->nearest->record.time < search->main->record.time ? "before" : "after", why);
    }
}
