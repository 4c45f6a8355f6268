/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A checked expectation file: what is to be judged, with every name resolved.
 *
 * A program is made by way_program_read and never changed. It holds, in the
 * order of the file, the expectations, each with its rules; macros, tables and
 * variables are gone. Expressions have become *terms*: what they ask of a packet
 * is a field and a *slot*, the packet in question:
 *
 *      slot 0        the packet that the term is evaluated for
 *      slot 1        `was`: in a relation, the packet that it starts from
 *      slot 2, 3 …   packets bound by `as`, numbered within the expectation
 *
 * A term that asks only slot 0 can be evaluated while the packets pass by; all
 * others need packets to be kept.
 */
#ifndef WAYLAY_ANALYSIS_LANG_PROGRAM_H
#define WAYLAY_ANALYSIS_LANG_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/selection.h"
#include "analysis/lang/datum.h"
#include "analysis/lang/tree.h"
#include "analysis/lang/world.h"

enum way_program_limits {
    WAY_PROGRAM_TAPS_MAX = 256,      /* taps that are named */
    WAY_PROGRAM_SLOTS_MAX = 32,      /* in one expectation */
    WAY_PROGRAM_SELECT_TAPS = 16,    /* of one selection */
    WAY_PROGRAM_SELECTS_MAX = 32768, /* in all */
    WAY_PROGRAM_EXPECTATIONS = 4096  /* rows of tables included */
};

enum { WAY_SLOT_SELF, WAY_SLOT_WAS, WAY_SLOT_BOUND };

/* Bits of `slots`: the packet at hand alone; and what is no slot, but has to wait
 * for the last packet all the same. */
#define WAY_SLOTS_SELF UINT64_C(1)
#define WAY_SLOTS_LATE (UINT64_C(1) << 63)

enum way_term_kind {
    WAY_TERM_DATUM,      /* datum */
    WAY_TERM_FIELD,      /* field, slot, slice */
    WAY_TERM_FLOW,       /* slot: source, destination, protocol and ports, as bytes */
    WAY_TERM_CONNECTION, /* likewise, whichever way the packet goes */
    WAY_TERM_TAP,        /* slot: the name of the tap */
    WAY_TERM_GATHER,     /* items: a list, set or range of them; datum, if that is known */
    WAY_TERM_NEGATE,
    WAY_TERM_ADD,
    WAY_TERM_SUBTRACT,
    WAY_TERM_MULTIPLY,
    WAY_TERM_DIVIDE,
    WAY_TERM_MODULO,
    WAY_TERM_POWER,
    WAY_TERM_BIT_AND,
    WAY_TERM_ABS,
    WAY_TERM_LENGTH,  /* of bytes, or how many values */
    WAY_TERM_SEQDIFF, /* of two 32-bit sequence numbers: signed, modulo 2^32 */
    WAY_TERM_LOWER,   /* ASCII letters made small */
    WAY_TERM_EQUAL,   /* tolerance: absolute (kids 2) and relative */
    WAY_TERM_UNEQUAL,
    WAY_TERM_LESS,
    WAY_TERM_LESS_EQUAL,
    WAY_TERM_GREATER,
    WAY_TERM_GREATER_EQUAL,
    WAY_TERM_IN,
    WAY_TERM_CONTAINS,
    WAY_TERM_HAS,
    WAY_TERM_LACKS,
    WAY_TERM_NOT,
    WAY_TERM_AND,
    WAY_TERM_OR,
    WAY_TERM_AGGREGATE
};

static inline bool way_term_is_arithmetic(enum way_term_kind kind)
{
    return kind >= WAY_TERM_ADD && kind <= WAY_TERM_BIT_AND;
}

static inline bool way_term_is_comparison(enum way_term_kind kind)
{
    return kind >= WAY_TERM_EQUAL && kind <= WAY_TERM_CONTAINS;
}

/* How the left side of a comparison is asked where it has several values. */
enum way_each { WAY_WHOLE, WAY_ANY_OF, WAY_ALL_OF };

struct way_select;

enum { WAY_TERM_KIDS = 3 };

struct way_term {
    enum way_term_kind kind;
    struct way_place place;
    const char *text; /* as it stands in the file, for messages */
    enum way_sort sort;
    bool many;      /* it may have several values */
    bool is_truth;  /* a condition: it has a truth and no value */
    bool has_flow;  /* a field below needs the earlier packets of its capture */
    bool sliced;    /* of a field: `from` and `width` say which of its bytes */
    uint64_t slots; /* bit n: it asks slot n (of what is below, too) */
    struct way_datum datum;
    struct way_field field;
    unsigned slot;
    unsigned remembered; /* of a field that needs a flow: its number in the program */
    int64_t from;
    size_t width;
    struct way_term *kids[WAY_TERM_KIDS];
    struct way_term **items; /* of GATHER */
    size_t count;
    double relative;    /* of EQUAL: share of the right side */
    enum way_each each; /* of comparisons */
    enum way_aggregate aggregate;
    double percentile;
    struct way_select *select, *other; /* of AGGREGATE; kids[0]: of what */
    int64_t over;                      /* ns: in so long a stretch of time; 0: in all */
    bool running; /* of AGGREGATE: up to the packet at hand, in slot 0; of its group, if `per` */
};

