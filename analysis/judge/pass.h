/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the parts of a judgement share while the packets pass, and afterwards.
 * Internal to analysis/judge.
 *
 *      pass.c       who sees which packet; the one pass
 *      single.c     rules about single packets, counted as they pass
 *      pairing.c    which packet is which, elsewhere
 *      become.c     the same packet elsewhere, matched as they pass
 *      become_kept.c  the same among packets that were kept
 *      related.c    expectations about several packets, of those that were kept
 *      kept_rule.c  one rule of them; kept_one.c: first and last
 *      gather.c     aggregates, of all packets of a window
 *      running.c    running numbers: aggregates up to a packet; running_wait.c: packets
 *                   that wait to be asked for them
 *      heap.c       what an aggregate is computed from
 *      window.c     edges of windows
 *      live.c       windows that begin before captures, or outlive them
 *      key.c        values as keys
 *      join.c       which connection of the access log a packet belongs to
 *      meant.c      which kept packets can be meant
 *      explain.c    why a condition does not hold, in words
 *      judge.c      the plan: which rule is judged how
 *      demand.c     taps that are not fit; nothing passes on nothing
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_PASS_H
#define WAYLAY_ANALYSIS_JUDGE_PASS_H

#include <string.h>

#include "analysis/dissect/flow.h"
#include "analysis/judge/judge.h"
#include "analysis/judge/packet.h"

struct way_pass;
struct way_gather;
struct way_index;
struct way_running;
struct way_waiting;
struct way_log_index;

/* Sees a selected packet, which stands in slot 0. `inside`: TRUE, or UNDECIDED
 * where its stamp is within error of an edge of the window. */
typedef void way_see(void *self, struct way_pass *pass, struct way_stand *stand,
                     enum way_truth inside);

struct way_seer {
    way_see *see;
    void *self;
    struct way_seer *next;
};

/* Kept packets in the order in which they passed. */
struct way_kept_list {
    struct way_kept **items;
    uint8_t *inside; /* of each: enum way_truth, as far as fixed edges say */
    size_t count, room;
};

/* What is going on for one select. */
struct way_select_state {
    const struct way_select *select;
    uint64_t selected;
    struct way_seer *seers;
    bool keep;
    struct way_kept_list kept;
    struct way_index *index; /* of meant.c */
};

struct way_pass {
    const struct way_judge_setup *setup;
    const struct way_program *program;
    struct way_evaluation evaluation;
    struct way_select_state *states;   /* by the select's number */
    struct way_select_state ***by_tap; /* of each tap, those that look there; NULL ends */
    uint64_t *tap_packets;             /* by tap */
    int64_t *tap_last;                 /* by tap: the latest stamp */
    int64_t *tap_errors;               /* by tap */
    uint64_t packets;                  /* of the pass so far */
    int64_t first;                     /* the earliest stamp; INT64_MAX: none yet */
    int64_t last;                      /* the latest stamp; of live sources, when they ended */
    int64_t live_end;                  /* ns: when live sources ended; 0: there are none */
    struct way_kept *current;          /* the packet at hand, if it was kept already */
    size_t kept_bytes, kept_max; /* of all that is kept: packets, what waits, groups, values */
    bool overflow;               /* more would have had to be kept than may be */
    struct way_kept **all_kept;  /* owned: every kept packet of the lists */
    size_t all_count, all_room;
    struct way_stand stands[WAY_SLOT_BOUND + WAY_PROGRAM_SLOTS_MAX]; /* for what is kept, by slot */
    const struct way_kept *bound[WAY_SLOT_BOUND + WAY_PROGRAM_SLOTS_MAX];
    size_t bound_index[WAY_SLOT_BOUND + WAY_PROGRAM_SLOTS_MAX]; /* in its select's list */
    struct way_select *const *slot_selects; /* of the expectation that is judged, by slot */
    struct way_flow_room flow_room;         /* of all of: */
    struct way_flows **flows;   /* by source: streams, where any field needs them; else NULL */
    struct way_log_index *log;  /* of the access log; NULL: there is none */
    struct way_gather *gathers; /* aggregates that are gathered while packets pass */
    double gathered;            /* of how many values the last one asked for was worked out */
    struct way_running *runnings;
    const struct way_stand *asked;              /* the packet of which a running number is asked, */
    uint64_t asked_order;                       /* and its order in the pass */
    struct way_waiting *waiting, *waiting_last; /* packets that wait to be asked */
    size_t running_bytes;
    struct way_arena arena; /* of what lives as long as the pass */
};

/* ---- pass.c ---- */

