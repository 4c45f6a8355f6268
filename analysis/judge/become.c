/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same packet, elsewhere.
 *
 * A packet that the rule is about waits, under its key, until it is seen on the
 * other tap: the first that waits takes the first that comes, so that the n-th copy
 * is matched with the n-th. One that has waited for longer than the rule's window
 * is missing. A packet that comes to the other tap before its own is stamped (clocks
 * differ) waits for the clocks' error.
 *
 * What waits is copied; it is freed as soon as it is matched.
 */
#include "analysis/judge/pass.h"

#include <assert.h>
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge/nearly.h"
#include "analysis/judge/ranges.h"
#include "analysis/judge/stretch.h"
#include "analysis/lang/memory.h"

enum {
    WITHIN_DEFAULT = 1000 * 1000 * 1000, /* ns, where the rule has no window */
    BACKWARDS = WAY_SOURCE_BACKWARDS_MAX
};

/* A packet that waits, on one of the two sides. */
struct waiting {
    struct way_kept *kept; /* owned */
    struct way_stretch stretch;
    struct way_ranges seen; /* which bytes of it were */
    enum way_truth truth;   /* of what was seen so far, and of the rule's own `with` */
    enum way_truth inside;  /* of its window */
    bool explained;         /* the texts below say what is wrong */
    char expected[WAY_NOTE_TEXT_MAX], found[WAY_NOTE_TEXT_MAX];
    struct way_at other; /* the packet that is wrong, or took it */
    struct waiting *next_of_key, *older, *newer;
};

/* The packets of one side, under their keys and by age. */
struct side {
    GHashTable *by_key; /* to the first that waits under a key */
    struct waiting *oldest, *newest;
};

struct become {
    const struct way_expected *expected;
    struct way_rule_outcome *outcome;
    struct way_tally tally;
    struct side mains, others;
    int64_t at_least, at_most, error;
    bool reversed;       /* came from: the others come first, and wait */
    int64_t main_waits;  /* ns: so long for the other tap, */
    int64_t other_waits; /* and the other way round */
    size_t bytes;
    bool overflow;
    struct way_nearly nobodys; /* others that nobody waited for */
};

/* ---- waiting ---- */

static void wait_on(struct side *side, struct waiting *waiting)
{
    struct waiting *first =
        g_hash_table_lookup(side->by_key, way_key_pointer(waiting->stretch.key));

    waiting->older = side->newest;
    *(side->newest ? &side->newest->newer : &side->oldest) = waiting;
    side->newest = waiting;
    if (!first) {
        g_hash_table_insert(side->by_key, way_key_pointer(waiting->stretch.key), waiting);
        return;
    }
    while (first->next_of_key)
        first = first->next_of_key;
    first->next_of_key = waiting;
}

static void let_go(struct become *become, struct side *side, struct waiting *waiting)
{
    gpointer key = way_key_pointer(waiting->stretch.key);
    struct waiting *first = g_hash_table_lookup(side->by_key, key);

    if (first == waiting && waiting->next_of_key) {
        g_hash_table_insert(side->by_key, key, waiting->next_of_key);
    } else if (first == waiting) {
        g_hash_table_remove(side->by_key, key);
    } else {
        while (first->next_of_key != waiting)
            first = first->next_of_key;
        first->next_of_key = waiting->next_of_key;
    }
    assert(!waiting->older == (side->oldest == waiting));
    *(waiting->older ? &waiting->older->newer : &side->oldest) = waiting->newer;
    *(waiting->newer ? &waiting->newer->older : &side->newest) = waiting->older;
    become->bytes -= waiting->kept->size + sizeof *waiting;
    way_kept_free(waiting->kept);
    free(waiting);
}

/* The one that has waited for longest, or NULL. */
static struct waiting *oldest_of(const struct side *side)
{
    assert(!side->oldest || !side->oldest->older);
    return side->oldest;
}

