/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Comparisons.
 *
 *      one  == one     equal; a prefix is equal to the addresses in it
 *      one  == set     one of them: `ip.src == $c1` (a name's addresses)
 *      list == list    equal one by one, in this order
 *      set  == list    the same values, in any order and number
 *      list == one     only where the list has one value
 *      one  in ...     one of a list or set, inside a range or prefix
 *      list in ...     all of it is
 *      ... contains x  x is one of a list; all of a list are; bytes are within bytes, which
 *                      may be the only value of a list
 */
#include "config.h"

#include "analysis/lang/compare.h"

#include <math.h>
#include <string.h>

double way_stamp_error(const struct way_evaluation *evaluation, const struct way_datum *a,
                       const struct way_datum *b)
{
    double error = a->error + b->error;
    bool same = a->tap >= 0 && a->tap == b->tap;

    if (!same)
        error += (double)evaluation->uncertainty;
    if (evaluation->tap_errors) {
        error += a->tap >= 0 ? (double)evaluation->tap_errors[a->tap] : 0;
        error += b->tap >= 0 && !same ? (double)evaluation->tap_errors[b->tap] : 0;
    }
    return error;
}

/* The two with what makes their order doubtful on one of them: the clocks, where they are
 * of two taps. What a link's emulation was late by changes no order; a stamp that was moved
 * by a duration has it as an error of its own. */
static struct way_datum with_error(const struct way_evaluation *e, const struct way_datum *a,
                                   const struct way_datum *b)
{
    struct way_datum left = *a;

    if (a->sort == WAY_SORT_TIME && b->sort == WAY_SORT_TIME && (a->tap < 0 || a->tap != b->tap))
        left.error += (double)e->uncertainty;
    return left;
}

static enum way_truth within_tolerance(const struct way_term *term, const struct way_datum *a,
                                       const struct way_datum *b, const struct way_datum *tolerance)
{
    double limit = fabs(way_datum_real(b)) * term->relative;
    double distance = fabs(way_datum_real(a) - way_datum_real(b));
    double error = a->error + b->error;

    if (term->kids[2])
        limit += fabs(way_datum_real(tolerance));
    if (distance + error <= limit)
        return WAY_TRUE;
    return distance - error > limit ? WAY_FALSE : WAY_UNDECIDED;
}

static enum way_truth equal_ones(const struct way_evaluation *e, const struct way_term *term,
                                 const struct way_datum *a, const struct way_datum *b,
                                 const struct way_datum *tolerance)
{
    struct way_datum left = with_error(e, a, b);

    if (term->kind == WAY_TERM_EQUAL && (term->kids[2] || term->relative > 0))
        return within_tolerance(term, &left, b, tolerance);
    return way_datum_equal(&left, b);
}

/* Whether `one` is in a list or set (whose items may be sets themselves), or in a
 * range. */
static enum way_truth is_in(const struct way_evaluation *e, const struct way_term *term,
                            const struct way_datum *one, const struct way_datum *many)
{
    enum way_truth truth = WAY_FALSE;

    if (many->shape == WAY_ONE)
        return equal_ones(e, term, one, many, NULL);
    if (many->shape == WAY_RANGE) {
        struct way_datum low = with_error(e, one, &many->items[0]);
        enum way_truth not_below = way_truth_not(way_datum_less(&low, &many->items[0]));
        enum way_truth not_above = way_truth_not(way_datum_less(&many->items[1], &low));
        return not_below < not_above ? not_below : not_above;
    }
    for (size_t i = 0; i < many->count; i++) {
        enum way_truth here = is_in(e, term, one, &many->items[i]);
        truth = here > truth ? here : truth;
    }
    return truth;
}

/* Whether all of `some` are in `many`. */
static enum way_truth all_in(const struct way_evaluation *e, const struct way_term *term,
                             const struct way_datum *some, const struct way_datum *many)
{
    enum way_truth truth = WAY_TRUE;

    if (some->shape == WAY_ONE)
        return is_in(e, term, some, many);
    for (size_t i = 0; i < some->count; i++) {
        enum way_truth here = all_in(e, term, &some->items[i], many);
        truth = here < truth ? here : truth;
    }
    return truth;
}

static enum way_truth equal(const struct way_evaluation *e, const struct way_term *term,
                            const struct way_datum *a, const struct way_datum *b,
                            const struct way_datum *tolerance)
{
    if (a->shape == WAY_ONE && b->shape == WAY_ONE)
        return equal_ones(e, term, a, b, tolerance);
    if (a->shape == WAY_ONE)
        return b->shape == WAY_LIST
                   ? (b->count == 1 ? equal(e, term, a, &b->items[0], tolerance) : WAY_FALSE)
                   : is_in(e, term, a, b);
    if (b->shape == WAY_ONE)
        return equal(e, term, b, a, tolerance);
    if (a->shape == WAY_SET || b->shape == WAY_SET) {
        enum way_truth there = all_in(e, term, a, b), back = all_in(e, term, b, a);
        return there < back ? there : back;
    }
    enum way_truth truth = a->count == b->count ? WAY_TRUE : WAY_FALSE;
    for (size_t i = 0; i < a->count && truth != WAY_FALSE; i++) {
        enum way_truth here = equal(e, term, &a->items[i], &b->items[i], tolerance);
        truth = here < truth ? here : truth;
    }
    return truth;
}

static enum way_truth contains(const struct way_evaluation *e, const struct way_term *term,
                               const struct way_datum *a, const struct way_datum *b)
{
    if (a->shape == WAY_LIST && a->count == 1 && b->shape == WAY_ONE &&
        way_sort_family(a->items[0].sort) == WAY_SORT_BYTES)
        return contains(e, term, &a->items[0], b);
    if (a->shape != WAY_ONE)
        return all_in(e, term, b, a);
    if (b->shape != WAY_ONE || way_sort_family(a->sort) != WAY_SORT_BYTES)
        return WAY_FALSE;
    return b->bytes.len == 0 ||
                   (a->bytes.len && memmem(a->bytes.at, a->bytes.len, b->bytes.at, b->bytes.len))
               ? WAY_TRUE
               : WAY_FALSE;
}

enum way_truth way_compare(const struct way_evaluation *evaluation, const struct way_term *term,
                           const struct way_datum *left, const struct way_datum *right,
                           const struct way_datum *tolerance)
{
    bool ones = left->shape == WAY_ONE && right->shape == WAY_ONE;
    struct way_datum a;

    switch (term->kind) {
    case WAY_TERM_EQUAL:
        return equal(evaluation, term, left, right, tolerance);
    case WAY_TERM_UNEQUAL:
        return way_truth_not(equal(evaluation, term, left, right, tolerance));
    case WAY_TERM_IN:
        return all_in(evaluation, term, left, right);
    case WAY_TERM_CONTAINS:
        return contains(evaluation, term, left, right);
    default:
        break;
    }
    /* Of several values none is less than another: a packet with two does not say. */
    if (!ones && left->shape == WAY_LIST && left->count == 1)
        return way_compare(evaluation, term, &left->items[0], right, tolerance);
    if (!ones && right->shape == WAY_LIST && right->count == 1)
        return way_compare(evaluation, term, left, &right->items[0], tolerance);
    if (!ones)
        return WAY_FALSE;
    a = with_error(evaluation, left, right);
    switch (term->kind) {
    case WAY_TERM_LESS:
        return way_datum_less(&a, right);
    case WAY_TERM_GREATER:
        return way_datum_less(right, &a);
    case WAY_TERM_LESS_EQUAL:
        return way_truth_not(way_datum_less(right, &a));
    default:
        return way_truth_not(way_datum_less(&a, right));
    }
}
