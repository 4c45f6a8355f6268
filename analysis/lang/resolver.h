/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the tree to the program. Internal to analysis/lang.
 *
 * One resolver reads one file with what it includes. Its parts, by file:
 *
 *      program.c    items: includes, variables, macros, tables
 *      expected.c   expectations, and what stands before their rules
 *      rule.c       rules and their clauses
 *      select.c     what is selected: filters, taps, windows
 *      term.c       expressions
 *      constant.c   what is known when the file is read
 *      aggregate.c  counts, sums and the like of packets
 *      fieldname.c  names in them that ask packets
 *      typing.c     which of them go together
 *      name.c       what names stand for
 *      text.c       texts in which names stand
 *
 * Every function that returns NULL or false has noted a complaint (or has met
 * something about which there is one already).
 */
#ifndef WAYLAY_ANALYSIS_LANG_RESOLVER_H
#define WAYLAY_ANALYSIS_LANG_RESOLVER_H

#include "analysis/lang/program.h"

enum way_resolve_limits {
    WAY_RESOLVE_DEPTH_MAX = 32, /* of macros, variables and includes in each other */
    WAY_RESOLVE_TERMS_MAX = 100000,
    WAY_RESOLVE_TEXT_MAX = 64 * 1024 /* bytes of a text with its names replaced */
};

/* Parameters and what they stand for: of a macro that is being used, of a table's row. */
struct way_env {
    const struct way_word *names;
    const struct way_expr *values; /* as many, linked */
    const struct way_env *values_env;
    const struct way_env *outer; /* where a name that is none of these is looked for; or NULL */
};

struct way_resolver {
    struct way_program *program;
    const struct way_world *world;
    struct way_item *items; /* of all files, in their order */
    const char **included;  /* paths that were read, to read each only once */
    size_t included_count;
    struct way_select **last_select;
    size_t term_count;
    struct way_evaluation *evaluation; /* of what is known when the file is read; made once */
    struct way_item **by_name;         /* the first item of each kind and name, hashed */
    size_t by_name_size;
};

/* Where an expression stands. */
struct way_context {
    struct way_resolver *resolver;
    const struct way_env *env;
    struct way_expected *expected; /* NULL: outside of any */
    bool packet;                   /* there is a packet: fields may be asked */
    bool was;                      /* there is one that it was */
    bool was_is_self;              /* keys: `was.x` asks slot 0 */
    bool running;                  /* running numbers can be had */
    bool constant;                 /* what is read must be known now */
    int depth;
};

/* ---- name.c ---- */

/* The item of that kind and name, the first of them; NULL without a complaint. All items
 * are there already. */
struct way_item *way_resolve_item(struct way_resolver *resolver, enum way_item_kind kind,
                                  const char *name);

/* What `$name` stands for. */
struct way_term *way_resolve_variable(struct way_context *context, const struct way_expr *expr);

/* What an expression is that may be a name of one: a parameter's or a `let`'s. */
const struct way_expr *way_resolve_through(const struct way_context *context,
                                           const struct way_expr *expr);

/* The number of the tap of that name among those asked, which it becomes; -1
 * after a complaint. */
int way_resolve_tap(struct way_context *context, struct way_place place, const char *name);

/* The time of a mark. Where the world is open and does not know it, it is 0. */
bool way_resolve_mark(struct way_context *context, struct way_place place, const char *name,
                      int64_t *out);

/* The slot of a bound name; 0 without a complaint. */
unsigned way_resolve_slot(const struct way_context *context, const char *name, size_t length);

/* ---- text.c ---- */

/* A text with every $name in it replaced: in the form that libpcap reads (`filter`),
 * or as people do. */
char *way_resolve_text(struct way_context *context, struct way_place place, const char *text,
                       bool filter);

/* ---- constant.c ---- */

/* Gives a list, set or range whose items are all known its value: it may be longer than an
 * evaluation has room for. */
void way_constant_fold(struct way_context *context, struct way_term *term);

/* The evaluation of what asks no packet. */
struct way_evaluation *way_resolve_evaluation(struct way_context *context);

/* The value of a term that asks no packet. False (and a complaint) for others. */
bool way_resolve_constant(struct way_context *context, const struct way_expr *expr,
                          struct way_datum *out);

/* A constant duration, or number that is not negative. */
bool way_resolve_span(struct way_context *context, const struct way_expr *expr, int64_t *out);

/* ---- term.c ---- */

/* The expression as a term. */
struct way_term *way_resolve_term(struct way_context *context, const struct way_expr *expr);

/* The same, which must be a condition. */
struct way_term *way_resolve_condition(struct way_context *context, const struct way_expr *expr);

/* A term of a value; for what is known when the file is read. */
struct way_term *way_term_new(struct way_context *context, enum way_term_kind kind,
                              struct way_place place);

/* Gives the term a kid; what is asked below is asked by it. */
void way_term_adopt(struct way_term *term, size_t n, struct way_term *kid);

/* ---- aggregate.c ---- */

struct way_term *way_resolve_aggregate(struct way_context *context, const struct way_expr *expr);

/* ---- fieldname.c ---- */

/* A name that is no macro: a field, of the packet at hand, of `was`, or of a bound one. */
struct way_term *way_resolve_field(struct way_context *context, const struct way_expr *expr);

/* ---- typing.c ---- */

/* Gives a term with its kids the sort that it has, or complains that they do not
 * go together. */
bool way_type_term(struct way_context *context, struct way_term *term);

/* ---- select.c ---- */

/* Selects what an event selects (its clauses `on`, `where`, `as`, `per`, and
 * those of windows); other clauses are left alone. With `taps`, those are asked
 * instead of any `on`. */
struct way_select *way_resolve_select(struct way_context *context, const struct way_event *event,
                                      const struct way_clause *clauses,
                                      const struct way_clause *end, const struct way_word *taps);

/* A selection's filter text and condition, with macros replaced. */
bool way_resolve_selection(struct way_context *context, const struct way_expr *selection,
                           struct way_select *select);

/* An edge of a window. */
bool way_resolve_edge(struct way_context *context, const struct way_point *point,
                      struct way_edge *out);

/* ---- expected.c ---- */

/* An expectation: one, or one for each row of its tables. */
bool way_resolve_expected(struct way_context *context, const struct way_item *item);

/* All have been: complains of those that require what is not there. */
void way_resolve_needs(struct way_program *program);

/* ---- rule.c ---- */

struct way_rule *way_resolve_rule(struct way_context *context, const struct way_event *event);

#endif
