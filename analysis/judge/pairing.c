/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets that wait for each other.
 */
#include "analysis/judge/pairing.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

enum {
    WITHIN_DEFAULT = 1000 * 1000 * 1000, /* ns, where the rule has no window */
    BACKWARDS = WAY_SOURCE_BACKWARDS_MAX
};

/* ---- waiting ---- */

static void wait_on(struct way_side *side, struct way_wait *wait)
{
    struct way_wait *first = g_hash_table_lookup(side->by_key, way_key_pointer(wait->stretch.key));

    wait->older = side->newest;
    *(side->newest ? &side->newest->newer : &side->oldest) = wait;
    side->newest = wait;
    if (first) {
        first->last_of_key->next_of_key = wait;
        first->last_of_key = wait;
        return;
    }
    wait->last_of_key = wait;
    g_hash_table_insert(side->by_key, way_key_pointer(wait->stretch.key), wait);
}

/* Takes it from those under its key. */
static void leave_key(struct way_side *side, struct way_wait *wait)
{
    gpointer key = way_key_pointer(wait->stretch.key);
    struct way_wait *first = g_hash_table_lookup(side->by_key, key), *before = first;

    if (first == wait && wait->next_of_key) {
        wait->next_of_key->last_of_key = wait->last_of_key;
        g_hash_table_insert(side->by_key, key, wait->next_of_key);
        return;
    }
    if (first == wait) {
        g_hash_table_remove(side->by_key, key);
        return;
    }
    while (before->next_of_key != wait)
        before = before->next_of_key;
    before->next_of_key = wait->next_of_key;
    if (first->last_of_key == wait)
        first->last_of_key = before;
}

static void let_go(struct way_pairing *pairing, struct way_pass *pass, struct way_side *side,
                   struct way_wait *wait)
{
    leave_key(side, wait);
    assert(!wait->older == (side->oldest == wait));
    *(wait->older ? &wait->older->newer : &side->oldest) = wait->newer;
    *(wait->newer ? &wait->newer->older : &side->newest) = wait->older;
    way_pass_give_back(pass, pairing->size + (wait->own ? wait->own->size : 0));
    if (wait->own)
        way_kept_free(wait->own);
    way_ranges_free(&wait->seen);
    free(wait);
}

/* What waits, as it stands; NULL beyond the bound. */
static struct way_wait *wait_new(struct way_pairing *pairing, struct way_pass *pass,
                                 struct way_stand *stand, const struct way_kept *kept,
                                 const struct way_stretch *stretch)
{
    struct way_kept *own = kept ? NULL : way_keep(pass->program, stand, pass->packets);
    size_t size = pairing->size + (own ? own->size : 0);

    if (!way_pass_take(pass, size)) {
        pairing->overflow = true;
        if (own)
            way_kept_free(own);
        return NULL;
    }
    struct way_wait *wait = way_memory_array(1, pairing->size);
    wait->own = own;
    wait->kept = own ? own : kept;
    wait->stretch = *stretch;
    if (stretch->bytes)
        wait->stretch.bytes = wait->kept->bytes + (stretch->bytes - stand->record.bytes);
    return wait;
}

static void leave(struct way_pairing *pairing, struct way_pass *pass, struct way_wait *main,
                  enum way_leave why)
{
    pairing->leave(pairing->self, pass, main, why);
    let_go(pairing, pass, &pairing->mains, main);
}

static void expire(struct way_pairing *pairing, struct way_pass *pass, int64_t now)
{
    const struct way_wait *main, *other;

    while ((main = pairing->mains.oldest) &&
           main->kept->record.time + pairing->main_waits + BACKWARDS < now)
        leave(pairing, pass, pairing->mains.oldest, WAY_LEAVE_EXPIRED);
    while ((other = pairing->others.oldest) &&
           other->kept->record.time + pairing->other_waits + BACKWARDS < now)
        let_go(pairing, pass, &pairing->others, pairing->others.oldest);
}

/* ---- meeting ---- */

static bool same_record(const struct way_kept *a, const struct way_kept *b)
{
    return a->record.source == b->record.source && a->record.number == b->record.number;
}

