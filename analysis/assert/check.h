/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checks: one table of names, each with its rule in words, what it reads
 * and the function that decides.
 *
 * A check is a pure function of a run: decoded frames and bindings in, a
 * finding out. What is common to all of them is done before and after by
 * way_check_evaluate: every tap that a check reads must be fit, the marks of
 * its window must exist, and something must have been examined; otherwise the
 * expectation fails, and the check does not get to say that all was well.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_CHECK_H
#define WAYLAY_ANALYSIS_ASSERT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/assert/finding.h"
#include "analysis/assert/run.h"

/* The time in which a check looks: [start, end], ns since the epoch. */
struct way_window {
    int64_t start, end;
};

static inline bool way_window_has(struct way_window window, int64_t time)
{
    return time >= window.start && time <= window.end;
}

/* Adds to `finding` what the run shows. Memory that lacks ends the program
 * (analysis/assert/memory.h). */
typedef void way_check_function(const struct way_run *run, struct way_window window,
                                struct way_finding *finding);

struct way_check {
    const char *name;    /* as scenarios write it */
    const char *words;   /* the rule, one sentence */
    const char *counted; /* what `examined` counts, plural */
    unsigned taps;       /* the taps that it reads: bits 1 << enum way_tap_name */
    bool during;         /* it takes, and needs, the parameter `during`: a step's name */
    way_check_function *run;
};

/* The table; the last entry's name is NULL. */
extern const struct way_check way_checks[];

/* The check of that name, or NULL. */
const struct way_check *way_check_find(const char *name);

/* An expectation of a scenario: a check with its parameters. */
struct way_expectation {
    const struct way_check *check;
    char during[WAY_BINDINGS_NAME_MAX]; /* the step, or empty where the check takes none */
};

/* Evaluates the expectation over the run; `finding` need not be initialised. */
void way_check_evaluate(const struct way_run *run, const struct way_expectation *expectation,
                        struct way_finding *finding);

/* The functions of the table, by file; what each demands is in the table's
 * words. analysis/assert/check_redirect.c: */
way_check_function way_check_redirected_packets; /* reads the client's and the proxy's tap */

/* analysis/assert/check_address.c: */
way_check_function way_check_proxy_address; /* reads the client's tap */
way_check_function way_check_origin_option; /* reads the origin's tap */

/* analysis/assert/check_handshake.c, which joins connections by order: */
way_check_function way_check_acknowledged_after_origin; /* for the whole run */
way_check_function way_check_refused;                   /* within its step */
way_check_function way_check_silent_origin;             /* within its step */

/* analysis/assert/check_cache.c: */
way_check_function way_check_no_request; /* within its step */

#endif
