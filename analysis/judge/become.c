/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same packet, elsewhere.
 *
 * A packet that the rule is about waits until it is seen on the other tap
 * (analysis/judge/pairing.h), and is judged when all of it was, or its time is over.
 * What waits is copied; it is freed as soon as it is matched.
 */
#include "analysis/judge/become.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge/nearly.h"
#include "analysis/lang/memory.h"

struct texts {
    char expected[WAY_NOTE_TEXT_MAX], found[WAY_NOTE_TEXT_MAX];
};

/* A packet that waits to be seen elsewhere. */
struct waiting {
    struct way_wait wait;  /* first: what the pairing knows */
    enum way_truth truth;  /* of what was seen so far, and of the rule's own `with` */
    enum way_truth inside; /* of its window */
    struct texts *texts;   /* what is wrong; NULL: nothing is */
    struct way_at other;   /* the packet that is wrong, or took it */
};

struct become {
    const struct way_expected *expected;
    struct way_rule_outcome *outcome;
    struct way_tally tally;
    struct way_pairing pairing;
    struct way_nearly nobodys; /* others that nobody waited for */
};

/* ---- words ---- */

/* What is said of it so far, "" for nothing. */
static void get_texts(const struct waiting *waiting, struct texts *texts)
{
    if (waiting->texts)
        *texts = *waiting->texts;
    else
        texts->expected[0] = texts->found[0] = '\0';
}

/* Keeps what is said of it; of most packets that is nothing. */
static void set_texts(struct waiting *waiting, const struct texts *texts)
{
    if (texts->expected[0] == '\0' && texts->found[0] == '\0')
        return;
    if (!waiting->texts)
        waiting->texts = way_memory_array(1, sizeof *waiting->texts);
    *waiting->texts = *texts;
}

/* ---- verdicts ---- */

/* Names the packets that nobody took and that differ least from the missing one. */
static void name_nearest(struct become *become, struct waiting *waiting, struct way_note *note)
{
    static struct way_stand stand;
    bool exact = way_relation_is_exact(become->outcome->rule->relation);
    int64_t span = become->pairing.at_most + become->pairing.error;
    struct way_near near = {.around = waiting->wait.kept->record.time};
    struct way_summary wanted, other;
    size_t looked = 0;

    way_stand_on(&stand, waiting->wait.kept);
    if (!way_summarise(&stand, &wanted))
        return;
    way_nearly_rank(&become->nobodys, &wanted, span, exact, &near);
    for (struct way_wait *one = become->pairing.others.newest; one && looked < WAY_NEARLY_MAX;
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
    struct way_at at = way_at_kept(waiting->wait.kept);

    pass->evaluation.cause = NULL;
    struct way_note *note = way_rule_take(pass, become->outcome, truth, waiting->inside, &at);
    become->tally.hold += truth == WAY_TRUE && waiting->inside == WAY_TRUE;
    become->tally.may +=
        (truth == WAY_TRUE && waiting->inside != WAY_TRUE) || truth == WAY_UNDECIDED;
    if (note) {
        struct texts texts;
        get_texts(waiting, &texts);
        memcpy(note->expected, texts.expected, sizeof note->expected);
        memcpy(note->found, texts.found, sizeof note->found);
        if (note->found[0] == '\0') { /* all that the rule asks for holds, and must not */
            way_note_write(note->expected, "no such packet");
            way_note_write(note->found, "this one");
        }
        if (waiting->other.tap >= 0) {
            note->nearest_at[0] = waiting->other;
            way_note_write(note->nearest[0], "the other packet");
        } else if (become->outcome->rule->relation != WAY_RELATION_VANISHES) {
            name_nearest(become, waiting, note);
        }
        static struct way_stand stand;
        way_stand_on(&stand, waiting->wait.kept);
        way_note_packet(pass, note, &stand, become->expected);
    }
}

/* ---- what is demanded ---- */

static void say_time(const struct way_pass *pass, const struct way_pairing *pairing,
                     const struct way_meeting *meeting, bool doubt,
                     char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX])
{
    char allowed[64], least[64], came[64], why[160] = "";
    const char *way = pairing->reversed ? "earlier" : "later";
    int64_t later = meeting->other->record.time - meeting->main->record.time;
    struct way_datum span = {.sort = WAY_SORT_SPAN, .number = pairing->at_most};

    way_datum_format(&span, allowed, sizeof allowed);
    span.number = pairing->at_least;
    way_datum_format(&span, least, sizeof least);
    span.number = pairing->reversed ? -later : later;
    way_datum_format(&span, came, sizeof came);
    way_note_write(expected, "it on %s from %s to %s %s", pass->program->taps[meeting->other->tap],
                   least, allowed, way);
    if (doubt)
        way_doubt_write(pass, meeting->main->tap, meeting->other->tap, why, sizeof why);
    way_note_write(found, "%s %s%s", came, way, why);
}

