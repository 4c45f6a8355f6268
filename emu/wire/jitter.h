/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Deviations of a delay, from uniform draws.
 *
 * Standardised where it has a meaning (mean 0, standard deviation 1):
 *   - uniform: from -1 to 1 (the deviation is the bound, as in netem)
 *   - normal
 *   - pareto: alpha 3, shifted and scaled: (X - 3/2) / sqrt(3/4)
 *   - paretonormal: 1/4 of a normal and 3/4 of a pareto, independent (the mixture
 *     of netem's table; standard deviation sqrt(10)/4, about 0.79)
 *   - table: one of the values, each as likely, in units of 1/8192
 */
#ifndef WAYLAY_EMU_WIRE_JITTER_H
#define WAYLAY_EMU_WIRE_JITTER_H

#include <stdint.h>

#include "emu/wire/parameters.h"

/* How many uniform draws one deviation takes. */
enum { WAY_JITTER_DRAWS = 3 };

/* The deviation in units of jitter->deviation, from draws in [0, 1). */
double way_jitter_standard(const struct way_jitter *jitter, const double draws[WAY_JITTER_DRAWS]);

/* The delay, never below 0 and at most an hour beyond its base, in nanoseconds. */
int64_t way_jitter_delay(const struct way_delay *delay, const double draws[WAY_JITTER_DRAWS]);

#endif