/* Readies the pass; way_pass_end frees what it has. */
void way_pass_begin(struct way_pass *pass, const struct way_judge_setup *setup);
void way_pass_end(struct way_pass *pass);

/* Has the select's packets seen; or kept. Before way_pass_run. */
void way_pass_watch(struct way_pass *pass, const struct way_select *select, way_see *see,
                    void *self);
void way_pass_keep(struct way_pass *pass, const struct way_select *select);

/* Takes bytes of those that may be kept (kept_max); false where so many are not
 * left. Given back when they are free again. */
bool way_pass_take(struct way_pass *pass, size_t bytes);
void way_pass_give_back(struct way_pass *pass, size_t bytes);

/* Reads all packets. */
void way_pass_run(struct way_pass *pass);

/* Puts a kept packet into a slot of the evaluation (NULL: takes it out). */
void way_pass_put(struct way_pass *pass, unsigned slot, const struct way_kept *kept);

/* ---- window.c ---- */

/* Whether the packet is inside of the select's window: with fixed edges alone, or
 * with those that packets in slots are. */
enum way_truth way_window_fixed(const struct way_pass *pass, const struct way_select *select,
                                const struct way_stand *stand);
enum way_truth way_window_bound(const struct way_pass *pass, const struct way_select *select,
                                const struct way_kept *kept);

/* The first of the list that is stamped at `time` or later; as many as there are: none. Stamps
 * that run backwards a little are allowed for by whoever asks. */
size_t way_kept_first_at(const struct way_kept_list *list, int64_t time);

/* The kept packets of a select that can be inside: [*first, *end) of its list. */
void way_window_range(const struct way_pass *pass, const struct way_select *select, size_t *first,
                      size_t *end);

/* Whether b came after a, of which the clocks alone make doubtful; whether it came from
 * `at_least` to `at_most` ns after it, where an emulated link's lateness excuses what comes
 * too late. Packets of one capture are in its order. */
enum way_truth way_came_after(const struct way_pass *pass, const struct way_kept *a,
                              const struct way_kept *b);
enum way_truth way_came_within(const struct way_pass *pass, const struct way_kept *a,
                               const struct way_kept *b, int64_t at_least, int64_t at_most);

/* ", and clocks may be off by 1ms, links late by 2ms": what leaves in doubt how much later
 * one packet was than another, by their taps (-1: an edge that is no packet). */
void way_doubt_write(const struct way_pass *pass, int a, int b, char *text, size_t size);

/* Whether packets bound the select's window, on one side at least. */
bool way_window_is_bound(const struct way_select *select);

/* The time of an edge that a packet is; false where nothing is bound. */
bool way_edge_time(const struct way_pass *pass, const struct way_edge *edge, int64_t *out);

/* ---- live.c ---- */

/* Up to when, and from when on, all taps of a select were live, as far as is known. */
int64_t way_live_until(const struct way_pass *pass, const struct way_select *select);
int64_t way_live_from(const struct way_pass *pass, const struct way_select *select);

/* Whether a window that ends (begins) at `time` goes on when the captures have ended (has
 * begun before the select's taps were live). */
bool way_outlives(const struct way_pass *pass, const struct way_select *select, int64_t time);
bool way_predates(const struct way_pass *pass, const struct way_select *select, int64_t time);

/* Why nothing can be held by the select's window, by the names that are bound at present: it
 * is turned round, or wholly outside of the captures. NULL where it is neither. */
const char *way_window_missed(const struct way_pass *pass, const struct way_select *select);

/* Why the beginning (the end) of the window was not captured, where it reaches beyond the
 * packet that bounds it; else NULL. */
const char *way_window_cut_before(const struct way_pass *pass, const struct way_select *select);
const char *way_window_cut_behind(const struct way_pass *pass, const struct way_select *select);

/* When others are looked for that are related to a packet of that time: from and to; where
 * only before it, `to` is before it, too. */
struct way_reach {
    int64_t time, from, to;
};

/* Whether a part of that, inside of the select's window, or (`all`) the packet's own time,
 * lies outside of what was captured of the select. */
bool way_is_unseen(const struct way_pass *pass, const struct way_select *select,
                   struct way_reach reach, bool all);

/* What a rule comes to that depends on what was not captured: FALSE, or of live captures
 * UNDECIDED. */
enum way_truth way_unseen(const struct way_pass *pass);

/* ---- key.c ---- */

/* The values of terms, asked of slot 0, as one number: equal values have equal
 * ones, others almost never. False where one of them has no value. */
