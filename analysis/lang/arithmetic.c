/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Arithmetic: of whole numbers in 64 bits, of all else in doubles.
 */
#include "analysis/lang/arithmetic.h"

#include <math.h>

#include "analysis/lang/compare.h"

static bool whole_numbers(enum way_term_kind kind, int64_t a, int64_t b, int64_t *out)
{
    switch (kind) {
    case WAY_TERM_ADD:
        return !__builtin_add_overflow(a, b, out);
    case WAY_TERM_SUBTRACT:
        return !__builtin_sub_overflow(a, b, out);
    case WAY_TERM_MULTIPLY:
        return !__builtin_mul_overflow(a, b, out);
    case WAY_TERM_MODULO:
        if (b <= 0)
            return false;
        *out = a % b; /* never negative, as sequence numbers need it: */
        *out += *out < 0 ? b : 0;
        return true;
    case WAY_TERM_BIT_AND:
        *out = a & b;
        return true;
    case WAY_TERM_POWER:
        *out = 1;
        if (b < 0 || b > 62)
            return false;
        for (; b > 0; b--)
            if (__builtin_mul_overflow(*out, a, out))
                return false;
        return true;
    default:
        return false;
    }
}

static bool real_numbers(enum way_term_kind kind, double a, double b, double *out)
{
    *out = kind == WAY_TERM_ADD        ? a + b
           : kind == WAY_TERM_SUBTRACT ? a - b
           : kind == WAY_TERM_MULTIPLY ? a * b
           : kind == WAY_TERM_DIVIDE   ? a / b
           : kind == WAY_TERM_MODULO   ? fmod(fmod(a, b) + b, b)
           : kind == WAY_TERM_POWER    ? pow(a, b)
                                       : NAN;
    return isfinite(*out);
}

/* By how much a result may be wrong if its parts may be. */
static double result_error(const struct way_evaluation *e, enum way_term_kind kind,
                           const struct way_datum *a, const struct way_datum *b)
{
    double left = fabs(way_datum_real(a)), right = fabs(way_datum_real(b));

    if (a->sort == WAY_SORT_TIME && b->sort == WAY_SORT_TIME)
        return way_stamp_error(e, a, b);
    if (a->error + b->error == 0 || kind == WAY_TERM_ADD || kind == WAY_TERM_SUBTRACT)
        return a->error + b->error;
    if (kind == WAY_TERM_MULTIPLY)
        return left * b->error + right * a->error + a->error * b->error;
    if (kind == WAY_TERM_DIVIDE && right > b->error)
        return (a->error + left / right * b->error) / (right - b->error);
    return INFINITY;
}

bool way_arithmetic(const struct way_evaluation *evaluation, const struct way_term *term,
                    const struct way_datum *a, const struct way_datum *b, struct way_datum *out)
{
    bool real = a->sort == WAY_SORT_REAL || b->sort == WAY_SORT_REAL;

    *out = (struct way_datum){.sort = term->sort, .tap = -1};
    if (term->sort == WAY_SORT_NUMBER && real) /* a number of packets that is in doubt */
        out->sort = WAY_SORT_REAL;
    out->error = result_error(evaluation, term->kind, a, b);
    if (term->sort == WAY_SORT_TIME) { /* a stamp, moved: a limit of time, no longer an order */
        out->tap = a->sort == WAY_SORT_TIME ? a->tap : b->tap;
        out->error +=
            out->tap >= 0 && evaluation->tap_errors ? (double)evaluation->tap_errors[out->tap] : 0;
    }
    if (!real && out->sort != WAY_SORT_REAL && term->kind != WAY_TERM_DIVIDE)
        return whole_numbers(term->kind, a->number, b->number, &out->number);
    if (!real_numbers(term->kind, way_datum_real(a), way_datum_real(b), &out->real))
        return false;
    if (out->sort == WAY_SORT_REAL)
        return true;
    out->number = fabs(out->real) < (double)INT64_MAX ? (int64_t)llround(out->real) : 0;
    return fabs(out->real) < (double)INT64_MAX;
}
