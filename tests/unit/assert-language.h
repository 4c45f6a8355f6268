/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The world (tests/unit/assert-world.h) as the first scenario's expectation files
 * judge it: written as a run's folder, and read from there.
 */
#ifndef WAYLAY_TESTS_UNIT_ASSERT_LANGUAGE_H
#define WAYLAY_TESTS_UNIT_ASSERT_LANGUAGE_H

#include "tests/unit/assert-world.h"

/* One letter for each of their expectations, in the order of tests/unit/assert-judge.h: '.'
 * passed, 'f' failed, 'i' inconclusive; '?' for a file that is refused. Good until the next
 * call. With `explain`, what is not passed is told. */
const char *world_rulings(const struct world *world, bool explain);

/* The same of a folder that world_write wrote. */
const char *folder_rulings(const char *folder, bool explain);

#endif