/* A copy that waits; NULL beyond the bound. */
static struct waiting *waiting_new(struct become *become, struct way_pass *pass,
                                   struct way_stand *stand, const struct way_stretch *stretch)
{
    if (become->bytes + stand->record.len + sizeof(struct waiting) > WAY_JUDGE_KEPT_MAX / 2) {
        become->overflow = true;
        return NULL;
    }
    struct waiting *waiting = way_memory_array(1, sizeof *waiting);
    waiting->kept = way_keep(pass->program, stand, pass->packets);
    waiting->stretch = *stretch;
    if (stretch->bytes)
        waiting->stretch.bytes = waiting->kept->bytes + (stretch->bytes - stand->record.bytes);
    waiting->truth = waiting->inside = WAY_TRUE;
    waiting->other.tap = -1;
    become->bytes += waiting->kept->size + sizeof *waiting;
    return waiting;
}

/* ---- verdicts ---- */

/* Names the packets that nobody took and that differ least from the missing one. */
static void name_nearest(struct become *become, struct way_pass *pass, struct waiting *waiting,
                         struct way_note *note)
{
    static struct way_stand stand;
    bool exact = way_relation_is_exact(become->outcome->rule->relation);
    int64_t span = become->at_most + become->error;
    struct way_near near = {.around = waiting->kept->record.time};
    struct way_summary wanted, other;
    size_t looked = 0;

    (void)pass;
    way_stand_on(&stand, waiting->kept);
    if (!way_summarise(&stand, &wanted))
        return;
    way_nearly_rank(&become->nobodys, &wanted, span, exact, &near);
    for (struct waiting *one = become->others.newest; one && looked < WAY_NEARLY_MAX;
         one = one->older, looked++) {
        way_stand_on(&stand, one->kept);
        if (way_summarise(&stand, &other))
            way_nearly_offer(&wanted, &other, span, exact, &near);
    }
    way_near_write(&near, note);
}

/* What was found of a packet that the rule is about. */
static void settle(struct become *become, struct way_pass *pass, struct waiting *waiting,
                   enum way_truth truth)
{
    struct way_at at = way_at_kept(waiting->kept);

    pass->evaluation.cause = NULL;
    struct way_note *note = way_rule_take(pass, become->outcome, truth, waiting->inside, &at);
    become->tally.hold += truth == WAY_TRUE && waiting->inside == WAY_TRUE;
    become->tally.may +=
        (truth == WAY_TRUE && waiting->inside != WAY_TRUE) || truth == WAY_UNDECIDED;
    if (note) {
        memcpy(note->expected, waiting->expected, sizeof note->expected);
        memcpy(note->found, waiting->found, sizeof note->found);
        if (waiting->other.tap >= 0) {
            note->nearest_at[0] = waiting->other;
            way_note_write(note->nearest[0], "the other packet");
        } else if (become->outcome->rule->relation != WAY_RELATION_VANISHES) {
            name_nearest(become, pass, waiting, note);
        }
        static struct way_stand stand;
        way_stand_on(&stand, waiting->kept);
        way_note_packet(pass, note, &stand, become->expected);
    }
    let_go(become, &become->mains, waiting);
}

/* Whether the time in which a packet was to be seen elsewhere, or the packet itself
 * (`all`), lies outside of what was captured there. `ended`: nothing more will come. */
static bool is_unseen(const struct become *become, const struct way_pass *pass,
                      const struct waiting *waiting, bool ended, bool all)
{
    const struct way_select *other = become->outcome->rule->other;
    int64_t time = waiting->kept->record.time;

    if (become->reversed)
        return way_predates(pass, other, all ? time : time - become->at_most);
    if (!ended)
        return false;
    return all ? time > way_live_until(pass, other)
               : way_outlives(pass, other, time + become->at_most);
}

/* Writes what was found of a packet that was not seen (wholly) elsewhere. */
static void explain_missing(const struct become *become, struct waiting *waiting, bool partly,
                            bool wholly)
{
    if (!waiting->stretch.whole && waiting->seen.count)
        way_note_write(waiting->found, "only a part of its %" PRId64 " bytes%s",
                       waiting->stretch.len, partly ? ", and the capture ends before that" : "");
    else if (wholly)
        way_note_write(waiting->found, "none, but that tap is not known to have been live still");
    else if (partly)
        way_note_write(waiting->found, "none, and the capture %s that",
                       become->reversed ? "begins after" : "ends before");
    else
        way_note_write(waiting->found, "none");
}

