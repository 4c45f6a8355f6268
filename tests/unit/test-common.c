/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clock, counters and command line.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/common/cleanup.h"
#include "core/common/clock.h"
#include "core/common/counters.h"
#include "core/common/options.h"
#include "tests/unit/tap.h"

static void clock_takes_its_offset_from_the_environment(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t before = now.tv_sec * WAY_NS_PER_SECOND + now.tv_nsec;
    CU_ASSERT_EQUAL(way_clock_offset_ns(), 1000);
    CU_ASSERT_TRUE(way_clock_ns() >= before + 1000);
}

static void counters_are_one_object(void)
{
    static const char *const names[] = {"pushed", "dropped"};
    static const uint64_t values[] = {3, 18446744073709551615u};
    const struct way_counters counters = {"p", names, values, 2};
    char path[] = "counters-test-XXXXXX";
    WAY_AUTO_FD int fd = mkstemp(path);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(way_counters_write(&counters, path), 0);
    WAY_AUTO_FILE FILE *in = fopen(path, "re");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    char line[256] = "";
    int64_t time = 0;
    int end = 0;
    CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof(line), in));
    // NOLINTNEXTLINE(cert-err34-c): the number's own form is not what is tested
    sscanf(line, "{\"program\": \"p\", \"time\": %" SCNd64 ", %n", &time, &end);
    CU_ASSERT_TRUE(time > 0);
    CU_ASSERT_STRING_EQUAL(line + end, "\"pushed\": 3, \"dropped\": 18446744073709551615}\n");
    unlink(path);
}

static void counters_into_no_folder_fail(void)
{
    const struct way_counters counters = {"p", NULL, NULL, 0};
    CU_ASSERT_EQUAL(way_counters_write(&counters, "no/such/folder/file"), -ENOENT);
}

static void options_are_read(void)
{
    char *argv[] = {"p", "--config", "f", "--check", NULL};
    struct way_options options;
    CU_ASSERT_EQUAL(way_options_read(4, argv, "p", "s", &options), WAY_OPTIONS_RUN);
    CU_ASSERT_STRING_EQUAL(options.config, "f");
    CU_ASSERT_TRUE(options.check);
    CU_ASSERT_PTR_NULL(options.counters);
}

int main(void)
{
    setenv("WAYLAY_CLOCK_OFFSET", "1000", 1);
    CU_TestInfo tests[] = {{"the clock takes its offset from the environment",
                            clock_takes_its_offset_from_the_environment},
                           {"counters are one object", counters_are_one_object},
                           {"counters into no folder fail", counters_into_no_folder_fail},
                           {"options are read", options_are_read},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "common", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
