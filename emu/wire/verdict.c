/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rules, one function each.
 */
#include "emu/wire/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { REASON_MAX = 320 }; /* bytes of a reason: two names and a sentence */

const struct way_lateness_bounds way_lateness_usual = {.suspect = 1000000, .unfaithful = 10000000};

const char *way_faithful_name(enum way_faithful faithful)
{
#define X(name, text) [WAY_FAITHFUL_##name] = (text),
    static const char *const names[] = {WAY_FAITHFULNESS(X)};
#undef X
    return names[faithful];
}

void way_verdict_say(struct way_verdict *verdict, enum way_faithful weight, const char *format, ...)
{
    char reason[REASON_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    if (weight > verdict->faithful)
        verdict->faithful = weight;
    json_array_append_new(verdict->why, json_string(reason));
}

/* Frames that were lost though the model did not say so. */
static void judge_accidents(struct way_verdict *verdict, const struct way_direction_facts *facts)
{
    static const struct {
        enum way_because why;
        const char *text;
    } accidents[] = {{WAY_BECAUSE_MEMORY, "found no memory"},
                     {WAY_BECAUSE_OFFLOAD, "could not be cut"},
                     {WAY_BECAUSE_DEVICE, "could not be delivered"}};
    for (size_t i = 0; i < sizeof(accidents) / sizeof(accidents[0]); i++) {
        uint64_t count = facts->counts->dropped_because[accidents[i].why];
        if (count > 0)
            way_verdict_say(verdict, WAY_FAITHFUL_NO, "%s from %s: %" PRIu64 " frames %s",
                            facts->link, facts->from, count, accidents[i].text);
    }
    if (facts->device_drops > 0)
        way_verdict_say(verdict, WAY_FAITHFUL_NO,
                        "%s from %s: the interface dropped %" PRId64 " frames", facts->link,
                        facts->from, facts->device_drops);
    if (facts->device_drops < 0)
        way_verdict_say(verdict, WAY_FAITHFUL_SUSPECT,
                        "%s from %s: whether the interface dropped frames is not known",
                        facts->link, facts->from);
    if (facts->capture_drops > 0)
        way_verdict_say(verdict, WAY_FAITHFUL_NO, "%s at %s: the capture lost %" PRIu64 " frames",
                        facts->link, facts->from, facts->capture_drops);
    if (facts->deaf)
        way_verdict_say(verdict, WAY_FAITHFUL_NO,
                        "%s from %s: the interface could not be read any more", facts->link,
                        facts->from);
    if (!facts->conserved)
        way_verdict_say(verdict, WAY_FAITHFUL_NO, "%s from %s: frames were not conserved",
                        facts->link, facts->from);
}

static void judge_lateness(struct way_verdict *verdict, const struct way_direction_facts *facts,
                           const struct way_lateness_bounds *bounds)
{
    if (facts->late_p99 < bounds->suspect) {
        if (facts->late_max / WAY_LATE_ONCE >= bounds->unfaithful)
            way_verdict_say(verdict, WAY_FAITHFUL_SUSPECT,
                            "%s from %s: a frame was %.3f ms late, as an exception", facts->link,
                            facts->from, (double)facts->late_max / 1e6);
        return;
    }
    way_verdict_say(verdict,
                    facts->late_p99 < bounds->unfaithful ? WAY_FAITHFUL_SUSPECT : WAY_FAITHFUL_NO,
                    "%s from %s: one frame in a hundred was %.3f ms late or more", facts->link,
                    facts->from, (double)facts->late_p99 / 1e6);
}

static void judge_rate(struct way_verdict *verdict, const struct way_direction_facts *facts)
{
    if (facts->rate == 0 || facts->achieved == 0 || facts->busy < WAY_RATE_BUSY)
        return;
    double off = (double)facts->achieved / (double)facts->rate - 1;
    /* A period whose last frame was late, or its first, is as much too long or short. */
    double blurred = 2 * (double)facts->late_p99 / (double)facts->busy;
    if (fabs(off) <= WAY_RATE_SUSPECT + blurred)
        return;
    way_verdict_say(
        verdict, fabs(off) <= WAY_RATE_NO + blurred ? WAY_FAITHFUL_SUSPECT : WAY_FAITHFUL_NO,
        "%s from %s: the rate was off by %+.2f %%", facts->link, facts->from, 100 * off);
}

void way_verdict_direction(struct way_verdict *verdict, const struct way_direction_facts *facts,
                           const struct way_lateness_bounds *bounds)
{
    judge_accidents(verdict, facts);
    judge_lateness(verdict, facts, bounds);
    judge_rate(verdict, facts);
}
