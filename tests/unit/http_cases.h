/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of bytes and transcripts, and the test that runs it: each input whole, byte by byte, and
 * cut in two at every position, every piece before an unreadable page.
 */
#ifndef WAYLAY_TESTS_UNIT_HTTP_CASES_H
#define WAYLAY_TESTS_UNIT_HTTP_CASES_H

#include "tests/unit/http_transcript.h"

struct way_http_case {
    const char *words; /* what it shows, with the section of the RFC */
    const char *input; /* a string; LEN below when it holds NULs */
    const char *transcript;
    size_t len; /* 0: strlen(input) */
    enum way_http_method expected;
};

/* Runs one table; each failure is told with its case's words, as a TAP comment. Returns how many
 * cases failed. */
unsigned way_http_cases(const struct way_http_case *cases, size_t count, bool responses,
                        const struct way_http_limits *limits);

#endif
