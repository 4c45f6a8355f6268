/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TAP printer: CUnit's message handlers, called as each test completes.
 */
#include "tests/unit/tap.h"

#include <CUnit/TestRun.h>
#include <stdio.h>

enum { TAP_HARD_ERROR = 99 };

static unsigned tests_done;

static void test_complete(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord first)
{
    tests_done++;
    printf("%s %u - %s: %s\n", first ? "not ok" : "ok", tests_done, suite->pName, test->pName);
    for (const CU_FailureRecord *f = first; f; f = f->pNext)
        printf("# %s:%u: %s\n", f->strFileName ? f->strFileName : "?", f->uiLineNumber,
               f->strCondition ? f->strCondition : "suite initialisation or clean-up failed");
    fflush(stdout);
}

static void suite_init_failed(const CU_pSuite suite)
{
    printf("Bail out! initialisation of suite %s failed\n", suite->pName);
}

int way_tap_run(CU_SuiteInfo *suites)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return TAP_HARD_ERROR;
    int exit_code = TAP_HARD_ERROR;
    if (CU_register_suites(suites) == CUE_SUCCESS) {
        CU_set_test_complete_handler(test_complete);
        CU_set_suite_init_failure_handler(suite_init_failed);
        if (CU_run_all_tests() == CUE_SUCCESS)
            exit_code = CU_get_number_of_tests_failed() ? 1 : 0;
        printf("1..%u\n", tests_done);
    }
    CU_cleanup_registry();
    return exit_code;
}
