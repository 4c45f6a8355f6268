/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Comparing two values whose shapes may differ: ones, lists, sets, ranges.
 * Internal to the evaluation of terms.
 */
#ifndef WAYLAY_ANALYSIS_LANG_COMPARE_H
#define WAYLAY_ANALYSIS_LANG_COMPARE_H

#include "analysis/lang/evaluate.h"

/* By how much the difference of two stamps may be wrong, ns: at one tap what that
 * tap's link is off by; between two, what their clocks are, as well. */
double way_stamp_error(const struct way_evaluation *evaluation, const struct way_datum *a,
                       const struct way_datum *b);

/* Compares as the term (EQUAL … CONTAINS) says; `tolerance` is used by EQUAL. */
enum way_truth way_compare(const struct way_evaluation *evaluation, const struct way_term *term,
                           const struct way_datum *left, const struct way_datum *right,
                           const struct way_datum *tolerance);

#endif
