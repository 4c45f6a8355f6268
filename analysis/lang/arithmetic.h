/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Arithmetic of values, with what they may be wrong by.
 *
 * There is no result of a division by zero, of what goes beyond 63 bits, or of what has
 * none. `mod` is never negative, as sequence numbers need it.
 */
#ifndef WAYLAY_ANALYSIS_LANG_ARITHMETIC_H
#define WAYLAY_ANALYSIS_LANG_ARITHMETIC_H

#include "analysis/lang/evaluate.h"

/* What the term (ADD … BIT_AND, whose sort is known) makes of two single values; false: there
 * is no result. */
bool way_arithmetic(const struct way_evaluation *evaluation, const struct way_term *term,
                    const struct way_datum *a, const struct way_datum *b, struct way_datum *out);

#endif
