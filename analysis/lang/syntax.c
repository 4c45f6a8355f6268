/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Building the tree, and saying why it could not be built.
 */
#include "analysis/lang/syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/nearest.h"

struct way_expr *way_expr_new(struct way_parse *parse, enum way_expr_kind kind,
                              struct way_place place, struct way_expr *left, struct way_expr *right)
{
    struct way_expr *expr = way_arena_take(parse->arena, sizeof *expr);

    *expr = (struct way_expr){.kind = kind, .place = place, .left = left, .right = right};
    for (const struct way_expr *kid = left; kid; kid = kid->next)
        expr->depth = kid->depth > expr->depth ? kid->depth : expr->depth;
    if (right && right->depth > expr->depth)
        expr->depth = right->depth;
    if (expr->depth++ < WAY_PARSE_DEPTH_MAX)
        return expr;
    way_complain(parse->complaints, place, "it nests more than %d levels deep",
                 WAY_PARSE_DEPTH_MAX);
    return NULL;
}

static enum way_aggregate aggregate_of(const char *name)
{
    static const char *const names[] = {
        [WAY_AGGREGATE_COUNT] = "count", [WAY_AGGREGATE_SUM] = "sum",
        [WAY_AGGREGATE_MIN] = "min",     [WAY_AGGREGATE_MAX] = "max",
        [WAY_AGGREGATE_MEAN] = "mean",   [WAY_AGGREGATE_RATE] = "rate",
        [WAY_AGGREGATE_SHARE] = "share", [WAY_AGGREGATE_DISTINCT] = "distinct"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return (enum way_aggregate)i;
    return WAY_AGGREGATE_PERCENTILE;
}

struct way_expr *way_aggregate_new(struct way_parse *parse, struct way_place place,
                                   const char *name, struct way_expr *field,
                                   struct way_event *event, struct way_event *other,
                                   struct way_expr *over)
{
    struct way_expr *expr = way_expr_new(parse, WAY_EXPR_AGGREGATE, place, field, over);
    if (!expr)
        return NULL;
    expr->aggregate = aggregate_of(name);
    expr->text = name;
    if (expr->aggregate == WAY_AGGREGATE_PERCENTILE)
        expr->real = strtod(name + 1, NULL);
    expr->event = event;
    expr->other = other;
    expr->third = over;
    bool counts = expr->aggregate == WAY_AGGREGATE_COUNT || expr->aggregate == WAY_AGGREGATE_RATE;
    bool shares = expr->aggregate == WAY_AGGREGATE_SHARE;
    if ((shares && other) || (counts && !field && !other) || (!shares && !counts && field))
        return expr;
    way_complain(parse->complaints, place, "expected %s(%s)", name,
                 shares   ? "packets among packets"
                 : counts ? "packets"
                          : "field of packets");
    return NULL;
}

struct way_word *way_word_new(struct way_parse *parse, struct way_place place, const char *text)
{
    struct way_word *word = way_arena_take(parse->arena, sizeof *word);

    *word = (struct way_word){.text = text, .place = place};
    return word;
}

struct way_word *way_tap_words(struct way_parse *parse, struct way_place place, const char *text)
{
    static const char between[] = ", \t\r\n";
    struct way_word *first = NULL, **tail = &first;

    while (*text) {
        size_t length = strcspn(text, between);
        *tail = way_word_new(parse, place, way_arena_text(parse->arena, text, length));
        tail = &(*tail)->next;
        text += length;
        text += strspn(text, between);
    }
    return first;
}

const char *way_variable_name(struct way_parse *parse, const char *text)
{
    if (text[0] == '$' && text[1] == '{')
        return way_arena_text(parse->arena, text + 2, strlen(text) - 3);
    return text[0] == '$' ? text + 1 : text;
}

struct way_clause *way_clause_new(struct way_parse *parse, enum way_clause_kind kind,
                                  struct way_place place)
{
    struct way_clause *clause = way_arena_take(parse->arena, sizeof *clause);

    *clause = (struct way_clause){.kind = kind, .place = place};
    return clause;
}

struct way_clause *way_clause_last(struct way_clause *clause)
{
    while (clause->next)
        clause = clause->next;
    return clause;
}

struct way_event *way_event_new(struct way_parse *parse, enum way_quantifier quantifier,
                                struct way_place place)
{
    struct way_event *event = way_arena_take(parse->arena, sizeof *event);

    *event = (struct way_event){.quantifier = quantifier, .place = place};
    return event;
}

struct way_point *way_point_new(struct way_parse *parse, enum way_point_kind kind,
                                struct way_place place, const char *name)
{
    struct way_point *point = way_arena_take(parse->arena, sizeof *point);

    *point = (struct way_point){.kind = kind, .place = place, .name = name};
    return point;
}

struct way_header *way_header_new(struct way_parse *parse, enum way_header_kind kind,
                                  struct way_place place)
{
    struct way_header *header = way_arena_take(parse->arena, sizeof *header);

    *header = (struct way_header){.kind = kind, .place = place};
    return header;
}

/* Whether the literal is a text of one byte or more, none of them zero; else a complaint. */
static bool is_text(struct way_parse *parse, const struct way_expr *literal, const char *what)
{
    if (literal->kind == WAY_EXPR_STRING && literal->width > 0 &&
        strlen(literal->text) == literal->width)
        return true;
    way_complain(parse->complaints, literal->place, "expected %s in quotes", what);
    return false;
}

struct way_header *way_header_skip(struct way_parse *parse, struct way_place place,
                                   const struct way_expr *reason, struct way_expr *condition)
{
    if (!is_text(parse, reason, "words"))
        return NULL;
    struct way_header *header = way_header_new(parse, WAY_HEADER_SKIP, place);
    header->text = reason->text;
    header->expr = condition;
    return header;
}

struct way_item *way_item_new(struct way_parse *parse, enum way_item_kind kind,
                              struct way_place place, const char *name)
{
    struct way_item *item = way_arena_take(parse->arena, sizeof *item);