/* Whether the other one came before (of reversed ones: after) the main one for certain. */
static bool is_before(const struct way_pairing *pairing, const struct way_pass *pass,
                      const struct way_kept *main, const struct way_kept *other)
{
    int64_t later = other->record.time - main->record.time;
    int64_t uncertainty = main->tap == other->tap ? 0 : pass->setup->uncertainty;

    return (pairing->reversed ? -later : later) < -uncertainty;
}

enum way_truth way_pairing_is_timely(const struct way_pairing *pairing, const struct way_pass *pass,
                                     const struct way_kept *main, const struct way_kept *other)
{
    int64_t at_least = pairing->at_least ? pairing->at_least : INT64_MIN / 4;

    if (is_before(pairing, pass, main, other))
        return WAY_FALSE;
    return pairing->reversed ? way_came_within(pass, other, main, at_least, pairing->at_most)
                             : way_came_within(pass, main, other, at_least, pairing->at_most);
}

/* Has the main one take the bytes of the piece that it lacks and that are not taken; returns
 * whether there were any. */
static bool take_bytes(struct way_wait *main, struct way_wait *piece)
{
    int64_t offset = main->stretch.whole ? 0 : way_stretch_offset(&main->stretch, &piece->stretch);
    int64_t at = offset > 0 ? offset : 0;
    int64_t end = offset + piece->stretch.len < main->stretch.len ? offset + piece->stretch.len
                                                                  : main->stretch.len;
    bool any = false;

    while (at < end) {
        int64_t next, lacks, free_to;
        if ((next = way_ranges_skip(&main->seen, at)) > at ||
            (next = way_ranges_skip(&piece->seen, at - offset) + offset) > at) {
            at = next;
            continue;
        }
        lacks = way_ranges_until(&main->seen, at, end);
        free_to = way_ranges_until(&piece->seen, at - offset, end - offset) + offset;
        next = lacks < free_to ? lacks : free_to;
        if (way_ranges_add(&main->seen, at, next) == 0)
            return any; /* beyond the bound */
        way_ranges_add(&piece->seen, at - offset, next - offset);
        any = true;
        at = next;
    }
    return any;
}

/* Whether what came is (a piece of) the one that waits, which takes it then. */
static bool pair(struct way_pairing *pairing, struct way_pass *pass, struct way_wait *main,
                 struct way_wait *other)
{
    const struct way_rule *rule = pairing->rule;
    bool vanishes = rule->relation == WAY_RELATION_VANISHES;

    if (same_record(main->kept, other->kept) || main->stretch.whole != other->stretch.whole ||
        is_before(pairing, pass, main->kept, other->kept))
        return false;
    if (vanishes && way_pairing_is_timely(pairing, pass, main->kept, other->kept) == WAY_FALSE)
        return false;
    if ((pairing->is_meant && !pairing->is_meant(pairing->self, pass, main, other)) ||
        !take_bytes(main, other))
        return false;
    pairing->meet(pairing->self, pass, main, other,
                  way_stretch_agrees(rule, &main->stretch, &other->stretch));
    if (vanishes || way_ranges_cover(&main->seen, 0, main->stretch.len))
        leave(pairing, pass, main, WAY_LEAVE_SEEN);
    return true;
}

/* Offers a packet of the other tap to those that wait for it. Returns whether any took it,
 * or of it. */
static bool offer(struct way_pairing *pairing, struct way_pass *pass, struct way_wait *other)
{
    struct way_wait *main =
        g_hash_table_lookup(pairing->mains.by_key, way_key_pointer(other->stretch.key));
    bool taken = false;

    while (main && !way_ranges_cover(&other->seen, 0, other->stretch.len)) {
        struct way_wait *next = main->next_of_key;
        taken |= pair(pairing, pass, main, other);
        main = next;
    }
    return taken;
}

/* ---- packets ---- */

static bool looks_at(const struct way_select *select, unsigned tap)
{
    for (size_t i = 0; i < select->tap_count; i++)
        if (select->taps[i] == tap)
            return true;
    return false;
}

