/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same packet elsewhere, of packets that were kept.
 *
 * Whatever the rules ask of packets that are bound, which packet is which is worked out of all
 * that were kept, as it is while packets pass: so that one that is elsewhere once is not
 * found twice, by two that look for it. Only where it depends on bound packets which of
 * the others are meant is it worked out for each round, of those that are inside then.
 */
#include "analysis/judge/become.h"
#include "analysis/judge/relation.h"

#include <stdlib.h>

#include "analysis/lang/memory.h"

/* A main packet and what it met, by their indices in the selects' lists. */
struct way_met {
    size_t main, other;
    bool agrees;
    enum way_truth inside;
};

struct round {
    struct way_relating *relating;
    struct way_pairing pairing;
    GArray *met;
};

static const uint64_t WAS = UINT64_C(1) << WAY_SLOT_WAS;

/* Whether it depends on what is bound which others are meant. */
static bool depends(const struct way_rule *rule)
{
    return (rule->other->slots & ~WAS) != 0;
}

static const struct way_kept_list *list_of(const struct way_pass *pass,
                                           const struct way_select *select)
{
    return &pass->states[select->number].kept;
}

/* ---- who meets whom ---- */

static bool is_meant(void *self, struct way_pass *pass, const struct way_wait *main,
                     struct way_wait *other)
{
    const struct round *round = self;

    way_pass_put(pass, WAY_SLOT_WAS, main->kept);
    other->inside = way_related_inside(pass, round->pairing.rule->other, other->index);
    return other->inside >= WAY_UNDECIDED;
}

static void meet(void *self, struct way_pass *pass, struct way_wait *main,
                 const struct way_wait *other, bool agrees)
{
    struct round *round = self;
    const struct way_met met = {main->index, other->index, agrees, other->inside};

    (void)pass;
    g_array_append_val(round->met, met);
}

static void leave(void *self, struct way_pass *pass, struct way_wait *main, enum way_leave why)
{
    struct round *round = self;

    (void)pass;
    round->relating->wholly_seen[main->index] = why == WAY_LEAVE_SEEN;
}

/* One packet of either list. */
static void give(struct way_pass *pass, struct round *round, size_t index, bool main)
{
    const struct way_rule *rule = round->pairing.rule;
    const struct way_select *select = main ? rule->main : rule->other;
    const struct way_kept *kept = list_of(pass, select)->items[index];

    if (main && depends(rule) && way_related_inside(pass, select, index) < WAY_UNDECIDED)
        return;
    way_pass_put(pass, WAY_SLOT_SELF, kept);
    struct way_stand *stand = &pass->stands[WAY_SLOT_SELF];
    if (!main) {
        way_pairing_other(&round->pairing, pass, stand, kept, index, WAY_TRUE);
        return;
    }
    struct way_wait *wait = way_pairing_main(&round->pairing, pass, stand, kept, index);
    if (wait)
        way_pairing_look(&round->pairing, pass, wait);
}

static int compare_met(const void *left, const void *right)
{
    const struct way_met *a = left, *b = right;

    if (a->main != b->main)
        return a->main < b->main ? -1 : 1;
    return (a->other > b->other) - (a->other < b->other);
}

/* Has all of both lists meet, in the order in which they passed. */
static void pair_up(struct way_pass *pass, struct way_relating *relating)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept_list *mains = list_of(pass, rule->main);
    const struct way_kept_list *others = list_of(pass, rule->other);
    struct round round = {.relating = relating,
                          .met = g_array_new(FALSE, FALSE, sizeof(struct way_met))};
    size_t m = 0, o = 0, last = others->count;

    if (depends(rule))
        way_window_range(pass, rule->other, &o, &last);
    way_pairing_begin(&round.pairing, pass, rule);
    round.pairing.is_meant = is_meant;
    round.pairing.meet = meet;
    round.pairing.leave = leave;
    round.pairing.self = &round;
    way_become_kept_free(relating);
    relating->wholly_seen = way_memory_array(mains->count, 1);
    size_t end = mains->count;
    if (depends(rule))
        way_window_range(pass, rule->main, &m, &end);
    while (m < end || o < last) {
        bool main = o == last || (m < end && mains->items[m]->order <= others->items[o]->order);
        give(pass, &round, main ? m : o, main);
        *(main ? &m : &o) += 1;
    }
    way_pairing_end(&round.pairing, pass);
    pass->overflow |= round.pairing.overflow;
    relating->met_count = round.met->len;
    relating->met = (struct way_met *)(void *)g_array_free(round.met, FALSE);
    if (relating->met)
        qsort(relating->met, relating->met_count, sizeof *relating->met, compare_met);
    relating->is_paired = true;
}

void way_become_kept_anew(struct way_relating *relating)
{
    if (relating->rule->relation >= WAY_RELATION_BECOMES && depends(relating->rule))
        relating->is_paired = false;
}

void way_become_kept_free(struct way_relating *relating)
{
    g_free(relating->met);
    free(relating->wholly_seen);
    relating->met = NULL;
    relating->wholly_seen = NULL;
    relating->met_count = 0;
}

/* ---- what it comes to ---- */

/* Where the packet is in the list: packets are in the order in which they passed. */
static size_t index_of(const struct way_kept_list *list, const struct way_kept *kept)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle]->order < kept->order)
            low = middle + 1;
        else
            high = middle;
    }
    while (list->items[low] != kept) /* a packet passes once for each of its taps */
        low++;
    return low;
}

static const struct way_met *first_met(const struct way_relating *relating, size_t main)
{
    size_t low = 0, high = relating->met_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (relating->met[middle].main < main)
            low = middle + 1;
        else
            high = middle;
    }
    return relating->met + low;
}

/* How long the bytes are of which a part was seen; 0: none was, or it is no stretch. */
static int64_t length_of(struct way_pass *pass, const struct way_rule *rule,
                         const struct way_kept *kept)
{
    struct way_stretch stretch;

    way_pass_put(pass, WAY_SLOT_SELF, kept);
    return way_stretch_of(pass, rule, true, &pass->stands[WAY_SLOT_SELF], &stretch) &&
                   !stretch.whole
               ? stretch.len
               : 0;
}

enum way_truth way_become_kept(struct way_pass *pass, struct way_relating *relating,
                               const struct way_kept *kept, struct way_found *found)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept_list *others = list_of(pass, rule->other);
    enum way_truth truth = WAY_TRUE;
    const struct way_pairing pairing = way_pairing_times(pass, rule);

    if (!relating->is_paired)
        pair_up(pass, relating);
    size_t index = index_of(list_of(pass, rule->main), kept);
    const struct way_met *met = relating->met ? first_met(relating, index) : NULL, *first = met;
    for (; met && met < relating->met + relating->met_count && met->main == index; met++) {
        const struct way_meeting meeting = {kept, others->items[met->other], met->agrees,
                                            met->inside};
        enum way_truth one =
            way_become_meets(pass, &pairing, &meeting, found->expected, found->found);
        if (one != WAY_TRUE)
            found->other = way_at_kept(meeting.other);
        truth = one < truth ? one : truth;
    }
    if (!relating->wholly_seen[index]) {
        int64_t part_of = met > first ? length_of(pass, rule, kept) : 0;
        enum way_truth lacks =
            way_become_lacks(pass, &pairing, kept, part_of, true, found->expected, found->found);
        truth = lacks < truth ? lacks : truth;
    }
    return truth;
}
