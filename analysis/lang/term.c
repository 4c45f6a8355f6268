/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expressions: names found, macros replaced, sorts given.
 */
#include <string.h>

#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

static struct way_complaints *complaints_of(struct way_context *context)
{
    return &context->resolver->program->complaints;
}

struct way_term *way_term_new(struct way_context *context, enum way_term_kind kind,
                              struct way_place place)
{
    struct way_arena *arena = &context->resolver->program->arena;
    struct way_term *term = way_arena_take(arena, sizeof *term);

    *term = (struct way_term){.kind = kind, .place = place, .datum = {.tap = -1}};
    term->text = way_place_text(arena, place, WAY_PLACE_PART);
    return term;
}

void way_term_adopt(struct way_term *term, size_t n, struct way_term *kid)
{
    term->kids[n] = kid;
    term->slots |= kid->slots;
    term->has_flow |= kid->has_flow;
}

/* ---- literals ---- */

static struct way_term *literal(struct way_context *context, const struct way_expr *expr)
{
    static const enum way_sort sorts[] = {
        [WAY_EXPR_NUMBER] = WAY_SORT_NUMBER,   [WAY_EXPR_REAL] = WAY_SORT_REAL,
        [WAY_EXPR_PERCENT] = WAY_SORT_REAL,    [WAY_EXPR_SPAN] = WAY_SORT_SPAN,
        [WAY_EXPR_ADDRESS] = WAY_SORT_ADDRESS, [WAY_EXPR_PREFIX] = WAY_SORT_PREFIX,
        [WAY_EXPR_MAC] = WAY_SORT_MAC,         [WAY_EXPR_BYTES] = WAY_SORT_BYTES,
        [WAY_EXPR_STRING] = WAY_SORT_STRING,   [WAY_EXPR_BOOL] = WAY_SORT_BOOL};
    struct way_term *term = way_term_new(context, WAY_TERM_DATUM, expr->place);

    term->sort = sorts[expr->kind];
    term->datum = (struct way_datum){.sort = term->sort,
                                     .number = expr->number,
                                     .real = expr->real,
                                     .tap = -1,
                                     .width = (unsigned)expr->width};
    if (expr->text)
        term->datum.bytes = (struct way_bytes){(const uint8_t *)expr->text, expr->width};
    return term;
}

/* ---- macros and functions ---- */

static size_t count_of(const struct way_expr *list)
{
    size_t count = 0;

    for (; list; list = list->next)
        count++;
    return count;
}

static size_t words_of(const struct way_word *words)
{
    size_t count = 0;

    for (; words; words = words->next)
        count++;
    return count;
}

static struct way_term *function(struct way_context *context, const struct way_expr *expr)
{
    static const struct {
        const char *name;
        enum way_term_kind kind;
        size_t count;
    } functions[] = {{"abs", WAY_TERM_ABS, 1},
                     {"length", WAY_TERM_LENGTH, 1},
                     {"seqdiff", WAY_TERM_SEQDIFF, 2},
                     {"lower", WAY_TERM_LOWER, 1}};
    struct way_nearest near = way_nearest(expr->text);

    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        way_nearest_offer(&near, functions[i].name);
        if (strcmp(functions[i].name, expr->text) != 0)
            continue;
        if (count_of(expr->left) != functions[i].count) {
            way_complain(complaints_of(context), expr->place, "'%s' takes %zu value%s, not %zu",
                         expr->text, functions[i].count, functions[i].count == 1 ? "" : "s",
                         count_of(expr->left));
            return NULL;
        }
        struct way_term *term = way_term_new(context, functions[i].kind, expr->place);
        size_t n = 0;
        for (const struct way_expr *kid = expr->left; kid; kid = kid->next) {
            struct way_term *value = way_resolve_term(context, kid);
            if (!value)
                return NULL;
            way_term_adopt(term, n++, value);
        }
        return way_type_term(context, term) ? term : NULL;
    }
    for (const struct way_item *item = context->resolver->items; item; item = item->next)
        if (item->kind == WAY_ITEM_MACRO)
            way_nearest_offer(&near, item->name);
    if (near.best)
        way_complain(complaints_of(context), expr->place,
                     "there is no macro or function '%s': did you mean '%s'?", expr->text,
                     near.best);
    else
        way_complain(complaints_of(context), expr->place, "there is no macro or function '%s'",
                     expr->text);
    return NULL;
}

static struct way_term *macro(struct way_context *context, const struct way_expr *expr,
                              const struct way_item *item)
{
    struct way_env *env = way_arena_take(&context->resolver->program->arena, sizeof *env);
    struct way_context inner = *context;

    if (words_of(item->words) != count_of(expr->left)) {
        way_complain(complaints_of(context), expr->place,
                     "the macro '%s' takes %zu value%s, not %zu", item->name, words_of(item->words),
                     words_of(item->words) == 1 ? "" : "s", count_of(expr->left));
        return NULL;
    }
    if (!item->expr || item->where) {
        way_complain(complaints_of(context), expr->place,
                     "the macro '%s' selects packets: expected one that is a condition or value",
                     item->name);
        return NULL;
    }
    if (++inner.depth > WAY_RESOLVE_DEPTH_MAX) {
        way_complain(complaints_of(context), expr->place, "the macro '%s' uses itself", item->name);
        return NULL;
    }
    *env = (struct way_env){.names = item->words, .values = expr->left, .values_env = context->env};
    inner.env = env;
    return way_resolve_term(&inner, item->expr);
}

