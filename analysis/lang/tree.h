/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tree of an expectation file, as the parser leaves it.
 *
 * Nothing in it has been understood yet: a name is a name, a clause stands
 * where it was written, in the order in which it was written. What it all means,
 * and whether it means anything, analysis/lang/resolve.h finds out; what the
 * words mean stands in docs/expectations.md.
 *
 * All nodes live in one arena. Lists are linked by `next`, in the file's order.
 */
#ifndef WAYLAY_ANALYSIS_LANG_TREE_H
#define WAYLAY_ANALYSIS_LANG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/lang/script.h"

/* A word with its place: a parameter, a tap, a bound name. */
struct way_word {
    const char *text;
    struct way_place place;
    struct way_word *next;
};

enum way_expr_kind {
    /* literals: `number`, or `real`, or `text` */
    WAY_EXPR_NUMBER,
    WAY_EXPR_REAL,
    WAY_EXPR_PERCENT, /* real: 0.05 for 5% */
    WAY_EXPR_SPAN,    /* number: ns */
    WAY_EXPR_ADDRESS, /* number: host order */
    WAY_EXPR_PREFIX,  /* number: host order; width: bits */
    WAY_EXPR_MAC,     /* number: 48 bits */
    WAY_EXPR_BYTES,   /* text, width bytes of it */
    WAY_EXPR_STRING,  /* text */
    WAY_EXPR_BOOL,    /* number: 0 or 1 */
    WAY_EXPR_EVER,    /* a window's open end */
    /* names */
    WAY_EXPR_VARIABLE, /* text: "x" or "x.y", without the $ */
    WAY_EXPR_NAME,     /* text: a field, a bound name's field, a macro without arguments */
    WAY_EXPR_CALL,     /* text: a macro or function; left: its arguments */
    /* composed: left, right (and third) */
    WAY_EXPR_LIST,  /* left: the items, linked */
    WAY_EXPR_SET,   /* likewise */
    WAY_EXPR_RANGE, /* left .. right */
    WAY_EXPR_NEGATE,
    WAY_EXPR_ADD,
    WAY_EXPR_SUBTRACT,
    WAY_EXPR_MULTIPLY,
    WAY_EXPR_DIVIDE,
    WAY_EXPR_MODULO,
    WAY_EXPR_POWER,
    WAY_EXPR_BIT_AND,
    WAY_EXPR_EQUAL, /* third: what it may be off by, or NULL */
    WAY_EXPR_UNEQUAL,
    WAY_EXPR_LESS,
    WAY_EXPR_LESS_EQUAL,
    WAY_EXPR_GREATER,
    WAY_EXPR_GREATER_EQUAL,
    WAY_EXPR_IN,
    WAY_EXPR_CONTAINS,
    WAY_EXPR_ANY, /* left: the comparison, whose left side is asked value by value */
    WAY_EXPR_ALL,
    WAY_EXPR_HAS, /* left: a name */
    WAY_EXPR_LACKS,
    WAY_EXPR_NOT,
    WAY_EXPR_AND,
    WAY_EXPR_OR,
    WAY_EXPR_AGGREGATE, /* aggregate, real (percentile), left (of what), event, other, running,
                         * third (in what span of time, or NULL) */
};

enum way_aggregate {
    WAY_AGGREGATE_COUNT,
    WAY_AGGREGATE_SUM,
    WAY_AGGREGATE_MIN,
    WAY_AGGREGATE_MAX,
    WAY_AGGREGATE_MEAN,
    WAY_AGGREGATE_PERCENTILE,
    WAY_AGGREGATE_RATE,  /* events a second, over the window */
    WAY_AGGREGATE_SHARE, /* events among others: event and other */
    WAY_AGGREGATE_DISTINCT
};

struct way_event;
struct way_term;

struct way_expr {
    enum way_expr_kind kind;
    struct way_place place;
    int64_t number;
    double real;
    size_t width;
    const char *text;
    bool sliced; /* of a NAME: bytes from `from`, `width` of them (SIZE_MAX: to the end) */
    int64_t from;
    const char *key; /* of a NAME: the text in its brackets, or NULL */
    struct way_expr *left, *right, *third;
    enum way_aggregate aggregate;
    bool running; /* of an AGGREGATE: up to the packet at hand */
    struct way_event *event, *other;
    unsigned depth;        /* of the tree below, and itself */
    struct way_expr *next; /* in a list of expressions */
};

/* A point in time: an event that was bound, a mark, or an end of the captures,
 * moved by a duration. */
struct way_point {
    enum way_point_kind {
        WAY_POINT_BOUND, /* name */
        WAY_POINT_NEXT,  /* the next event like the one bound to name */
        WAY_POINT_MARK,  /* name: a mark of the bindings */
    } kind;
    struct way_place place;
    const char *name;
    struct way_expr *shift; /* NULL, or a duration to add */
    bool earlier;           /* the shift is to be subtracted */
};