    *item = (struct way_item){.kind = kind, .place = place, .name = name};
    return item;
}

struct way_item *way_item_include(struct way_parse *parse, struct way_place place,
                                  const struct way_expr *path)
{
    if (!is_text(parse, path, "the path of a file"))
        return NULL;
    return way_item_new(parse, WAY_ITEM_INCLUDE, place, path->text);
}

struct way_item *way_item_expectation(struct way_parse *parse, struct way_place place,
                                      const struct way_expr *words)
{
    if (!is_text(parse, words, "the rule in words,"))
        return NULL;
    return way_item_new(parse, WAY_ITEM_EXPECTATION, place, words->text);
}

/* Whether the token may be named in a message: bison's own may not. */
static bool has_a_name(const char *token)
{
    return token[0] != '$' || strcmp(token, "$name") == 0;
}

/* The word in the file at a place. */
static const char *word_at(struct way_parse *parse, struct way_place place)
{
    size_t length = place.end - place.begin;

    return way_arena_text(parse->arena, place.script->text + place.begin, length);
}

/* What many tokens together mean: one is named for all. */
static const struct {
    const char *token, *meaning;
} groups[] = {{"where", "a clause (where, with, as, within, ...)"},
              {"each", "a rule (each, some, no, first, exactly, expect, ...)"},
              {"include", "the next expectation"},
              {"+", "an operator (+, -, ==, <, in, and, ...)"}};
static const char *const members[][32] = {
    {"on",
     "where",
     "with",
     "as",
     "per",
     "during",
     "after its",
     "before its",
     "after",
     "before",
     "from",
     "until",
     "within",
     "followed by",
     "preceded by",
     "accompanied by",
     "becomes",
     "appears on",
     "does not appear on",
     "came from",
     "joined by",
     "matched by",
     "may be none"},
    {"each first", "each", "some", "no", "exactly", "at least", "at most", "first", "last",
     "expect"},
    {"include", "let", "macro", "tap", "table", "clock error", "keep at most", "warn",
     "end of file"},
    {"==",  "!=",  "<=",  ">=",  "'<'", "'>'", "'+'", "'-'",      "'*'",          "'/'",
     "'^'", "'&'", "mod", "and", "or",  "in",  "not", "contains", "give or take", ".."}};

static bool is_member(size_t group, const char *token)
{
    for (size_t i = 0; i < sizeof members[0] / sizeof members[0][0] && members[group][i]; i++)
        if (strcmp(members[group][i], token) == 0)
            return true;
    return false;
}

/* How many of the expected tokens are members of the group. */
static size_t members_of(size_t group, const char *const *expected, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += is_member(group, expected[i]);
    return found;
}

enum { GROUPED_FROM = 4, GROUP_COUNT = sizeof groups / sizeof groups[0] };

/* The tokens as a list for people. */
static size_t list_expected(const char *const *expected, size_t count, char *list, size_t size)
{
    size_t length = 0, named = 0;
    bool grouped[GROUP_COUNT] = {false};

    for (size_t i = 0; i < count; i++) {
        const char *name = expected[i];
        for (size_t g = 0; g < GROUP_COUNT; g++) {
            if (!is_member(g, name) || members_of(g, expected, count) < GROUPED_FROM)
                continue;
            name = grouped[g] ? NULL : groups[g].meaning;
            grouped[g] = true;
            break;
        }
        if (!name || !has_a_name(name) || length + strlen(name) + 8 > size)
            continue;
        length += (size_t)snprintf(list + length, size - length, "%s%s", named ? ", " : "", name);
        named++;
    }
    return named;
}

/* Words of display filters, of C and of English, for which we have others. */
static const char *of_ours(const char *word)
{
    static const char *const words[][2] = {{"eq", "=="},
                                           {"ne", "!="},
                                           {"lt", "<"},
                                           {"le", "<="},
                                           {"gt", ">"},
                                           {"ge", ">="},
                                           {"matches", "contains"},
                                           {"is", "=="},
                                           {"only", "=="},
                                           {"every", "each"},
                                           {"always", "each"},
                                           {"never", "no"},
                                           {"none", "no"},
                                           {"than", "at most N"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], word) == 0)
            return words[i][1];
    return NULL;
}

void way_syntax_error(struct way_parse *parse, struct way_place place, const char *found,
                      const char *const *expected, size_t count)
{
    bool ended = place.length == 0 || strcmp(found, "end of file") == 0;
    const char *word = ended ? "the end of the file" : word_at(parse, place);
    struct way_nearest near = way_nearest(word);
    char list[600] = "something else";

    for (size_t i = 0; i < count; i++)
        if (has_a_name(expected[i]) && (strcmp(found, "a name") == 0 || strcmp(word, "=") == 0))
            way_nearest_offer(&near, expected[i]);
    size_t named = list_expected(expected, count, list, sizeof list);
    const char *quote = ended ? "" : "'";
    if (of_ours(word))
        near.best = of_ours(word);
    if (near.best && !ended)
        way_complain(parse->complaints, place, "found '%s': did you mean '%s'?", word, near.best);
    else
        way_complain(parse->complaints, place, "found %s%s%s, expected %s%s", quote, word, quote,
                     named > 1 ? "one of: " : "", list);
}