/* A packet that was not seen (wholly) elsewhere in its time. */
static void missing(struct become *become, struct way_pass *pass, struct waiting *waiting,
                    bool ended)
{
    const struct way_rule *rule = become->outcome->rule;
    const char *tap = pass->program->taps[rule->other->taps[0]];
    bool partly = is_unseen(become, pass, waiting, ended, false);
    bool wholly = is_unseen(become, pass, waiting, ended, true);
    enum way_truth unseen = wholly ? WAY_UNDECIDED : partly ? way_unseen(pass) : WAY_TRUE;
    char span[64];
    struct way_datum within = {.sort = WAY_SORT_SPAN, .number = become->at_most};

    way_datum_format(&within, span, sizeof span);
    if (rule->relation == WAY_RELATION_VANISHES) {
        if (unseen == WAY_TRUE) {
            settle(become, pass, waiting, waiting->truth);
            return;
        }
        way_note_write(waiting->expected, "that it does not appear on %s within %s", tap, span);
        explain_missing(become, waiting, partly, wholly);
        settle(become, pass, waiting, unseen < waiting->truth ? unseen : waiting->truth);
        return;
    }
    if (!waiting->explained) {
        way_note_write(waiting->expected, "the packet on %s within %s%s", tap, span,
                       become->reversed ? " before it" : "");
        explain_missing(become, waiting, partly, wholly);
    }
    settle(become, pass, waiting, unseen == WAY_UNDECIDED ? WAY_UNDECIDED : WAY_FALSE);
}

/* ---- pairs ---- */

static void say_time(struct way_pass *pass, struct waiting *main, const struct way_kept *other,
                     const struct become *become)
{
    char allowed[64], least[64], found[64];
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = become->at_most};

    way_datum_format(&span, allowed, sizeof allowed);
    span.number = become->at_least;
    way_datum_format(&span, least, sizeof least);
    span.number = (other->record.time - main->kept->record.time) * (become->reversed ? -1 : 1);
    way_datum_format(&span, found, sizeof found);
    const char *way = become->reversed ? "earlier" : "later";
    way_note_write(main->expected, "it on %s from %s to %s %s", pass->program->taps[other->tap],
                   least, allowed, way);
    way_note_write(main->found, "%s %s", found, way);
}

/* Whether the second of the two came in time, and not before the first: for that the
 * clocks count alone, whatever a link's emulation was late. */
static enum way_truth is_timely(const struct become *become, const struct way_pass *pass,
                                const struct way_kept *first, const struct way_kept *second)
{
    int64_t later = second->record.time - first->record.time;
    int64_t uncertainty = first->tap == second->tap ? 0 : pass->setup->uncertainty;

    if (later < -uncertainty)
        return WAY_FALSE;
    return way_came_within(pass, first, second, become->at_least ? become->at_least : INT64_MIN / 4,
                           become->at_most);
}

/* Judges that `other` is what became of `main`, or a piece of it. */
static void judge_pair(struct become *become, struct way_pass *pass, struct waiting *main,
                       const struct way_kept *other, bool agrees)
{
    const struct way_rule *rule = become->outcome->rule;
    enum way_truth timely = is_timely(become, pass, become->reversed ? other : main->kept,
                                      become->reversed ? main->kept : other);
    enum way_truth holds = agrees ? WAY_TRUE : WAY_FALSE;

    if (timely != WAY_TRUE && !main->explained) {
        say_time(pass, main, other, become);
        main->explained = true;
    }
    if (!agrees && !main->explained) {
        way_note_write(main->expected, "the same bytes");
        way_note_write(main->found, "others");
        main->explained = true;
    }
    if (rule->other_with && agrees) {
        way_pass_put(pass, WAY_SLOT_WAS, main->kept);
        way_pass_put(pass, WAY_SLOT_SELF, other);
        holds = way_evaluate(&pass->evaluation, rule->other_with);
        if (holds != WAY_TRUE && !main->explained) {
            way_explain(pass, rule->other_with, main->expected, main->found);
            main->explained = true;
        }
    }
    if (holds == WAY_UNKNOWN)
        holds = WAY_FALSE;
    holds = timely < holds ? timely : holds;
    if (holds != WAY_TRUE)
        main->other = way_at_kept(other);
    main->truth = holds < main->truth ? holds : main->truth;
}

