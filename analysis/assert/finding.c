/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Findings: counters, and the earliest of what was wrong, whatever order a
 * check goes through its packets in.
 */
#include "analysis/assert/finding.h"

#include <assert.h>

const char *way_verdict_name(enum way_verdict verdict)
{
    static const char *const names[] = {
        [WAY_PASSED] = "passed", [WAY_FAILED] = "failed", [WAY_INCONCLUSIVE] = "inconclusive"};

    assert((size_t)verdict < sizeof names / sizeof names[0]);
    return names[verdict];
}

static void note(struct way_finding *finding, const struct way_frame *at, struct way_text expected,
                 struct way_text found)
{
    finding->placed = at != NULL;
    finding->capture = at ? at->capture : NULL;
    finding->number = at ? at->number : 0;
    finding->time = at ? at->time : 0;
    finding->expected = expected;
    finding->found = found;
}

/* Whether what happened at `at` came before what is noted. */
static bool is_earlier(const struct way_finding *finding, const struct way_frame *at)
{
    return finding->placed && at && at->time < finding->time;
}

void way_finding_fail(struct way_finding *finding, const struct way_frame *at,
                      struct way_text expected, struct way_text found)
{
    if (finding->failures++ == 0 || is_earlier(finding, at))
        note(finding, at, expected, found);
}

void way_finding_doubt(struct way_finding *finding, const struct way_frame *at,
                       struct way_text expected, struct way_text found)
{
    if (finding->failures == 0 && (finding->doubts == 0 || is_earlier(finding, at)))
        note(finding, at, expected, found);
    finding->doubts++;
}

enum way_verdict way_finding_verdict(const struct way_finding *finding)
{
    if (finding->failures > 0)
        return WAY_FAILED;
    if (finding->doubts > 0)
        return WAY_INCONCLUSIVE;
    return finding->examined > 0 ? WAY_PASSED : WAY_FAILED;
}
