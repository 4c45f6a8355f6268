/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Live sources, and the signals that end them.
 */
#include "analysis/assert/living.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/capture/merge.h"

static struct {
    struct way_source *sources[WAY_MERGE_SOURCES_MAX]; /* the merge's; read by the handler */
    volatile sig_atomic_t count;
    bool caught; /* the handlers below are in place */
    struct sigaction interrupt, terminate;
} living;

bool way_living_duration(const char *text, int64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}};
    const double most = 366.0 * 24 * 3600e9;
    char *unit;
    double number = strtod(text, &unit);

    if (unit == text)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof(*units); i++) {
        double all = number * units[i].ns;
        if (strcmp(unit, units[i].unit) != 0)
            continue;
        if (!(all >= 1) || !(all <= most))
            return false;
        *ns = (int64_t)all;
        return true;
    }
    return false;
}

struct way_source *way_living_open(const char *interface, int64_t deadline,
                                   char error[WAY_SOURCE_ERROR_MAX])
{
    if (living.count == WAY_MERGE_SOURCES_MAX) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "interface %s: more than %d interfaces", interface,
                 WAY_MERGE_SOURCES_MAX);
        return NULL;
    }
    struct way_source *source = way_source_open_live(interface, deadline, error);
    if (source)
        living.sources[living.count++] = source;
    return source;
}

static void stop_all(int signal)
{
    (void)signal;
    for (sig_atomic_t i = 0; i < living.count; i++)
        way_source_stop(living.sources[i]);
}

int64_t way_living_ready(void)
{
    struct sigaction action = {.sa_handler = stop_all,
                               .sa_flags = SA_RESETHAND}; /* the second one ends the program */
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (living.count) {
        sigemptyset(&action.sa_mask);
        sigaction(SIGINT, &action, &living.interrupt);
        sigaction(SIGTERM, &action, &living.terminate);
        living.caught = true;
        fputs("waylay-assert: ready\n", stderr);
    }
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void way_living_end(void)
{
    if (living.caught) {
        sigaction(SIGINT, &living.interrupt, NULL);
        sigaction(SIGTERM, &living.terminate, NULL);
    }
    living.caught = false;
    living.count = 0;
}