bool way_key_of(struct way_pass *pass, struct way_term *const *terms, size_t count, uint64_t *out);

/* Of two numbers, in this order; never 0. */
uint64_t way_key_of_two(uint64_t one, uint64_t two);

/* A key as GLib's tables take it. */
static inline void *way_key_pointer(uint64_t key)
{
    void *pointer;

    _Static_assert(sizeof pointer == sizeof key, "keys are as wide as pointers");
    memcpy(&pointer, &key, sizeof pointer);
    return pointer;
}

/* The key of one side of a join. */
bool way_join_key(struct way_pass *pass, const struct way_rule *rule, bool main, uint64_t *out);

/* What the mechanism leaves alone: source, protocol, ports, sequence, acknowledgement,
 * flags, identification, payload; or (`exact`) all but hardware addresses, TTL and
 * header checksum. */
uint64_t way_packet_identity(struct way_view *view, bool exact);

/* Whether a relation means the packet as it is, not what may have become of it. */
bool way_relation_is_exact(enum way_relation relation);

/* ---- join.c ---- */

/* Readies the access log for being looked up; frees that. */
void way_log_begin(struct way_pass *pass);
void way_log_end(struct way_pass *pass);

/* Whether a rule that joins by connection takes the pairs from the access log: there is one,
 * and the rule's two sides are not on the same links. */
bool way_join_asks_log(const struct way_pass *pass, const struct way_rule *rule);

/* The connection of the access log (`by_log`) that a packet belongs to, from 1; else a number
 * for its addresses and ports, whichever way. 0: none. */
uint64_t way_connection_of(const struct way_pass *pass, bool by_log, struct way_stand *stand);

/* The log's claims are checked as well: notes a packet that shows a connection of it; and
 * fails a rule that joins by the log for each that neither of its taps has shown, if it
 * begins inside of the rule's window (which may lie between marks, not between packets). */
void way_claims_note(struct way_pass *pass, struct way_stand *stand);
void way_claims_judge(struct way_pass *pass, struct way_rule_outcome *outcome);

/* ---- explain.c ---- */

/* Why the condition, evaluated with the slots as they are, is not TRUE: what was
 * expected, and what was found. */
void way_explain(struct way_pass *pass, const struct way_term *condition,
                 char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX]);

/* Why it is not FALSE, where it must be. */
void way_explain_true(struct way_pass *pass, const struct way_term *condition,
                      char found[WAY_NOTE_TEXT_MAX]);

/* What its comparisons compare, in words: "p99(…) is 61us, of 137 values". */
void way_explain_values(struct way_pass *pass, const struct way_term *condition,
                        char text[WAY_NOTE_TEXT_MAX]);

/* How many parts of the condition do not hold, and which, in words. */
unsigned way_mismatches(struct way_pass *pass, const struct way_term *condition,
                        char text[WAY_NOTE_TEXT_MAX]);

/* Fills in what a note says of its packet, and of the names that are bound. */
void way_note_packet(struct way_pass *pass, struct way_note *note, struct way_stand *stand,
                     const struct way_expected *expected);

/* Packets that almost matched: the nearest few are kept, by what differs, then by how far
 * they are from `around`. */
struct way_near {
    int64_t around; /* ns; 0: of equal ones the first is nearer */
    unsigned differences[WAY_NOTE_NEAREST_MAX];
    struct way_at at[WAY_NOTE_NEAREST_MAX];
    char texts[WAY_NOTE_NEAREST_MAX][WAY_NOTE_TEXT_MAX];
    size_t count;
};
void way_near_offer(struct way_pass *pass, struct way_near *near, const struct way_at *at,
                    const struct way_term *condition);
void way_near_put(struct way_near *near, const struct way_at *at, unsigned differences,
                  const char *text);
void way_near_write(const struct way_near *near, struct way_note *note);

/* ---- single.c ---- */

/* Counts of a quantifier: how many hold, and how many may. */
struct way_tally {
    uint64_t hold, may;    /* TRUE; UNDECIDED */
    bool unseen;           /* the captures end before the window does: more may have come */
    uint64_t beyond;       /* the number of the first that was one too many; 0: none was */
    struct way_note *note; /* of that packet, if there is room for it */
};

/* Whether a count that is `hold`, or up to `may` more, is as wanted: by SOME and NO (`wanted`
 * is NULL), EXACTLY, AT_LEAST, AT_MOST. */
enum way_truth way_count_fits(enum way_quantifier quantifier, const struct way_datum *wanted,
                              const struct way_tally *tally);

/* Judges the rule's quantifier over what was counted: `where` says of what group ("" for
 * all). Notes what is wrong. */