static bool same_record(const struct way_kept *a, const struct way_kept *b)
{
    return a->record.source == b->record.source && a->record.number == b->record.number;
}

/* Whether the packet that came is (a piece of) the one that waits; takes it then. */
static bool pair(struct become *become, struct way_pass *pass, struct waiting *main,
                 const struct way_kept *other, const struct way_stretch *piece)
{
    const struct way_rule *rule = become->outcome->rule;
    struct way_stretch *stretch = &main->stretch;

    if (same_record(main->kept, other) || stretch->whole != piece->whole)
        return false;
    int64_t offset = stretch->whole ? 0 : way_stretch_offset(stretch, piece);
    int64_t from = offset > 0 ? offset : 0;
    int64_t to = offset + piece->len < stretch->len ? offset + piece->len : stretch->len;
    if (to <= from || way_ranges_add(&main->seen, from, to) == 0)
        return false;
    if (rule->relation == WAY_RELATION_VANISHES) {
        enum way_truth timely =
            way_came_within(pass, main->kept, other, -become->error, become->at_most);
        if (timely == WAY_FALSE)
            return false;
        way_note_write(main->expected, "that it does not appear on %s",
                       pass->program->taps[other->tap]);
        way_note_write(main->found, "it does");
        main->other = way_at_kept(other);
        settle(become, pass, main, timely == WAY_TRUE ? WAY_FALSE : WAY_UNDECIDED);
        return true;
    }
    judge_pair(become, pass, main, other, way_stretch_agrees(rule, stretch, piece));
    if (way_ranges_cover(&main->seen, 0, stretch->len))
        settle(become, pass, main, main->truth);
    return true;
}

/* Offers a packet of the other tap to those that wait for it. Returns whether one
 * took it (a piece of a stream may belong to several). */
static bool offer(struct become *become, struct way_pass *pass, const struct way_kept *other,
                  const struct way_stretch *piece)
{
    struct waiting *main = g_hash_table_lookup(become->mains.by_key, way_key_pointer(piece->key));
    bool taken = false;

    while (main) {
        struct waiting *next = main->next_of_key;
        bool took = pair(become, pass, main, other, piece);
        taken |= took;
        if (took && piece->whole)
            return true;
        main = next;
    }
    return taken;
}

/* ---- the pass ---- */

static void expire(struct become *become, struct way_pass *pass, int64_t now)
{
    while (become->mains.oldest &&
           become->mains.oldest->kept->record.time + become->main_waits + BACKWARDS < now)
        missing(become, pass, become->mains.oldest, false);
    while (become->others.oldest &&
           become->others.oldest->kept->record.time + become->other_waits + BACKWARDS < now)
        let_go(become, &become->others, become->others.oldest);
}

static void see_main(void *self, struct way_pass *pass, struct way_stand *stand,
                     enum way_truth inside)
{
    struct become *become = self;
    const struct way_rule *rule = become->outcome->rule;
    struct way_stretch stretch;

