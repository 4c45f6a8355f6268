/* SPDX-License-Identifier: BSD-2-Clause
 *
 * CUnit suites, reported in the Test Anything Protocol.
 *
 * Each test program is one table of suites and `return way_tap_run(suites)`.
 * CUnit runs them (its assertions are used as they are); this file only turns
 * its results into TAP on standard output, one line a test, so that every kind
 * of test in the project is counted in the same way.
 */
#ifndef WAYLAY_TESTS_UNIT_TAP_H
#define WAYLAY_TESTS_UNIT_TAP_H

#include <CUnit/CUnit.h>

/* Runs the suites (an array that ends with CU_SUITE_INFO_NULL) and prints TAP.
 * Returns the exit code for main: 0 when every test passed, 1 when one failed,
 * 99 (automake's "hard error") when CUnit itself could not be set up. */
int way_tap_run(CU_SuiteInfo *suites);

#endif
