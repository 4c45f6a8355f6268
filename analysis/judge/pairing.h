/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which packet is which, elsewhere.
 *
 * A packet that the rule is about (a *main* one) waits, under its key, until it is seen on
 * the other tap; there the first that waits takes the first that comes, so that the n-th
 * copy is matched with the n-th: one to one. Of streams and fragments it is bytes that
 * are matched, each with one only: what a piece has that the first one that waits was not
 * seen of yet goes there, the rest of it to the next.
 *
 * A packet of the other tap that comes, by its stamp, before its own (clocks differ; or the
 * rule asks where packets came from) waits, too. What waits for longer than the rule's window
 * leaves. What came to the other tap before a main packet, by more than clocks may be wrong, is
 * not that.
 *
 * Who uses it is told of each meeting, and of each main packet that leaves.
 * Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_PAIRING_H
#define WAYLAY_ANALYSIS_JUDGE_PAIRING_H

#include <glib.h>

#include "analysis/judge/pass.h"
#include "analysis/judge/ranges.h"
#include "analysis/judge/stretch.h"

/* A packet that waits, on one of the two sides. */
struct way_wait {
    const struct way_kept *kept;
    struct way_kept *own;  /* the same, where it was copied to wait; else NULL */
    size_t index;          /* as it was given */
    enum way_truth inside; /* of another one: of its window */
    struct way_stretch stretch;
    struct way_ranges seen; /* which bytes of it were; of another one, which were taken */
    struct way_wait *next_of_key, *last_of_key, *older, *newer;
};

/* The packets of one side, under their keys and by age. */
struct way_side {
    GHashTable *by_key; /* to the first that waits under a key, which knows the last */
    struct way_wait *oldest, *newest;
};

/* Why a main packet leaves. */
enum way_leave {
    WAY_LEAVE_SEEN,    /* all of it was seen */
    WAY_LEAVE_EXPIRED, /* its time is over */
    WAY_LEAVE_ENDED    /* so are the captures */
};

struct way_pairing {
    const struct way_rule *rule;
    int64_t at_least, at_most, error;
    bool reversed;       /* came from: the others come first, and wait */
    int64_t main_waits;  /* ns: so long for the other tap, */
    int64_t other_waits; /* and the other way round */
    bool others_wait;    /* they may pass before the main packet, if only with an equal stamp */
    size_t size;         /* of what waits: a struct that begins with struct way_wait */
    bool overflow;       /* more would have had to wait than may be kept */
    struct way_side mains, others;

    /* Whether the other one is meant at all (may set its `inside`); NULL: they all are. */
    bool (*is_meant)(void *self, struct way_pass *pass, const struct way_wait *main,
                     struct way_wait *other);
    /* `other` is the main packet, or a piece of it; `agrees`: its bytes are the same. */
    void (*meet)(void *self, struct way_pass *pass, struct way_wait *main,
                 const struct way_wait *other, bool agrees);
    void (*leave)(void *self, struct way_pass *pass, struct way_wait *main, enum way_leave why);
    void *self;
};

/* How long packets wait, and nothing else. */
struct way_pairing way_pairing_times(const struct way_pass *pass, const struct way_rule *rule);

/* Begins: works out how long packets wait. The caller sets size, meet, leave, self. */
void way_pairing_begin(struct way_pairing *pairing, const struct way_pass *pass,
                       const struct way_rule *rule);

/* The main packet that stands in slot 0: NULL where it lacks a key, or beyond the bound. It
 * has not looked yet for what came before it: way_pairing_look does, whereupon it may have
 * left. `kept`: it is kept already, for as long as this lasts; NULL: it is copied. */
struct way_wait *way_pairing_main(struct way_pairing *pairing, struct way_pass *pass,
                                  struct way_stand *stand, const struct way_kept *kept,
                                  size_t index);
void way_pairing_look(struct way_pairing *pairing, struct way_pass *pass, struct way_wait *main);

/* A packet of the other tap, which stands in slot 0. Returns whether anything met it. */
bool way_pairing_other(struct way_pairing *pairing, struct way_pass *pass, struct way_stand *stand,
                       const struct way_kept *kept, size_t index, enum way_truth inside);

/* All that wait leave. */
void way_pairing_end(struct way_pairing *pairing, struct way_pass *pass);

/* Whether the second of the two came in the rule's time, and not before the first: for that
 * clocks count alone. */
enum way_truth way_pairing_is_timely(const struct way_pairing *pairing, const struct way_pass *pass,
                                     const struct way_kept *main, const struct way_kept *other);

#endif