/* An end of a window. */
struct way_edge {
    enum way_edge_kind {
        WAY_EDGE_OPEN, /* none */
        WAY_EDGE_TIME, /* at */
        WAY_EDGE_SLOT, /* the packet bound to `slot` */
        WAY_EDGE_NEXT  /* the next packet of the kind bound to `slot` */
    } kind;
    struct way_place place;
    const char *text; /* as it stands in the file */
    unsigned slot;
    int64_t at;     /* ns since the epoch */
    int64_t shift;  /* ns, to be added */
    bool inclusive; /* what happens at the edge is inside */
};

/* Which packets are spoken of. */
struct way_select {
    struct way_place place;
    const char *text;   /* as it stands in the file */
    const char *filter; /* libpcap's expression; NULL: any packet */
    int filter_number;  /* in program->filters; -1: any packet */
    unsigned taps[WAY_PROGRAM_SELECT_TAPS];
    size_t tap_count;
    struct way_term *where;   /* asks slot 0 alone; NULL: nothing */
    struct way_term *late;    /* the rest of `where`, which asks other slots, too */
    uint64_t slots;           /* bit n: `late` or the window asks slot n */
    struct way_edge from, to; /* the window */
    struct way_term **per;    /* keys */
    size_t per_count;
    unsigned slot;    /* to which a packet is bound; 0: none */
    const char *name; /* of that slot */
    bool running;     /* of a running number: it is seen before rules that ask for that */
    unsigned number;  /* among the program's selects, from 0 */
    struct way_select *next;
};

/* A pair of keys that must be equal. */
struct way_key {
    struct way_term *main, *other; /* each asks slot 0: of the packet that it is of */
};

enum way_relation {
    WAY_RELATION_NONE,
    WAY_RELATION_AFTER_ITS,
    WAY_RELATION_BEFORE_ITS,
    WAY_RELATION_FOLLOWED,
    WAY_RELATION_PRECEDED,
    WAY_RELATION_ACCOMPANIED,
    WAY_RELATION_BECOMES,
    WAY_RELATION_APPEARS,
    WAY_RELATION_VANISHES,
    WAY_RELATION_CAME_FROM
};

struct way_rule {
    struct way_place place;
    const char *text; /* as it stands in the file, on one line */
    enum way_quantifier quantifier;
    struct way_term *count;  /* of exactly, at least, at most */
    struct way_select *main; /* NULL for EXPECT */
    struct way_term *with;   /* demanded of it; NULL: nothing. Of EXPECT: the condition */
    bool may_be_none;
    bool has_within;           /* of the rule, or, with a relation, of the relation: */
    int64_t at_least, at_most; /* ns */
    struct way_edge anchor;    /* from where a rule's `within` counts */
    enum way_relation relation;
    enum way_quantifier other_quantifier; /* SOME unless the file says more */
    struct way_term *other_count;
    struct way_select *other; /* NULL without a relation */
    struct way_term *other_with;
    enum way_form form;
    enum way_join join;
    struct way_key *keys;
    size_t key_count;
    struct way_rule *next;
};

/* A condition for an expectation to be judged at all. */
struct way_need {
    enum way_requires kind;
    const char *name;
    bool met; /* of taps and marks: known when the file is read */
    struct way_place place;
    struct way_need *next;
};

struct way_expected {
    struct way_place place;
    const char *words;
    bool warn;
    const char *skip;  /* the reason, or NULL */
    const char *lacks; /* a mark or number that the run does not have, so that it fails; or NULL */
    struct way_need *needs;
    struct way_select *scopes[WAY_PROGRAM_SLOTS_MAX]; /* `for each`, outermost first */
    size_t scope_count;
    struct way_rule *rules;
    unsigned slot_count;                           /* slots 2 … slot_count + 1 are used */
    const char *slot_names[WAY_PROGRAM_SLOTS_MAX]; /* by slot */
    struct way_select *slot_selects[WAY_PROGRAM_SLOTS_MAX]; /* by slot: what was bound there */
    struct way_expected *next;
};

/* A tap that the file itself declares. */
struct way_declared_tap {
    const char *name;
    const char **paths; /* as written; relative ones are relative to the file */
    size_t path_count;
    const char *folder; /* of the file that declares it, ending in '/'; "" for the current */
    struct way_declared_tap *next;
};

struct way_program {
    struct way_arena arena; /* of everything */
    struct way_complaints complaints;
    struct way_selections *filters;
    const char *taps[WAY_PROGRAM_TAPS_MAX]; /* the names of those that are asked */
    size_t tap_count;
    struct way_declared_tap *declared;
    struct way_select *selects; /* all, in the order of their numbers */
    size_t select_count;
    const struct way_field **remembered; /* fields that need a flow, by number */
    size_t remembered_count;
    enum way_field_needs needs;
    int64_t clock_error; /* ns; -1: the file does not say */
    int64_t kept_max;    /* bytes of packets that may be kept; 0: likewise */
    struct way_expected *expected;
    size_t expected_count;
};

/* Reads the file at `path` with all that it includes, and resolves it in the
 * world, whose names it borrows. Returns 0; or -1 where there are complaints. In
 * either case way_program_free is due. */
int way_program_read(struct way_program *program, const char *path, const struct way_world *world);

/* The same, from text; `name` stands for the file. */
int way_program_read_text(struct way_program *program, const char *name, const char *text,
                          size_t length, const struct way_world *world);

/* Whether a running number stands anywhere in the term, or NULL. */
bool way_term_is_running(const struct way_term *term);

/* Frees everything. */
void way_program_free(struct way_program *program);

#endif
