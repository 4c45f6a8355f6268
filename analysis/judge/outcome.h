/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What became of an expectation: a verdict, counts, and what was wrong.
 *
 * An outcome begins empty and only ever gets worse. A failure outweighs a doubt
 * (the run's own error in time, or a tap's edge, makes it undecidable), a doubt
 * outweighs all that held; nothing examined is a failure unless the file says
 * that this may be. The first few failures (and doubts) are kept as *notes* in
 * the order in which they were met; the others are counted.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_OUTCOME_H
#define WAYLAY_ANALYSIS_JUDGE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/lang/program.h"

enum way_ruling { WAY_RULED_PASSED, WAY_RULED_INCONCLUSIVE, WAY_RULED_FAILED, WAY_RULED_SKIPPED };

enum {
    WAY_NOTES_MAX = 3,        /* kept for each rule */
    WAY_NOTE_NEAREST_MAX = 3, /* packets that almost matched */
    WAY_NOTE_BOUND_MAX = 8,   /* places of packets that are bound to names */
    WAY_NOTE_TEXT_MAX = 512   /* bytes of a text, with the zero */
};

/* Where a packet is. */
struct way_at {
    int tap;         /* in the program's taps; -1: nowhere */
    unsigned source; /* in the merge */
    uint64_t number; /* in its file, from 1 */
    int64_t time;    /* ns since the epoch */
};

/* One occasion on which a rule was broken, or could not be decided. */
struct way_note {
    bool doubt;
    struct way_at at; /* the packet concerned */
    char expected[WAY_NOTE_TEXT_MAX];
    char found[WAY_NOTE_TEXT_MAX];
    char nearest[WAY_NOTE_NEAREST_MAX][WAY_NOTE_TEXT_MAX]; /* "" from the first unused on */
    struct way_at nearest_at[WAY_NOTE_NEAREST_MAX];
    char bound[WAY_NOTE_TEXT_MAX]; /* what names stood for; "" for none */
    struct way_at bound_at[WAY_NOTE_BOUND_MAX];
    size_t bound_count;
    char packet[WAY_NOTE_TEXT_MAX]; /* the packet, in a line; "" for none */
    char filter[WAY_NOTE_TEXT_MAX]; /* the display filter that finds it in Wireshark */
};

/* What became of one rule. */
struct way_rule_outcome {
    const struct way_rule *rule;
    uint64_t examined; /* packets to which it applies */
    uint64_t matched;  /* of these, the ones of which it says what it demands */
    uint64_t unknown;  /* of these, the ones that lack a field that it asks for */
    char lacking[64];  /* the first such field */
    uint64_t failures, doubts;
    uint64_t unreached; /* times that a packet it asks for had not been found */
    struct way_note notes[WAY_NOTES_MAX];
    size_t note_count;
    char value[WAY_NOTE_TEXT_MAX]; /* of `expect` that held: what was compared; "" for nothing */
};

struct way_outcome {
    const struct way_expected *expected;
    struct way_rule_outcome *rules; /* in the order of the file */
    size_t rule_count;
    uint64_t scoped;     /* packets of the outermost `for each` */
    bool maybe_scoped;   /* there are more that may be, as far as clocks tell */
    const char *skipped; /* the reason, or NULL */
    bool flaky;          /* it passed only in a repeat: set by who compares runs */
};

/* The verdict on a rule, and on an expectation. */
enum way_ruling way_rule_ruling(const struct way_rule_outcome *outcome);
enum way_ruling way_outcome_ruling(const struct way_outcome *outcome);

/* "passed", "failed", "inconclusive", "skipped". */
const char *way_ruling_name(enum way_ruling ruling);

/* Notes a failure or a doubt at a packet (or nowhere). Returns the note to be
 * filled in further; NULL where there are enough of them. A failure takes the
 * place of a doubt. */
struct way_note *way_outcome_note(struct way_rule_outcome *outcome, bool doubt,
                                  const struct way_at *at);

/* What was wrong may come of packets that were not kept: all failures so far are doubts. */
void way_outcome_doubt(struct way_rule_outcome *outcome);

/* Writes a text of a note: what does not fit ends in "...". */
void way_note_write(char text[WAY_NOTE_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
