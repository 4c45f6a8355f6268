/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets of which a running number is asked: those that wait until all that may have been
 * before them have passed, and whether any need to.
 */
#include <limits.h>
#include <stdlib.h>

#include "analysis/judge/pass.h"
#include "analysis/lang/memory.h"

/* ---- packets that wait ---- */

struct way_waiting {
    struct way_kept *kept;
    enum way_truth inside;
    way_see *see;
    void *self;
    struct way_waiting *next;
};

void way_running_wait(struct way_pass *pass, struct way_stand *stand, enum way_truth inside,
                      way_see *see, void *self)
{
    struct way_waiting *waiting = way_memory_array(1, sizeof *waiting);

    *waiting = (struct way_waiting){.kept = way_keep(pass->program, stand, pass->packets),
                                    .inside = inside,
                                    .see = see,
                                    .self = self};
    pass->running_bytes += waiting->kept->size + sizeof *waiting;
    pass->overflow |= !way_pass_take(pass, 0);
    *(pass->waiting_last ? &pass->waiting_last->next : &pass->waiting) = waiting;
    pass->waiting_last = waiting;
}

void way_running_tick(struct way_pass *pass, int64_t now)
{
    static struct way_stand stand;

    while (pass->waiting && pass->waiting->kept->record.time < now - pass->setup->uncertainty) {
        struct way_waiting *waiting = pass->waiting;
        pass->waiting = waiting->next;
        pass->waiting_last = pass->waiting ? pass->waiting_last : NULL;
        pass->running_bytes -= waiting->kept->size + sizeof *waiting;
        way_stand_on(&stand, waiting->kept);
        pass->evaluation.slots[WAY_SLOT_SELF] = &stand.seen;
        pass->asked = &stand;
        pass->asked_order = waiting->kept->order;
        waiting->see(waiting->self, pass, &stand, waiting->inside);
        pass->asked = NULL;
        way_kept_free(waiting->kept);
        free(waiting);
    }
    pass->evaluation.slots[WAY_SLOT_SELF] = NULL;
}

/* ---- which taps ---- */

/* Whether all of a select's taps are `tap`, which is the first one where none is known. */
static bool is_one_tap(const struct way_select *select, unsigned *tap)
{
    if (*tap == UINT_MAX)
        *tap = select->taps[0];
    for (size_t i = 0; i < select->tap_count; i++)
        if (select->taps[i] != *tap)
            return false;
    return true;
}

/* Whether all that the term counts is of that one. */
static bool counts_one_tap(const struct way_term *term, unsigned *tap)
{
    if (!term)
        return true;
    if (term->kind == WAY_TERM_AGGREGATE && (term->running || term->over) &&
        (!is_one_tap(term->select, tap) || (term->other && !is_one_tap(term->other, tap))))
        return false;
    for (size_t i = 0; i < WAY_TERM_KIDS; i++)
        if (!counts_one_tap(term->kids[i], tap))
            return false;
    for (size_t i = 0; i < term->count; i++)
        if (!counts_one_tap(term->items[i], tap))
            return false;
    return true;
}

bool way_running_is_certain(const struct way_pass *pass, const struct way_select *main,
                            const struct way_term *term)
{
    unsigned tap = UINT_MAX;

    return pass->setup->uncertainty == 0 ||
           ((!main || is_one_tap(main, &tap)) && counts_one_tap(term, &tap));
}
