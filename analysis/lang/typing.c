/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which values go together.
 *
 * Comparisons need values of one family (analysis/lang/datum.h); arithmetic has a
 * small table of its own. What is not known (names of a run that is not there)
 * goes with everything.
 */
#include <assert.h>
#include <string.h>

#include "analysis/lang/resolver.h"

/* Sums and products that have a meaning: left, operation, right, result. */
static const struct {
    enum way_term_kind kind;
    enum way_sort left, right, result;
} arithmetic[] = {
    {WAY_TERM_ADD, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
    {WAY_TERM_ADD, WAY_SORT_SPAN, WAY_SORT_SPAN, WAY_SORT_SPAN},
    {WAY_TERM_ADD, WAY_SORT_TIME, WAY_SORT_SPAN, WAY_SORT_TIME},
    {WAY_TERM_ADD, WAY_SORT_SPAN, WAY_SORT_TIME, WAY_SORT_TIME},
    {WAY_TERM_SUBTRACT, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
    {WAY_TERM_SUBTRACT, WAY_SORT_SPAN, WAY_SORT_SPAN, WAY_SORT_SPAN},
    {WAY_TERM_SUBTRACT, WAY_SORT_TIME, WAY_SORT_SPAN, WAY_SORT_TIME},
    {WAY_TERM_SUBTRACT, WAY_SORT_TIME, WAY_SORT_TIME, WAY_SORT_SPAN},
    {WAY_TERM_MULTIPLY, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
    {WAY_TERM_MULTIPLY, WAY_SORT_SPAN, WAY_SORT_NUMBER, WAY_SORT_SPAN},
    {WAY_TERM_MULTIPLY, WAY_SORT_NUMBER, WAY_SORT_SPAN, WAY_SORT_SPAN},
    {WAY_TERM_DIVIDE, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_REAL},
    {WAY_TERM_DIVIDE, WAY_SORT_SPAN, WAY_SORT_SPAN, WAY_SORT_REAL},
    {WAY_TERM_DIVIDE, WAY_SORT_SPAN, WAY_SORT_NUMBER, WAY_SORT_SPAN},
    {WAY_TERM_MODULO, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
    {WAY_TERM_POWER, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
    {WAY_TERM_BIT_AND, WAY_SORT_NUMBER, WAY_SORT_NUMBER, WAY_SORT_NUMBER},
};

static bool refuse(struct way_context *context, const struct way_term *term, const char *what)
{
    const struct way_term *left = term->kids[0], *right = term->kids[1];

    way_complain(&context->resolver->program->complaints, term->place,
                 "'%s' is %s and '%s' is %s: they cannot be %s", left->text,
                 way_sort_name(left->sort), right->text, way_sort_name(right->sort), what);
    return false;
}

/* Values, not conditions. */
static bool is_value(struct way_context *context, const struct way_term *term)
{
    if (!term->is_truth)
        return true;
    way_complain(&context->resolver->program->complaints, term->place,
                 "'%s' is a condition: expected a value", term->text);
    return false;
}

static bool is_single(struct way_context *context, const struct way_term *term)
{
    if (term->kind != WAY_TERM_GATHER && term->datum.shape == WAY_ONE)
        return true;
    way_complain(&context->resolver->program->complaints, term->place,
                 "'%s' is several values: one can be counted with", term->text);
    return false;
}

static bool type_arithmetic(struct way_context *context, struct way_term *term)
{
    struct way_term *left = term->kids[0], *right = term->kids[1];

    if (!is_value(context, left) || !is_value(context, right) || !is_single(context, left) ||
        !is_single(context, right))
        return false;
    if (left->sort == WAY_SORT_ANY || right->sort == WAY_SORT_ANY) {
        term->sort = WAY_SORT_ANY;
        return true;
    }
    for (size_t i = 0; i < sizeof arithmetic / sizeof arithmetic[0]; i++) {
        if (arithmetic[i].kind != term->kind || arithmetic[i].left != way_sort_family(left->sort) ||
            arithmetic[i].right != way_sort_family(right->sort))
            continue;
        term->sort = arithmetic[i].result;
        if (term->sort == WAY_SORT_NUMBER &&
            (left->sort == WAY_SORT_REAL || right->sort == WAY_SORT_REAL))
            term->sort = WAY_SORT_REAL;
        return true;
    }
    static const char *const words[] = {
        [WAY_TERM_ADD] = "added",           [WAY_TERM_SUBTRACT] = "subtracted",
        [WAY_TERM_MULTIPLY] = "multiplied", [WAY_TERM_DIVIDE] = "divided",
        [WAY_TERM_MODULO] = "divided",      [WAY_TERM_POWER] = "raised",
        [WAY_TERM_BIT_AND] = "masked"};
    return refuse(context, term, words[term->kind]);
}

/* A 0 without a unit is a duration, too. */
static bool is_zero(const struct way_term *term)
{
    return term->kind == WAY_TERM_DATUM && term->sort == WAY_SORT_NUMBER &&
           term->datum.shape == WAY_ONE && term->datum.number == 0;
}

static bool families_meet(struct way_term *a, struct way_term *b)
{
    enum way_sort left = way_sort_family(a->sort), right = way_sort_family(b->sort);

    if (left == right || left == WAY_SORT_ANY || right == WAY_SORT_ANY)
        return true;
    if (left == WAY_SORT_SPAN && is_zero(b))
        b->sort = b->datum.sort = WAY_SORT_SPAN;
    else if (right == WAY_SORT_SPAN && is_zero(a))
        a->sort = a->datum.sort = WAY_SORT_SPAN;
    else
        return false;
    return true;
}

static bool is_set_literal(const struct way_term *term)
{
    return term->kind == WAY_TERM_GATHER && term->datum.shape == WAY_SET;
}

/* A share is of one: what it is compared with may not be the number before a per cent sign. */
static bool share_fits(struct way_context *context, const struct way_term *share,
                       const struct way_term *bound)
{
    const struct way_datum *datum = &bound->datum;

    if (share->kind != WAY_TERM_AGGREGATE || share->aggregate != WAY_AGGREGATE_SHARE ||
        bound->kind != WAY_TERM_DATUM || datum->shape != WAY_ONE ||
        way_sort_family(bound->sort) != WAY_SORT_NUMBER || way_datum_real(datum) <= 1)
        return true;
    way_complain(&context->resolver->program->complaints, bound->place,
                 "a share is between 0 and 1: did you mean '%g%%'?", way_datum_real(datum));
    return false;
}

static bool type_comparison(struct way_context *context, struct way_term *term)
{
    struct way_complaints *complaints = &context->resolver->program->complaints;
    struct way_term *left = term->kids[0], *right = term->kids[1];
    bool ordered = term->kind >= WAY_TERM_LESS && term->kind <= WAY_TERM_GREATER_EQUAL;

    term->is_truth = true;
    if (!is_value(context, left) || !is_value(context, right))
        return false;
    if (!families_meet(left, right))
        return refuse(context, term, "compared");
    if (ordered && (!is_single(context, left) || !is_single(context, right)))
        return false;
    if (ordered && way_sort_family(left->sort) == WAY_SORT_BYTES) {
        way_complain(complaints, term->place,
                     "%s has no order: expected == or !=", way_sort_name(left->sort));
        return false;
    }
    if ((term->kind == WAY_TERM_EQUAL || term->kind == WAY_TERM_UNEQUAL) && !left->many &&
        is_set_literal(right)) {
        way_complain(complaints, term->place, "one value is no set: did you mean '%s %s %s'?",
                     left->text, term->kind == WAY_TERM_EQUAL ? "in" : "not in", right->text);
        return false;
    }
    if (!share_fits(context, left, right) || !share_fits(context, right, left))
        return false;
    return !term->kids[2] || is_value(context, term->kids[2]);
}

static bool type_gather(struct way_context *context, struct way_term *term)
{
    for (size_t i = 0; i < term->count; i++) {
        struct way_term *item = term->items[i], *first = term->items[0];
        if (!is_value(context, item))
            return false;
        if (!families_meet(first, item)) {
            way_complain(&context->resolver->program->complaints, item->place,
                         "'%s' is %s, but '%s' is %s: one list holds values of one kind",
                         first->text, way_sort_name(first->sort), item->text,
                         way_sort_name(item->sort));
            return false;
        }
    }
    term->sort = term->count ? term->items[0]->sort : WAY_SORT_ANY;
    return true;
}

/* Functions and the sort that each of their values must be of. */
static bool type_function(struct way_context *context, struct way_term *term)
{
    enum way_sort family = way_sort_family(term->kids[0]->sort);
    const char *wanted = NULL;

    for (size_t i = 0; i < WAY_TERM_KIDS && term->kids[i]; i++)
        if (!is_value(context, term->kids[i]))
            return false;
    term->sort = term->kind == WAY_TERM_ABS     ? term->kids[0]->sort
                 : term->kind == WAY_TERM_LOWER ? WAY_SORT_STRING
                                                : WAY_SORT_NUMBER;
    if (family == WAY_SORT_ANY)
        return true;
    assert(term->kind != WAY_TERM_SEQDIFF || term->kids[1]);
    if (term->kind == WAY_TERM_ABS && family != WAY_SORT_NUMBER && family != WAY_SORT_SPAN)
        wanted = "a number or a duration";
    else if (term->kind == WAY_TERM_SEQDIFF &&
             (family != WAY_SORT_NUMBER || way_sort_family(term->kids[1]->sort) != family))
        wanted = "two numbers";
    else if (term->kind == WAY_TERM_LOWER && family != WAY_SORT_BYTES)
        wanted = "a text";
    else if (term->kind == WAY_TERM_LENGTH && family != WAY_SORT_BYTES && !term->kids[0]->many)
        wanted = "bytes, a text, or several values";
    if (!wanted)
        return true;
    way_complain(&context->resolver->program->complaints, term->place, "'%s' is %s: expected %s",
                 term->kids[0]->text, way_sort_name(term->kids[0]->sort), wanted);
    return false;
}

static bool type_negate(struct way_context *context, struct way_term *term)
{
    enum way_sort family = way_sort_family(term->kids[0]->sort);

    term->sort = term->kids[0]->sort;
    if (family == WAY_SORT_NUMBER || family == WAY_SORT_SPAN || family == WAY_SORT_ANY)
        return is_value(context, term->kids[0]);
    way_complain(&context->resolver->program->complaints, term->place,
                 "'%s' is %s: expected a number or a duration", term->kids[0]->text,
                 way_sort_name(term->sort));
    return false;
}

bool way_type_term(struct way_context *context, struct way_term *term)
{
    if (way_term_is_arithmetic(term->kind))
        return type_arithmetic(context, term);
    if (way_term_is_comparison(term->kind))
        return type_comparison(context, term);
    switch (term->kind) {
    case WAY_TERM_NEGATE:
        return type_negate(context, term);
    case WAY_TERM_ABS:
    case WAY_TERM_LENGTH:
    case WAY_TERM_SEQDIFF:
    case WAY_TERM_LOWER:
        return type_function(context, term);
    case WAY_TERM_GATHER:
        return type_gather(context, term);
    default:
        return true;
    }
}
