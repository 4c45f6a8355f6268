/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table runner.
 */
#include "tests/unit/http_cases.h"

#include <stdio.h>
#include <string.h>

static bool gives(const struct way_http_case *one, const struct way_transcript_how *how)
{
    struct way_buffer out = {0};
    size_t len = one->len ? one->len : strlen(one->input);
    way_transcript(&out, one->input, len, how, true);
    bool same = way_text_equal(way_buffer_view(&out), way_text_of(one->transcript));
    if (!same)
        printf("# %s (first piece %zu, pieces %zu):\n# expected:\n%s# found:\n%.*s", one->words,
               how->first, how->piece, one->transcript, (int)out.len, out.data ? out.data : "");
    way_buffer_free(&out);
    return same;
}

static bool case_holds(const struct way_http_case *one, struct way_transcript_how how)
{
    size_t len = one->len ? one->len : strlen(one->input);
    how.expected = one->expected;
    if (!gives(one, &how))
        return false;
    for (how.first = 1; how.first < len; how.first++)
        if (!gives(one, &how))
            return false;
    how.first = 0;
    how.piece = 1;
    return gives(one, &how);
}

unsigned way_http_cases(const struct way_http_case *cases, size_t count, bool responses,
                        const struct way_http_limits *limits)
{
    unsigned failed = 0;
    struct way_transcript_how how = {.responses = responses, .limits = limits};
    for (size_t i = 0; i < count; i++)
        failed += !case_holds(&cases[i], how);
    return failed;
}
