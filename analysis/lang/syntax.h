/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the grammar builds with: nodes of the tree, and the message for what
 * could not be parsed.
 *
 * Functions that return NULL have noted a complaint; all others never fail.
 */
#ifndef WAYLAY_ANALYSIS_LANG_SYNTAX_H
#define WAYLAY_ANALYSIS_LANG_SYNTAX_H

#include "analysis/lang/tree.h"

/* An expression over others. NULL where they nest too deeply. */
struct way_expr *way_expr_new(struct way_parse *parse, enum way_expr_kind kind,
                              struct way_place place, struct way_expr *left,
                              struct way_expr *right);

/* An aggregate by its name ("count", "p99"), over a field (or NULL) of an event, and
 * for a share the event it is a share of (else NULL), in any stretch of `over` (NULL: in
 * all). NULL where these do not go together. */
struct way_expr *way_aggregate_new(struct way_parse *parse, struct way_place place,
                                   const char *name, struct way_expr *field,
                                   struct way_event *event, struct way_event *other,
                                   struct way_expr *over);

struct way_word *way_word_new(struct way_parse *parse, struct way_place place, const char *text);

/* The taps of a list "a-b, c-d", as the scanner takes it together. */
struct way_word *way_tap_words(struct way_parse *parse, struct way_place place, const char *text);

/* "x.y" for "$x.y" and "${x.y}". */
const char *way_variable_name(struct way_parse *parse, const char *text);

struct way_clause *way_clause_new(struct way_parse *parse, enum way_clause_kind kind,
                                  struct way_place place);

/* The last one that a clause was parsed into. */
struct way_clause *way_clause_last(struct way_clause *clause);

struct way_event *way_event_new(struct way_parse *parse, enum way_quantifier quantifier,
                                struct way_place place);
struct way_point *way_point_new(struct way_parse *parse, enum way_point_kind kind,
                                struct way_place place, const char *name);
struct way_header *way_header_new(struct way_parse *parse, enum way_header_kind kind,
                                  struct way_place place);

/* `skip "reason" if condition`. NULL unless the reason is a text. */
struct way_header *way_header_skip(struct way_parse *parse, struct way_place place,
                                   const struct way_expr *reason, struct way_expr *condition);

struct way_item *way_item_new(struct way_parse *parse, enum way_item_kind kind,
                              struct way_place place, const char *name);
/* NULL unless the literal is a text, and not an empty one. */
struct way_item *way_item_include(struct way_parse *parse, struct way_place place,
                                  const struct way_expr *path);
struct way_item *way_item_expectation(struct way_parse *parse, struct way_place place,
                                      const struct way_expr *words);

/* Notes what was found at the place, and which of the names of tokens were
 * expected there. */
void way_syntax_error(struct way_parse *parse, struct way_place place, const char *found,
                      const char *const *expected, size_t count);

#endif
