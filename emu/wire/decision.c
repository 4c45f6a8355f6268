/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of decisions, and the line that reports one.
 */
#include "emu/wire/decision.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define X(name, text) text,
static const char *const decided[] = {WAY_DECISIONS(X)};
static const char *const because[] = {WAY_REASONS(X)};
#undef X

const char *way_decided_name(enum way_decided what)
{
    assert(what < WAY_DECIDED_COUNT);
    return decided[what];
}

const char *way_because_name(enum way_because why)
{
    assert(why < WAY_BECAUSE_COUNT);
    return because[why];
}

static int find(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int way_decided_named(const char *name)
{
    return find(decided, WAY_DECIDED_COUNT, name);
}

int way_because_named(const char *name)
{
    return find(because, WAY_BECAUSE_COUNT, name);
}

size_t way_decision_line(const struct way_decision *decision, const char *link, const char *from,
                         char out[WAY_DECISION_LINE])
{
    int len = snprintf(
        out, WAY_DECISION_LINE,
        "{\"time\": %" PRId64 ", \"link\": \"%s\", \"from\": \"%s\", \"frame\": %" PRIu64
        ", \"copy\": %u, \"length\": %" PRIu64
        ", \"decision\": \"%s\", \"why\": \"%s\", \"value\": %" PRId64 "}\n",
        decision->time, link, from, decision->frame, decision->copy, decision->len,
        way_decided_name(decision->what), way_because_name(decision->why), decision->value);
    assert(len > 0 && len < WAY_DECISION_LINE);
    return (size_t)len;
}