static struct way_term *call(struct way_context *context, const struct way_expr *expr)
{
    const struct way_item *item = way_resolve_item(context->resolver, WAY_ITEM_MACRO, expr->text);

    return item ? macro(context, expr, item) : function(context, expr);
}

static struct way_term *named(struct way_context *context, const struct way_expr *expr)
{
    const struct way_item *item =
        expr->sliced || expr->key ? NULL
                                  : way_resolve_item(context->resolver, WAY_ITEM_MACRO, expr->text);

    return item ? macro(context, expr, item) : way_resolve_field(context, expr);
}

/* ---- composed ---- */

/* Adds one value to those of a list, set or range. */
static bool gather_one(struct way_context *context, struct way_term *term,
                       const struct way_expr *expr)
{
    struct way_term *item = way_resolve_term(context, expr);

    if (!item)
        return false;
    term->items[term->count++] = item;
    term->slots |= item->slots;
    term->has_flow |= item->has_flow;
    return true;
}

static struct way_term *gather(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_term_new(context, WAY_TERM_GATHER, expr->place);

    term->datum.shape = expr->kind == WAY_EXPR_LIST  ? WAY_LIST
                        : expr->kind == WAY_EXPR_SET ? WAY_SET
                                                     : WAY_RANGE;
    term->many = true;
    term->items = way_arena_take(&context->resolver->program->arena,
                                 (count_of(expr->left) + 1) * sizeof(struct way_term *));
    for (const struct way_expr *kid = expr->left; kid; kid = kid->next)
        if (!gather_one(context, term, kid))
            return NULL;
    if (expr->kind == WAY_EXPR_RANGE && !gather_one(context, term, expr->right))
        return NULL;
    if (!way_type_term(context, term))
        return NULL;
    way_constant_fold(context, term);
    return term;
}

/* What may be missed by: a share of the right side, an amount, or the sum of both. */
static bool tolerance(struct way_context *context, struct way_term *term,
                      const struct way_expr *expr)
{
    const struct way_expr *amount = expr, *whole = way_resolve_through(context, expr);
    const struct way_expr *left = whole, *right = whole;

    if (whole->kind == WAY_EXPR_PERCENT) {
        term->relative = whole->real;
        return true;
    }
    if (whole->kind == WAY_EXPR_ADD) {
        left = way_resolve_through(context, whole->left);
        right = way_resolve_through(context, whole->right);
    }
    if (left->kind == WAY_EXPR_PERCENT || right->kind == WAY_EXPR_PERCENT) {
        term->relative = left->kind == WAY_EXPR_PERCENT ? left->real : right->real;
        amount = left->kind == WAY_EXPR_PERCENT ? whole->right : whole->left;
    }
    struct way_term *kid = way_resolve_term(context, amount);
    if (!kid)
        return false;
    way_term_adopt(term, 2, kid);
    enum way_sort family = way_sort_family(term->kids[0]->sort);
    if (family == WAY_SORT_TIME)
        family = WAY_SORT_SPAN;
    if (way_sort_family(kid->sort) == family || kid->sort == WAY_SORT_ANY || family == WAY_SORT_ANY)
        return true;
    way_complain(complaints_of(context), kid->place,
                 "'%s' is %s, and so must be what it may be off by: '%s' is %s",
                 term->kids[0]->text, way_sort_name(term->kids[0]->sort), kid->text,
                 way_sort_name(kid->sort));
    return false;
}

static const enum way_term_kind kinds[] = {
    [WAY_EXPR_NEGATE] = WAY_TERM_NEGATE,
    [WAY_EXPR_ADD] = WAY_TERM_ADD,
    [WAY_EXPR_SUBTRACT] = WAY_TERM_SUBTRACT,
    [WAY_EXPR_MULTIPLY] = WAY_TERM_MULTIPLY,
    [WAY_EXPR_DIVIDE] = WAY_TERM_DIVIDE,
    [WAY_EXPR_MODULO] = WAY_TERM_MODULO,
    [WAY_EXPR_POWER] = WAY_TERM_POWER,
    [WAY_EXPR_BIT_AND] = WAY_TERM_BIT_AND,
    [WAY_EXPR_EQUAL] = WAY_TERM_EQUAL,
    [WAY_EXPR_UNEQUAL] = WAY_TERM_UNEQUAL,
    [WAY_EXPR_LESS] = WAY_TERM_LESS,
    [WAY_EXPR_LESS_EQUAL] = WAY_TERM_LESS_EQUAL,
    [WAY_EXPR_GREATER] = WAY_TERM_GREATER,
    [WAY_EXPR_GREATER_EQUAL] = WAY_TERM_GREATER_EQUAL,
    [WAY_EXPR_IN] = WAY_TERM_IN,
    [WAY_EXPR_CONTAINS] = WAY_TERM_CONTAINS,
};