/* Whether what the rule demands of the other packet holds. */
static enum way_truth demanded(struct way_pass *pass, const struct way_rule *rule,
                               const struct way_meeting *meeting, bool explain,
                               char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX])
{
    if (!meeting->agrees) {
        if (explain)
            way_note_write(expected, "the same bytes");
        if (explain)
            way_note_write(found, "others");
        return WAY_FALSE;
    }
    if (!rule->other_with)
        return WAY_TRUE;
    way_pass_put(pass, WAY_SLOT_WAS, meeting->main);
    way_pass_put(pass, WAY_SLOT_SELF, meeting->other);
    enum way_truth holds = way_evaluate(&pass->evaluation, rule->other_with);
    if (holds != WAY_TRUE && explain)
        way_explain(pass, rule->other_with, expected, found);
    return holds == WAY_UNKNOWN ? WAY_FALSE : holds;
}

enum way_truth way_become_meets(struct way_pass *pass, const struct way_pairing *pairing,
                                const struct way_meeting *meeting, char expected[WAY_NOTE_TEXT_MAX],
                                char found[WAY_NOTE_TEXT_MAX])
{
    const struct way_rule *rule = pairing->rule;
    bool explain = found[0] == '\0';
    enum way_truth timely = way_pairing_is_timely(pairing, pass, meeting->main, meeting->other);

    timely = meeting->inside < timely ? meeting->inside : timely;
    if (rule->relation == WAY_RELATION_VANISHES) {
        way_note_write(expected, "that it does not appear on %s",
                       pass->program->taps[meeting->other->tap]);
        way_note_write(found, "it does");
        return timely == WAY_TRUE ? WAY_FALSE : WAY_UNDECIDED;
    }
    if (timely != WAY_TRUE && explain)
        say_time(pass, pairing, meeting, timely == WAY_UNDECIDED, expected, found);
    enum way_truth holds =
        demanded(pass, rule, meeting, explain && timely == WAY_TRUE, expected, found);
    return timely < holds ? timely : holds;
}

static void say_lack(const struct way_pairing *pairing, int64_t part_of, bool partly, bool wholly,
                     char found[WAY_NOTE_TEXT_MAX])
{
    const char *ends = !partly             ? ""
                       : pairing->reversed ? ", and the capture begins after that"
                                           : ", and the capture ends before that";

    if (part_of)
        way_note_write(found, "only a part of its %" PRId64 " bytes%s", part_of, ends);
    else if (wholly)
        way_note_write(found, "none, but that tap is not known to have been live then");
    else
        way_note_write(found, "none%s", ends);
}

enum way_truth way_become_lacks(struct way_pass *pass, const struct way_pairing *pairing,
                                const struct way_kept *main, int64_t part_of, bool ended,
                                char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX])
{
    const struct way_rule *rule = pairing->rule;
    const char *tap = pass->program->taps[rule->other->taps[0]];
    bool vanishes = rule->relation == WAY_RELATION_VANISHES;
    int64_t time = main->record.time;
    struct way_reach reach = {.time = time,
                              .from = pairing->reversed ? time - pairing->at_most : time,
                              .to =
                                  pairing->reversed || !ended ? time - 1 : time + pairing->at_most};
    bool partly = way_is_unseen(pass, rule->other, reach, false);
    bool wholly = way_is_unseen(pass, rule->other, reach, true);
    char span[64];
    struct way_datum within = {.sort = WAY_SORT_SPAN, .number = pairing->at_most};

    if (pairing->overflow) {
        way_note_write(expected, "the packet on %s", tap);
        way_note_write(found, "not all that should have waited could be kept");
        return WAY_UNDECIDED;
    }
    way_datum_format(&within, span, sizeof span);
    if (vanishes && !partly)
        return WAY_TRUE;
    if (found[0] == '\0') {
        way_note_write(expected,
                       vanishes ? "that it does not appear on %s within %s%s"
                                : "the packet on %s within %s%s",
                       tap, span, pairing->reversed ? " before it" : "");
        say_lack(pairing, part_of, partly, wholly, found);
    }
    return wholly ? WAY_UNDECIDED : partly ? way_unseen(pass) : WAY_FALSE;
}

