/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Relations, over kept packets: what the others that were found come to, and what they
 * may come to where a capture ends before all of them can have been seen.
 */
#include "analysis/judge/relation_search.h"

#include <inttypes.h>

/* What the counts of others come to. */
static enum way_truth quantified(struct way_pass *pass, const struct way_rule *rule,
                                 const struct way_tally *tally)
{
    enum way_quantifier quantifier = rule->relation == WAY_RELATION_VANISHES ? WAY_NO
                                     : rule->other_count                ? rule->other_quantifier
                                     : rule->other_quantifier == WAY_NO ? WAY_NO
                                                                        : WAY_SOME;
    struct way_datum count = {.sort = WAY_SORT_NUMBER};

    if (rule->other_count && !way_evaluate_value(&pass->evaluation, rule->other_count, &count))
        return WAY_FALSE;
    return way_count_fits(quantifier, rule->other_count ? &count : NULL, tally);
}

/* ---- captures that end in between ---- */

static struct way_reach reach_of(const struct way_rule *rule, int64_t time)
{
    bool back = way_relation_looks_back(rule->relation);
    bool both = rule->relation == WAY_RELATION_ACCOMPANIED;

    return (struct way_reach){.time = time,
                              .from = back || both ? time - rule->at_most : time,
                              .to = back ? time - 1 : time + rule->at_most};
}

/* What the others come to if more of them may have come than were captured. */
static enum way_truth with_unseen(struct way_pass *pass, const struct way_rule *rule,
                                  struct way_search *search, enum way_truth truth, const char **why)
{
    struct way_tally more = search->tally;

    *why = "";
    struct way_reach reach = reach_of(rule, search->main->record.time);
    if (truth == WAY_UNDECIDED || !rule->has_within ||
        !way_is_unseen(pass, rule->other, reach, false))
        return truth;
    more.may = UINT64_MAX / 2;
    if (quantified(pass, rule, &more) == truth)
        return truth;
    *why = way_predates(pass, rule->other, reach.from) ? ", and the capture begins after that"
                                                       : ", and the capture ends before that";
    return way_is_unseen(pass, rule->other, reach, true) ? WAY_UNDECIDED : way_unseen(pass);
}

enum way_truth way_relation_holds(struct way_pass *pass, struct way_relating *relating,
                                  const struct way_kept *kept, size_t nth, struct way_found *found)
{
    const struct way_rule *rule = relating->rule;
    struct way_search search = {.main = kept, .found = found};

    if (rule->relation >= WAY_RELATION_BECOMES)
        return way_become_kept(pass, relating, kept, found);
    way_pass_put(pass, WAY_SLOT_WAS, kept);
    way_pass_put(pass, WAY_SLOT_SELF, kept);
    if (!way_search_others(pass, relating, nth, &search)) {
        way_search_explain(pass, relating, &search, false, WAY_FALSE);
        return WAY_FALSE;
    }
    const char *why;
    enum way_truth truth =
        with_unseen(pass, rule, &search, quantified(pass, rule, &search.tally), &why);
    if (rule->join == WAY_JOIN_ORDER && relating->order_doubtful)
        truth = WAY_UNDECIDED; /* it may be another's */
    if (truth == WAY_TRUE)
        return truth;
    way_search_explain(pass, relating, &search, true, truth);
    if (rule->other_count || (*why && search.tally.hold == 0))
        way_note_write(found->found, "%" PRIu64 " of them%s", search.tally.hold, why);
    return truth;
}