    expire(become, pass, stand->record.time);
    if (!way_stretch_of(pass, rule, true, stand, &stretch))
        return;
    struct waiting *waiting = waiting_new(become, pass, stand, &stretch);
    if (!waiting)
        return;
    waiting->inside = inside;
    if (rule->with) {
        waiting->truth = way_evaluate(&pass->evaluation, rule->with);
        if (waiting->truth != WAY_TRUE) {
            way_explain(pass, rule->with, waiting->expected, waiting->found);
            waiting->explained = true;
        }
    }
    wait_on(&become->mains, waiting);
    /* It may have come already, by that tap's clock. */
    struct waiting *other =
        g_hash_table_lookup(become->others.by_key, way_key_pointer(stretch.key));
    while (other && g_hash_table_lookup(become->mains.by_key, way_key_pointer(stretch.key))) {
        struct waiting *next = other->next_of_key;
        if (offer(become, pass, other->kept, &other->stretch))
            let_go(become, &become->others, other);
        other = next;
    }
    way_pass_put(pass, WAY_SLOT_WAS, NULL);
    pass->evaluation.slots[WAY_SLOT_SELF] = &stand->seen;
}

static void see_other(void *self, struct way_pass *pass, struct way_stand *stand,
                      enum way_truth inside)
{
    struct become *become = self;
    struct way_stretch piece;

    (void)inside;
    expire(become, pass, stand->record.time);
    if (!way_stretch_of(pass, become->outcome->rule, false, stand, &piece))
        return;
    /* Nobody waits for it, and on one clock nobody will. */
    if (become->other_waits == 0 &&
        !g_hash_table_lookup(become->mains.by_key, way_key_pointer(piece.key))) {
        way_nearly_add(&become->nobodys, stand);
        return;
    }
    struct waiting *waiting = waiting_new(become, pass, stand, &piece);
    if (!waiting)
        return;
    wait_on(&become->others, waiting);
    if (offer(become, pass, waiting->kept, &waiting->stretch))
        let_go(become, &become->others, waiting);
    else if (!become->reversed)
        way_nearly_add(&become->nobodys, stand);
    way_pass_put(pass, WAY_SLOT_WAS, NULL);
    pass->evaluation.slots[WAY_SLOT_SELF] = &stand->seen;
}

void *way_become_begin(struct way_pass *pass, const struct way_expected *expected,
                       struct way_rule_outcome *outcome)
{
    struct become *become = way_memory_array(1, sizeof *become);
    const struct way_rule *rule = outcome->rule;

    become->expected = expected;
    become->outcome = outcome;
    become->at_least = rule->has_within ? rule->at_least : 0;
    become->at_most = rule->has_within ? rule->at_most : WITHIN_DEFAULT;
    become->error = pass->setup->uncertainty + pass->tap_errors[rule->main->taps[0]] +
                    pass->tap_errors[rule->other->taps[0]];
    become->reversed = rule->relation == WAY_RELATION_CAME_FROM;
    become->main_waits = become->error + (become->reversed ? 0 : become->at_most);
    become->other_waits = become->error + (become->reversed ? become->at_most : 0);
    become->mains.by_key = g_hash_table_new(NULL, NULL);
    become->others.by_key = g_hash_table_new(NULL, NULL);
    way_pass_watch(pass, rule->main, see_main, become);
    way_pass_watch(pass, rule->other, see_other, become);
    return become;
}

void way_become_end(struct way_pass *pass, void *self)
{
    struct become *become = self;
    const struct way_rule *rule = become->outcome->rule;

    struct waiting *oldest;

    while ((oldest = oldest_of(&become->mains)))
        missing(become, pass, oldest, true);
    while ((oldest = oldest_of(&become->others)))
        let_go(become, &become->others, oldest);
    if (become->overflow) {
        struct way_note *note = way_outcome_note(become->outcome, true, NULL);
        if (note) {
            way_note_write(note->expected, "at most %d MB of packets that wait",
                           WAY_JUDGE_KEPT_MAX / 2 / 1000000);
            way_note_write(note->found,
                           "more: a shorter 'within' or a narrower selection is needed");
        }
    }
    way_tally_judge(pass, rule, &become->tally, "", become->outcome);
    way_pass_put(pass, WAY_SLOT_WAS, NULL);
    way_pass_put(pass, WAY_SLOT_SELF, NULL);
    g_hash_table_destroy(become->mains.by_key);
    g_hash_table_destroy(become->others.by_key);
    free(become);
}
