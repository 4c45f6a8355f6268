/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Evaluating terms: packets in, a truth or a value out.
 *
 * An evaluation holds the packets that the slots stand for, what is known of the
 * clocks, and room for what is computed; it is made once and used for term after
 * term. A pure function of these: nothing is read but the packets' bytes.
 *
 * Where a field is absent or broken, what is said of it is UNKNOWN, and the
 * evaluation keeps which field that was. `any f == v` is different: it is FALSE
 * where f is absent, since there is none that equals v. One thread.
 */
#ifndef WAYLAY_ANALYSIS_LANG_EVALUATE_H
#define WAYLAY_ANALYSIS_LANG_EVALUATE_H

#include "analysis/lang/program.h"

/* A packet as terms ask it. */
struct way_seen {
    struct way_view *view;               /* of its record */
    int tap;                             /* index in the program's taps */
    const struct way_values *remembered; /* by number; NULL: the view's own flow is asked */
    const enum way_presence *presences;  /* of these */
};

enum { WAY_EVALUATION_ROOM = 512, WAY_EVALUATION_BYTES = 4096 };

struct way_evaluation {
    const struct way_program *program;
    const struct way_seen *slots[WAY_SLOT_BOUND + WAY_PROGRAM_SLOTS_MAX]; /* NULL: not bound */
    int64_t uncertainty;       /* ns: between stamps of two taps */
    const int64_t *tap_errors; /* ns, by tap: of differences at one tap; NULL: none */
    /* Evaluates an aggregate; NULL where there are none. */
    bool (*aggregate)(void *context, const struct way_term *term, struct way_evaluation *evaluation,
                      struct way_datum *out);
    void *context;
    /* Outcome of the last evaluation: */
    const struct way_term *cause; /* the first field that made it UNKNOWN, or NULL */
    enum way_presence why;        /* ABSENT or BROKEN */
    /* Room for what is computed, reused by the next evaluation. */
    size_t room_from, bytes_from; /* where that begins: what is before is in use */
    size_t room_used, bytes_used;
    struct way_datum room[WAY_EVALUATION_ROOM];
    uint8_t bytes[WAY_EVALUATION_BYTES];
};

/* Whether the condition holds. */
enum way_truth way_evaluate(struct way_evaluation *evaluation, const struct way_term *condition);

/* The value of a term; false where it has none (see cause). What it borrows is
 * good until the next evaluation. */
bool way_evaluate_value(struct way_evaluation *evaluation, const struct way_term *term,
                        struct way_datum *out);

/* The same, behind what was evaluated before: nothing is reused. For several
 * values that are needed together. */
bool way_evaluate_more(struct way_evaluation *evaluation, const struct way_term *term,
                       struct way_datum *out);

#endif