enum way_clause_kind {
    WAY_CLAUSE_ON,      /* words: taps; or expr: a variable that names one */
    WAY_CLAUSE_WHERE,   /* expr */
    WAY_CLAUSE_WITH,    /* expr */
    WAY_CLAUSE_AS,      /* words: one */
    WAY_CLAUSE_PER,     /* exprs */
    WAY_CLAUSE_DURING,  /* words: one; or expr: a variable that names it */
    WAY_CLAUSE_AFTER,   /* point */
    WAY_CLAUSE_BEFORE,  /* point */
    WAY_CLAUSE_FROM,    /* point */
    WAY_CLAUSE_UNTIL,   /* point */
    WAY_CLAUSE_WITHIN,  /* expr: a duration or a range; point, or none */
    WAY_CLAUSE_JOINED,  /* join; exprs */
    WAY_CLAUSE_MATCHED, /* exprs */
    WAY_CLAUSE_MAY_BE_NONE,
    /* relations: what follows speaks of the other event */
    WAY_CLAUSE_AFTER_ITS,   /* event */
    WAY_CLAUSE_BEFORE_ITS,  /* event */
    WAY_CLAUSE_FOLLOWED,    /* event */
    WAY_CLAUSE_PRECEDED,    /* event */
    WAY_CLAUSE_ACCOMPANIED, /* event: before or after */
    WAY_CLAUSE_BECOMES,     /* form, taps */
    WAY_CLAUSE_APPEARS,     /* taps */
    WAY_CLAUSE_VANISHES,    /* taps: does not appear on */
    WAY_CLAUSE_CAME_FROM    /* taps: it was seen there before */
};

enum way_form { WAY_FORM_PACKET, WAY_FORM_SEGMENTS, WAY_FORM_FRAGMENTS };
enum way_join { WAY_JOIN_NONE, WAY_JOIN_FIELDS, WAY_JOIN_ORDER, WAY_JOIN_CONNECTION };

struct way_clause {
    enum way_clause_kind kind;
    struct way_place place;
    struct way_word *words;
    struct way_expr *expr; /* one, or a list */
    struct way_point *point;
    struct way_event *event;
    enum way_form form;
    enum way_join join;
    struct way_clause *next;
};

enum way_quantifier {
    WAY_EACH,
    WAY_EACH_FIRST,
    WAY_SOME,
    WAY_NO,
    WAY_EXACTLY,
    WAY_AT_LEAST,
    WAY_AT_MOST,
    WAY_FIRST,
    WAY_LAST,
    WAY_EXPECT /* a bare condition */
};

/* Packets that are spoken of: what is selected, and what is said of it. */
struct way_event {
    struct way_place place; /* of the selection */
    struct way_place whole; /* of a rule: all of it */
    enum way_quantifier quantifier;
    struct way_expr *count;     /* of EXACTLY, AT_LEAST, AT_MOST */
    struct way_expr *selection; /* STRING, NAME, CALL; NULL: any packet */
    struct way_clause *clauses;
    struct way_expr *expect; /* of EXPECT: the condition */
    struct way_event *next;  /* the next rule */
};

/* A line before the rules of an expectation, for all rules behind it. */
struct way_header {
    enum way_header_kind {
        WAY_HEADER_ROWS,     /* words: columns; name: the table */
        WAY_HEADER_EVENTS,   /* event: for each of them */
        WAY_HEADER_SKIP,     /* text: the reason; expr: when, or NULL for always */
        WAY_HEADER_REQUIRES, /* words: one (a tap or a mark), or text: another expectation */
    } kind;
    enum way_requires { WAY_REQUIRES_TAP, WAY_REQUIRES_MARK, WAY_REQUIRES_EXPECTATION } requires;
    struct way_place place;
    struct way_word *words;
    const char *name, *text;
    struct way_expr *expr;
    struct way_event *event;
    struct way_header *next;
};

struct way_item {
    enum way_item_kind {
        WAY_ITEM_INCLUDE,     /* name: the path as written */
        WAY_ITEM_LET,         /* name, expr */
        WAY_ITEM_MACRO,       /* name, words: parameters, expr (or none), where (or none) */
        WAY_ITEM_TAP,         /* words: one; paths */
        WAY_ITEM_TABLE,       /* name, words: columns, expr: LISTs, one a row */
        WAY_ITEM_CLOCK,       /* expr: by how much two taps' clocks may differ */
        WAY_ITEM_KEEP,        /* expr: bytes of packets that may be kept */
        WAY_ITEM_EXPECTATION, /* name: its words; warn, headers, rules */
    } kind;
    struct way_place place;
    const char *name;
    struct way_word *words;
    struct way_expr *expr, *where;
    struct way_term *term; /* of a LET: what it was resolved to, or NULL so far */
    bool warn;
    struct way_header *headers;
    struct way_event *rules;
    struct way_item *next;
};

/* What the parser works with. */
struct way_parse {
    struct way_arena *arena;
    struct way_script *script;
    struct way_complaints *complaints;
    struct way_item **tail;      /* where the parser appends */
    unsigned at_line, at_column; /* where the scanner stands, from 1 */
    size_t at_offset;            /* and from 0 */
};

/* Expressions may nest this deeply. */
enum { WAY_PARSE_DEPTH_MAX = 100 };

/* Parses the script and appends its items to parse->items. Returns whether it
 * could be parsed; else there is a complaint. */
bool way_parse_script(struct way_parse *parse, struct way_script *script);

#endif