/* ---- the pass ---- */

static void meet(void *self, struct way_pass *pass, struct way_wait *main,
                 const struct way_wait *other, bool agrees)
{
    struct become *become = self;
    struct waiting *waiting = (struct waiting *)main;
    const struct way_meeting meeting = {main->kept, other->kept, agrees, other->inside};
    struct texts texts;

    get_texts(waiting, &texts);
    enum way_truth truth =
        way_become_meets(pass, &become->pairing, &meeting, texts.expected, texts.found);
    set_texts(waiting, &texts);
    if (truth != WAY_TRUE)
        waiting->other = way_at_kept(other->kept);
    waiting->truth = truth < waiting->truth ? truth : waiting->truth;
}

static void leave(void *self, struct way_pass *pass, struct way_wait *main, enum way_leave why)
{
    struct become *become = self;
    struct waiting *waiting = (struct waiting *)main;
    bool part = !main->stretch.whole && main->seen.count;

    if (why != WAY_LEAVE_SEEN) {
        struct texts texts;
        get_texts(waiting, &texts);
        enum way_truth truth =
            way_become_lacks(pass, &become->pairing, main->kept, part ? main->stretch.len : 0,
                             why == WAY_LEAVE_ENDED, texts.expected, texts.found);
        set_texts(waiting, &texts);
        waiting->truth = truth < waiting->truth ? truth : waiting->truth;
    }
    settle(become, pass, waiting, waiting->truth);
    free(waiting->texts);
}

/* Puts the packet that is seen back into its slot. */
static void put_back(struct way_pass *pass, struct way_stand *stand)
{
    way_pass_put(pass, WAY_SLOT_WAS, NULL);
    way_pass_put(pass, WAY_SLOT_SELF, NULL);
    pass->evaluation.slots[WAY_SLOT_SELF] = &stand->seen;
}

static void see_main(void *self, struct way_pass *pass, struct way_stand *stand,
                     enum way_truth inside)
{
    struct become *become = self;
    const struct way_rule *rule = become->outcome->rule;
    struct way_wait *wait = way_pairing_main(&become->pairing, pass, stand, NULL, 0);
    struct waiting *waiting = (struct waiting *)wait;

    put_back(pass, stand);
    if (!wait)
        return;
    waiting->truth = WAY_TRUE;
    waiting->inside = inside;
    waiting->other.tap = -1;
    if (rule->with) {
        waiting->truth = way_evaluate(&pass->evaluation, rule->with);
        if (waiting->truth != WAY_TRUE) {
            struct texts texts;
            get_texts(waiting, &texts);
            way_explain(pass, rule->with, texts.expected, texts.found);
            set_texts(waiting, &texts);
        }
    }
    way_pairing_look(&become->pairing, pass, wait);
    put_back(pass, stand);
}

static void see_other(void *self, struct way_pass *pass, struct way_stand *stand,
                      enum way_truth inside)
{
    struct become *become = self;

    if (!way_pairing_other(&become->pairing, pass, stand, NULL, 0, inside) &&
        !become->pairing.reversed)
        way_nearly_add(&become->nobodys, stand);
    put_back(pass, stand);
}

void *way_become_begin(struct way_pass *pass, const struct way_expected *expected,
                       struct way_rule_outcome *outcome)
{
    struct become *become = way_memory_array(1, sizeof *become);
    const struct way_rule *rule = outcome->rule;

    become->expected = expected;
    become->outcome = outcome;
    way_pairing_begin(&become->pairing, pass, rule);
    become->pairing.size = sizeof(struct waiting);
    become->pairing.meet = meet;
    become->pairing.leave = leave;
    become->pairing.self = become;
    way_pass_watch(pass, rule->main, see_main, become);
    way_pass_watch(pass, rule->other, see_other, become);
    return become;
}

void way_become_end(struct way_pass *pass, void *self)
{
    struct become *become = self;
    const struct way_rule *rule = become->outcome->rule;

    way_pairing_end(&become->pairing, pass);
    way_tally_judge(pass, rule, &become->tally, "", become->outcome);
    if (become->pairing.overflow)
        way_note_overflow(become->outcome, pass->kept_max, "that wait");
    way_pass_put(pass, WAY_SLOT_WAS, NULL);
    way_pass_put(pass, WAY_SLOT_SELF, NULL);
    free(become);
}