void way_tally_judge(struct way_pass *pass, const struct way_rule *rule,
                     const struct way_tally *tally, const char *where,
                     struct way_rule_outcome *outcome);

/* The latest that holds was counted. Where it is the first that is more than the rule allows
 * (at most, exactly), returns a note at it, of which way_tally_judge will write what was
 * expected and found; else NULL. */
struct way_note *way_tally_beyond(struct way_pass *pass, struct way_rule_outcome *outcome,
                                  struct way_tally *tally, const struct way_at *at);

/* Takes in what was found of one packet that the rule is about: counts it, and
 * notes it where the quantifier says that this is wrong. Returns whether a note is
 * wanted: then explain it. */
struct way_note *way_rule_take(struct way_pass *pass, struct way_rule_outcome *outcome,
                               enum way_truth truth, enum way_truth inside,
                               const struct way_at *at);

/* A rule about single packets: begins to watch; and what it comes to. */
void *way_single_begin(struct way_pass *pass, const struct way_expected *expected,
                       struct way_rule_outcome *outcome);
void way_single_end(struct way_pass *pass, void *self);

/* ---- judge.c ---- */

/* More packets (`which`: "to be kept") would have been needed than `most` bytes: whatever was
 * wrong is in doubt. */
void way_note_overflow(struct way_rule_outcome *outcome, size_t most, const char *which);

/* ---- demand.c ---- */

/* Demands that captures can show what the rule's windows ask for: of those that packets bind
 * (`bound`), by the names that are bound at present, or of the others. */
void way_demand_windows(struct way_pass *pass, const struct way_rule *rule, bool bound,
                        struct way_rule_outcome *outcome);

/* Fails (or doubts) a rule for what it lacks as a whole. */
void way_note_lack(struct way_rule_outcome *outcome, bool doubt, const char *expected,
                   const char *found);

/* Demands of a rule that was judged that its taps can be relied upon, that the log's claims
 * hold, and that something was examined. */
void way_demand_sound(struct way_pass *pass, const struct way_outcome *outcome,
                      struct way_rule_outcome *one);

/* ---- become.c ---- */

void *way_become_begin(struct way_pass *pass, const struct way_expected *expected,
                       struct way_rule_outcome *outcome);
void way_become_end(struct way_pass *pass, void *self);

/* ---- related.c ---- */

/* An expectation whose rules need packets that are kept: asks for them; judges. Rules
 * for which `outcomes[n].rule` was judged already are left alone (`done`). */
void way_related_begin(struct way_pass *pass, const struct way_expected *expected,
                       const bool *done);
void way_related_end(struct way_pass *pass, struct way_outcome *outcome, const bool *done);

/* Whether a kept packet, by its index in the select's list, is among those that the select
 * means: inside its window, and with what `where` asks of other packets. It is put into
 * slot 0. */
enum way_truth way_related_inside(struct way_pass *pass, const struct way_select *select,
                                  size_t index);

/* ---- gather.c ---- */

/* Asks for what the aggregates below a term need. */
void way_gather_begin(struct way_pass *pass, struct way_term *term);

/* Has the select's packets kept, and gathers the numbers that its `where` asks for. NULL is
 * allowed. */
void way_gather_keep(struct way_pass *pass, struct way_select *select);

/* Frees what they gathered. */
void way_gather_end(struct way_pass *pass);

/* The value of an aggregate: the evaluation's `aggregate`. */
bool way_gather_value(void *context, const struct way_term *term, struct way_evaluation *evaluation,
                      struct way_datum *out);

/* ---- running.c, running_wait.c ---- */

/* Whether what comes first is certain, of all that running numbers of the term count and the
 * packets (of `main`, or NULL) that they are asked of: they are of one tap, or clocks agree. */
bool way_running_is_certain(const struct way_pass *pass, const struct way_select *main,
                            const struct way_term *term);

/* Counts what the running numbers (and those in a stretch of time) below the term need. */
void way_running_begin(struct way_pass *pass, const struct way_term *term, bool certain);
void way_running_end(struct way_pass *pass);

/* The number at the packet that is asked (pass->asked). */
bool way_running_value(struct way_pass *pass, const struct way_term *term, struct way_datum *out);

/* Has the packet seen when all that may have been before it have passed. way_running_tick
 * shows those of which that is so at `now`. */
void way_running_wait(struct way_pass *pass, struct way_stand *stand, enum way_truth inside,
                      way_see *see, void *self);
void way_running_tick(struct way_pass *pass, int64_t now);

#endif
