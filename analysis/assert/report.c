/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verdicts for people and for programs, put together from the same pieces, so
 * that both say the same.
 */
#include "analysis/assert/report.h"

#include <inttypes.h>

/* "hit", or nothing */
static struct way_text parameters_of(const struct way_expectation *expectation)
{
    return expectation->during[0] ? way_text(" during %s", expectation->during)
                                  : way_text("%s", "");
}

static struct way_text counts_of(const struct way_expectation *expectation,
                                 const struct way_finding *finding)
{
    return way_text("%zu %s examined, %zu matched", finding->examined, expectation->check->counted,
                    finding->matched);
}

/* "captures/r1-p1.pcap frame 12 at 1764.000000001" */
static struct way_text place_of(const struct way_finding *finding)
{
    return finding->placed ? way_text("%s frame %" PRIu64 " at %s", finding->capture,
                                      finding->number, way_text_time(finding->time).s)
                           : way_text("the run as a whole");
}

/* " (and 3 more like it)": what was wrong beyond what is shown. */
static struct way_text others_of(const struct way_finding *finding)
{
    size_t all = finding->failures ? finding->failures : finding->doubts;

    return all > 1 ? way_text(" (and %zu more)", all - 1) : way_text("%s", "");
}

void way_report_text(FILE *out, const struct way_expectation *expectation,
                     const struct way_finding *finding)
{
    enum way_verdict verdict = way_finding_verdict(finding);

    fprintf(out, "%-12s  %s%s: %s\n", way_verdict_name(verdict), expectation->check->name,
            parameters_of(expectation).s, counts_of(expectation, finding).s);
    if (verdict == WAY_PASSED)
        return;
    fprintf(out, "    rule:      %s\n", expectation->check->words);
    fprintf(out, "    at:        %s\n", place_of(finding).s);
    fprintf(out, "    expected:  %s\n", finding->expected.s);
    fprintf(out, "    found:     %s%s\n", finding->found.s, others_of(finding).s);
}

/* One sentence with everything. */
static struct way_text detail_of(const struct way_expectation *expectation,
                                 const struct way_finding *finding)
{
    if (way_finding_verdict(finding) == WAY_PASSED)
        return counts_of(expectation, finding);
    return way_text("%s: expected %s, found %s%s", place_of(finding).s, finding->expected.s,
                    finding->found.s, others_of(finding).s);
}

/* Adds what is said only of an expectation that did not pass. */
static int add_reasons(json_t *object, const struct way_expectation *expectation,
                       const struct way_finding *finding)
{
    int error = json_object_set_new(object, "rule", json_string(expectation->check->words));

    error |= json_object_set_new(object, "expected", json_string(finding->expected.s));
    error |= json_object_set_new(object, "found", json_string(finding->found.s));
    if (!finding->placed)
        return error;
    error |=
        json_object_set_new(object, "capture", json_string(way_text("%s", finding->capture).s));
    error |= json_object_set_new(object, "frame", json_integer((json_int_t)finding->number));
    error |= json_object_set_new(object, "time", json_integer(finding->time));
    return error;
}

json_t *way_report_json(const struct way_expectation *expectation,
                        const struct way_finding *finding)
{
    enum way_verdict verdict = way_finding_verdict(finding);
    json_t *object = json_object();
    int error = object ? 0 : -1;

    error |= json_object_set_new(object, "name", json_string(expectation->check->name));
    error |= json_object_set_new(object, "verdict", json_string(way_verdict_name(verdict)));
    error |= json_object_set_new(object, "detail", json_string(detail_of(expectation, finding).s));
    error |= json_object_set_new(object, "examined", json_integer((json_int_t)finding->examined));
    error |= json_object_set_new(object, "matched", json_integer((json_int_t)finding->matched));
    if (expectation->during[0])
        error |= json_object_set_new(object, "during",
                                     json_string(way_text("%s", expectation->during).s));
    if (verdict != WAY_PASSED)
        error |= add_reasons(object, expectation, finding);
    if (error == 0)
        return object;
    json_decref(object);
    return NULL;
}
