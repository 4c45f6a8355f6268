/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The world (tests/unit/assert-world.h) as the first scenario's expectation files
 * judge it: written as a run's folder, and read from there.
 */
#ifndef WAYLAY_TESTS_UNIT_ASSERT_LANGUAGE_H
#define WAYLAY_TESTS_UNIT_ASSERT_LANGUAGE_H

#include "tests/unit/assert-world.h"

/* One letter for each of their expectations, in the order of world_verdicts; '?' for a file
 * that is refused. Good until the next call. With `explain`, what is not passed is told. */
const char *world_rulings(const struct world *world, bool explain);

#endif