static struct way_term *composed(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_term_new(context, kinds[expr->kind], expr->place);
    struct way_term *left = way_resolve_term(context, expr->left);
    struct way_term *right = expr->right ? way_resolve_term(context, expr->right) : NULL;

    if (!left || (expr->right && !right))
        return NULL;
    way_term_adopt(term, 0, left);
    if (right)
        way_term_adopt(term, 1, right);
    if (expr->third && !tolerance(context, term, expr->third))
        return NULL;
    return way_type_term(context, term) ? term : NULL;
}

static struct way_term *logical(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_term_new(context,
                                         expr->kind == WAY_EXPR_NOT   ? WAY_TERM_NOT
                                         : expr->kind == WAY_EXPR_AND ? WAY_TERM_AND
                                                                      : WAY_TERM_OR,
                                         expr->place);
    struct way_term *left = way_resolve_condition(context, expr->left);
    struct way_term *right = expr->right ? way_resolve_condition(context, expr->right) : NULL;

    term->is_truth = true;
    if (!left || (expr->right && !right))
        return NULL;
    way_term_adopt(term, 0, left);
    if (right)
        way_term_adopt(term, 1, right);
    return term;
}

static struct way_term *presence(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *asked = way_resolve_term(context, expr->left);
    if (!asked)
        return NULL;
    if (asked->kind != WAY_TERM_FIELD && asked->kind != WAY_TERM_FLOW &&
        asked->kind != WAY_TERM_CONNECTION) {
        way_complain(complaints_of(context), expr->left->place, "'%s' is no field", asked->text);
        return NULL;
    }
    struct way_term *term = way_term_new(
        context, expr->kind == WAY_EXPR_HAS ? WAY_TERM_HAS : WAY_TERM_LACKS, expr->place);
    term->is_truth = true;
    way_term_adopt(term, 0, asked);
    return term;
}

static struct way_term *one_by_one(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_resolve_term(context, expr->left);
    if (!term)
        return NULL;
    if (!way_term_is_comparison(term->kind)) {
        way_complain(complaints_of(context), expr->place,
                     "expected a comparison behind '%s', such as: any ip.addr == 10.0.1.2",
                     expr->kind == WAY_EXPR_ANY ? "any" : "all");
        return NULL;
    }
    term->each = expr->kind == WAY_EXPR_ANY ? WAY_ANY_OF : WAY_ALL_OF;
    term->place = expr->place;
    term->text = way_place_text(&context->resolver->program->arena, expr->place, WAY_PLACE_PART);
    return term;
}

struct way_term *way_resolve_term(struct way_context *context, const struct way_expr *expr)
{
    /* Macros that use others twice make much out of little. */
    if (++context->resolver->term_count > WAY_RESOLVE_TERMS_MAX) {
        if (context->resolver->term_count == WAY_RESOLVE_TERMS_MAX + 1)
            way_complain(complaints_of(context), expr->place,
                         "the file, with its macros replaced, has more than %d expressions",
                         WAY_RESOLVE_TERMS_MAX);
        return NULL;
    }
    switch (expr->kind) {
    case WAY_EXPR_NUMBER:
    case WAY_EXPR_REAL:
    case WAY_EXPR_PERCENT:
    case WAY_EXPR_SPAN:
    case WAY_EXPR_ADDRESS:
    case WAY_EXPR_PREFIX:
    case WAY_EXPR_MAC:
    case WAY_EXPR_BYTES:
    case WAY_EXPR_STRING:
    case WAY_EXPR_BOOL:
        return literal(context, expr);
    case WAY_EXPR_VARIABLE:
        return way_resolve_variable(context, expr);
    case WAY_EXPR_NAME:
        return named(context, expr);
    case WAY_EXPR_CALL:
        return call(context, expr);
    case WAY_EXPR_LIST:
    case WAY_EXPR_SET:
    case WAY_EXPR_RANGE:
        return gather(context, expr);
    case WAY_EXPR_HAS:
    case WAY_EXPR_LACKS:
        return presence(context, expr);
    case WAY_EXPR_NOT:
    case WAY_EXPR_AND:
    case WAY_EXPR_OR:
        return logical(context, expr);
    case WAY_EXPR_ANY:
    case WAY_EXPR_ALL:
        return one_by_one(context, expr);
    case WAY_EXPR_AGGREGATE:
        return way_resolve_aggregate(context, expr);
    default:
        return composed(context, expr);
    }
}

struct way_term *way_resolve_condition(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_resolve_term(context, expr);

    if (!term || term->is_truth || term->sort == WAY_SORT_BOOL || term->sort == WAY_SORT_ANY)
        return term;
    way_complain(complaints_of(context), term->place,
                 "'%s' is %s: expected a condition, such as: %s == ...", term->text,
                 way_sort_name(term->sort), term->text);
    return NULL;
}
