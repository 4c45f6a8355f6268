/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HTTP or tunnel, by the first bytes.
 */
#include <stdbool.h>
#include <string.h>

#include "core/http/first_bytes.h"
#include "tests/unit/guard.h"
#include "tests/unit/tap.h"

static const struct {
    const char *bytes;
    enum way_http_first whole; /* the answer to all of it */
    size_t needs;              /* bytes after which it is final; 0: it never is */
} cases[] = {
    {"GET / HTTP/1.1\r\n", WAY_HTTP_FIRST_HTTP, 4},
    {"x ", WAY_HTTP_FIRST_HTTP, 2},
    {"PUT ", WAY_HTTP_FIRST_HTTP, 4},
    {"PRI /x HTTP/1.1", WAY_HTTP_FIRST_HTTP, 5},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", WAY_HTTP_FIRST_TUNNEL, 24},
    {"PRI * HTTP/2.0\r\n\r\nSN", WAY_HTTP_FIRST_HTTP, 20},
    {"\x16\x03\x01\x02", WAY_HTTP_FIRST_TUNNEL, 1},
    {" GET / ", WAY_HTTP_FIRST_TUNNEL, 1},
    {"\r\nGET / HTTP/1.1", WAY_HTTP_FIRST_TUNNEL, 1},
    {"SSH-2.0-x\r\n", WAY_HTTP_FIRST_TUNNEL, 10},
    {"USER: ", WAY_HTTP_FIRST_TUNNEL, 5},
    {"GET\t/", WAY_HTTP_FIRST_TUNNEL, 4},
    {"0123456789012345678901234567890 /", WAY_HTTP_FIRST_HTTP, 32},
    {"01234567890123456789012345678901 /", WAY_HTTP_FIRST_TUNNEL, 32},
    {"", WAY_HTTP_FIRST_MORE, 0},
    {"GET", WAY_HTTP_FIRST_MORE, 0},
    {"PRI * HTTP/2.0\r\n", WAY_HTTP_FIRST_MORE, 0},
};

/* Each prefix says MORE until the answer is final, and the same answer from then on. */
static void decides_as_early_as_possible(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].bytes);
        for (size_t n = 0; n <= len; n++) {
            struct way_guard guard = way_guard_new(cases[i].bytes, n, 0);
            bool final = cases[i].needs && n >= cases[i].needs;
            CU_ASSERT_EQUAL(way_http_first_bytes(guard.data, n),
                            final ? cases[i].whole : WAY_HTTP_FIRST_MORE);
            way_guard_free(&guard);
        }
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each prefix, until it is decided, and after", decides_as_early_as_possible},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "first bytes", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
