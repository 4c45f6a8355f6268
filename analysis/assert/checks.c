/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of checks, and what holds for all of them: no check gets to see a
 * tap that cannot be relied upon, and none passes on nothing.
 */
#include "analysis/assert/check.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    CLIENT = 1 << WAY_TAP_CLIENT,
    PROXY = 1 << WAY_TAP_PROXY,
    ORIGIN = 1 << WAY_TAP_ORIGIN,
};

const struct way_check way_checks[] = {
    {"redirected-packets-carry-the-option",
     "Every packet from the client to a redirected service reappears once on the proxy's link, "
     "addressed to the proxy, with NOP and a full Record Route (length 7, pointer 8) holding its "
     "former destination as the first option, TTL one less, 8 bytes longer, checksums right, all "
     "else as it was; and nothing else bears the option there.",
     "packets of the client", CLIENT | PROXY, false, way_check_redirected_packets},
    {"proxy-address-never-reaches-the-client",
     "No frame that the client receives bears an address of the proxy: as source or destination, "
     "in an IPv4 option, in what an ICMP error quotes, or in ARP. What it sends itself may.",
     "frames to the client", CLIENT, false, way_check_proxy_address},
    {"option-never-reaches-the-origin", "No packet on the origin's link has a Record Route option.",
     "packets on the origin's link", ORIGIN, false, way_check_origin_option},
    {"client-acknowledged-after-origin",
     "Each SYN-ACK of a redirected service on the client's link comes after the origin's own "
     "SYN-ACK of the same connection on the origin's link.",
     "SYN-ACKs to the client", CLIENT | ORIGIN, false, way_check_acknowledged_after_origin},
    {"no-request-reaches-the-origin",
     "While the client sends a request to a redirected service and gets its response, not one "
     "byte of TCP payload goes to that service on the origin's link.",
     "requests of the client", CLIENT | ORIGIN, true, way_check_no_request},
    {"refused-in-the-origins-name",
     "Each SYN of the client to a redirected service is answered, after the origin's own RST, by "
     "an RST from the origin's address and port that acknowledges it, and never by a SYN-ACK.",
     "connections of the client", CLIENT | ORIGIN, true, way_check_refused},
    {"not-acknowledged-while-origin-silent",
     "The client repeats its SYN to a redirected service at least once before its first SYN-ACK, "
     "which comes after the origin's own.",
     "connections of the client", CLIENT | ORIGIN, true, way_check_silent_origin},
    {NULL, NULL, NULL, 0, false, NULL}};

const struct way_check *way_check_find(const char *name)
{
    for (const struct way_check *check = way_checks; check->name; check++)
        if (strcmp(check->name, name) == 0)
            return check;
    return NULL;
}

/* Notes a failure for each time in the window when the tap's capture was off. */
static void note_gaps(const struct way_tap *tap, struct way_window window,
                      struct way_finding *finding)
{
    for (size_t i = 0; i < tap->gap_count; i++)
        if (tap->gaps[i].from <= window.end && tap->gaps[i].to >= window.start)
            way_finding_fail(finding, NULL, way_text("a capture that is on all the time"),
                             way_text("%s: it was off from %s for %s", tap->capture.name,
                                      way_text_time(tap->gaps[i].from).s,
                                      way_text_span(tap->gaps[i].to - tap->gaps[i].from).s));
}

/* Whether all taps of the check are fit; those that are not are failures. */
static bool taps_are_fit(const struct way_run *run, const struct way_check *check,
                         struct way_window window, struct way_finding *finding)
{
    for (size_t tap = 0; tap < WAY_TAP_COUNT; tap++) {
        const struct way_capture *capture = &run->taps[tap].capture;
        if (!(check->taps & (1U << tap)))
            continue;
        if (capture->unfit.s[0])
            way_finding_fail(finding, NULL, way_text("a whole, live and lossless capture"),
                             way_text("%s: %s", capture->name, capture->unfit.s));
        note_gaps(&run->taps[tap], window, finding);
    }
    return finding->failures == 0;
}

/* The time of the mark "STEP.SIDE"; a mark that lacks is a failure. */
static int64_t mark_time(const struct way_run *run, const char *step, const char *side,
                         struct way_finding *finding)
{
    struct way_text name = way_text("%s.%s", step, side);
    const struct way_mark *mark = way_bindings_mark(&run->bindings, name.s);

    if (mark)
        return mark->time;
    way_finding_fail(finding, NULL, way_text("a mark '%s' in bindings.json", name.s),
                     way_text("none"));
    return 0;
}

static struct way_window window_of(const struct way_run *run,
                                   const struct way_expectation *expectation,
                                   struct way_finding *finding)
{
    struct way_window window = {INT64_MIN, INT64_MAX};

    if (!expectation->check->during)
        return window;
    window.start = mark_time(run, expectation->during, "start", finding);
    window.end = mark_time(run, expectation->during, "end", finding);
    if (finding->failures == 0 && window.end < window.start)
        way_finding_fail(finding, NULL, way_text("a step that ends after its start"),
                         way_text("'%s' ends %s before", expectation->during,
                                  way_text_span(window.start - window.end).s));
    return window;
}

void way_check_evaluate(const struct way_run *run, const struct way_expectation *expectation,
                        struct way_finding *finding)
{
    *finding = (struct way_finding){0};
    struct way_window window = window_of(run, expectation, finding);
    if (!taps_are_fit(run, expectation->check, window, finding))
        return;
    expectation->check->run(run, window, finding);
    assert(finding->matched <= finding->examined);
    if (finding->examined == 0)
        way_finding_fail(finding, NULL, way_text("%s to examine", expectation->check->counted),
                         way_text("none"));
}
