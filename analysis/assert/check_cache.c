/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of the cache as the wire shows it: what is answered from it does not
 * reach the origin.
 */
#include "analysis/assert/check.h"

#include <inttypes.h>

/* Whether the frame bears TCP payload to a redirected service. */
static bool bears_request(const struct way_run *run, const struct way_frame *frame)
{
    return way_frame_data_len(frame) > 0 &&
           way_bindings_redirected(&run->bindings, frame->tcp.destination_port);
}

/* Whether the frame bears TCP payload from a redirected service. */
static bool bears_response(const struct way_run *run, const struct way_frame *frame)
{
    return way_frame_data_len(frame) > 0 &&
           way_bindings_redirected(&run->bindings, frame->tcp.source_port);
}

/* Counts the client's packets with parts of requests; says whether one of them
 * was answered in the window. */
static bool client_was_served(const struct way_run *run, struct way_window window,
                              struct way_finding *finding)
{
    const struct way_capture *capture = &run->taps[WAY_TAP_CLIENT].capture;
    bool served = false;

    for (size_t i = 0; i < capture->count; i++) {
        const struct way_frame *frame = &capture->frames[i];
        if (!way_window_has(window, frame->time))
            continue;
        if (bears_request(run, frame))
            finding->examined++;
        else if (finding->examined > 0 && bears_response(run, frame))
            served = true;
    }
    return served;
}

void way_check_no_request(const struct way_run *run, struct way_window window,
                          struct way_finding *finding)
{
    const struct way_capture *capture = &run->taps[WAY_TAP_ORIGIN].capture;

    if (!client_was_served(run, window, finding) && finding->examined > 0)
        way_finding_fail(finding, NULL, way_text("a response to the client within the step"),
                         way_text("none"));
    for (size_t i = 0; i < capture->count; i++) {
        const struct way_frame *frame = &capture->frames[i];
        if (way_window_has(window, frame->time) && bears_request(run, frame))
            way_finding_fail(finding, frame,
                             way_text("no payload to %s:%u",
                                      way_text_address(frame->ip.destination).s,
                                      frame->tcp.destination_port),
                             way_text("%zu bytes", way_frame_data_len(frame)));
        else if (way_window_has(window, frame->time) && way_frame_is_malformed(frame))
            way_finding_fail(finding, frame, way_text("packets that can be read"),
                             way_text("%s", way_packet_error_meaning(frame->error)));
    }
    if (finding->failures == 0)
        finding->matched = finding->examined;
}