/* Whether, of equal stamps, one of the other tap may pass before one of the main tap. */
static bool may_come_first(const struct way_pass *pass, const struct way_rule *rule)
{
    unsigned first = UINT_MAX, last = 0;

    for (unsigned i = 0; i < way_merge_count(pass->setup->merge); i++) {
        const struct way_judge_source *source = &pass->setup->sources[i];
        for (size_t f = 0; f < source->feed_count; f++) {
            if (first == UINT_MAX && looks_at(rule->other, source->feeds[f].tap))
                first = i;
            if (looks_at(rule->main, source->feeds[f].tap))
                last = i;
        }
    }
    return first < last;
}

struct way_pairing way_pairing_times(const struct way_pass *pass, const struct way_rule *rule)
{
    struct way_pairing pairing = {.rule = rule,
                                  .at_least = rule->has_within ? rule->at_least : 0,
                                  .at_most = rule->has_within ? rule->at_most : WITHIN_DEFAULT,
                                  .reversed = rule->relation == WAY_RELATION_CAME_FROM,
                                  .size = sizeof(struct way_wait)};

    pairing.error = pass->setup->uncertainty + pass->tap_errors[rule->main->taps[0]] +
                    pass->tap_errors[rule->other->taps[0]];
    pairing.main_waits = pairing.error + (pairing.reversed ? 0 : pairing.at_most);
    pairing.other_waits = pairing.error + (pairing.reversed ? pairing.at_most : 0);
    return pairing;
}

void way_pairing_begin(struct way_pairing *pairing, const struct way_pass *pass,
                       const struct way_rule *rule)
{
    *pairing = way_pairing_times(pass, rule);
    pairing->others_wait = pairing->other_waits || may_come_first(pass, rule);
    pairing->mains.by_key = g_hash_table_new(NULL, NULL);
    pairing->others.by_key = g_hash_table_new(NULL, NULL);
}

struct way_wait *way_pairing_main(struct way_pairing *pairing, struct way_pass *pass,
                                  struct way_stand *stand, const struct way_kept *kept,
                                  size_t index)
{
    struct way_stretch stretch;

    expire(pairing, pass, stand->record.time);
    if (!way_stretch_of(pass, pairing->rule, true, stand, &stretch))
        return NULL;
    struct way_wait *wait = wait_new(pairing, pass, stand, kept, &stretch);
    if (!wait)
        return NULL;
    wait->index = index;
    wait_on(&pairing->mains, wait);
    return wait;
}

void way_pairing_look(struct way_pairing *pairing, struct way_pass *pass, struct way_wait *main)
{
    gpointer key = way_key_pointer(main->stretch.key);
    struct way_wait *other = g_hash_table_lookup(pairing->others.by_key, key);

    while (other && g_hash_table_lookup(pairing->mains.by_key, key)) {
        struct way_wait *next = other->next_of_key;
        offer(pairing, pass, other);
        if (way_ranges_cover(&other->seen, 0, other->stretch.len))
            let_go(pairing, pass, &pairing->others, other);
        other = next;
    }
}

bool way_pairing_other(struct way_pairing *pairing, struct way_pass *pass, struct way_stand *stand,
                       const struct way_kept *kept, size_t index, enum way_truth inside)
{
    struct way_stretch piece;

    expire(pairing, pass, stand->record.time);
    if (!way_stretch_of(pass, pairing->rule, false, stand, &piece))
        return false;
    /* Nobody waits for it, and on one clock nobody will. */
    if (!pairing->others_wait &&
        !g_hash_table_lookup(pairing->mains.by_key, way_key_pointer(piece.key)))
        return false;
    struct way_wait *wait = wait_new(pairing, pass, stand, kept, &piece);
    if (!wait)
        return false;
    wait->index = index;
    wait->inside = inside;
    wait_on(&pairing->others, wait);
    bool taken = offer(pairing, pass, wait);
    if (way_ranges_cover(&wait->seen, 0, wait->stretch.len))
        let_go(pairing, pass, &pairing->others, wait);
    return taken;
}

void way_pairing_end(struct way_pairing *pairing, struct way_pass *pass)
{
    while (pairing->mains.oldest)
        leave(pairing, pass, pairing->mains.oldest, WAY_LEAVE_ENDED);
    while (pairing->others.oldest)
        let_go(pairing, pass, &pairing->others, pairing->others.oldest);
    g_hash_table_destroy(pairing->mains.by_key);
    g_hash_table_destroy(pairing->others.by_key);
}
