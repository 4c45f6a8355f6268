/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One line for one spoilt world: what is done to it, and which expectations notice.
 *
 * A case spoils the good run of tests/unit/assert-world.h; what the files of
 * scenarios/common say of it, one letter an expectation, must be exactly what is given:
 *
 *      redirected packets carry the option
 *      |the proxy's address never reaches the client
 *      ||the option never reaches the origin
 *      |||the client is acknowledged after the origin acknowledged
 *      ||||no request reaches the origin during hit
 *      |||||refused in the origin's name during refused
 *      ||||||not acknowledged while the origin is silent during delayed
 *      .f.....
 */
#ifndef WAYLAY_TESTS_UNIT_ASSERT_JUDGE_H
#define WAYLAY_TESTS_UNIT_ASSERT_JUDGE_H

#include <stdio.h>
#include <string.h>

#include "tests/unit/assert-language.h"
#include "tests/unit/tap.h"

struct judge_case {
    const char *name; /* what is wrong, in words */
    void (*spoil)(struct world *world);
    const char *rulings;
};

/* Judges one world. */
static inline void judge_world(const struct judge_case *now, const struct world *world)
{
    const char *rulings = world_rulings(world, false);

    if (strcmp(rulings, now->rulings) == 0)
        return;
    printf("# %s, over %s: expected %s, found %s\n", now->name,
           world->wired ? "wires" : "plain links", now->rulings, rulings);
    world_rulings(world, true);
    CU_FAIL("other rulings than expected");
}

/* Judges each case in worlds of its own: over plain links, and over wires. */
static inline void judge_cases(const struct judge_case *cases, size_t count)
{
    for (size_t i = 0; i < 2 * count; i++) {
        const struct judge_case *now = &cases[i / 2];
        struct world *world = world_new();
        world->wired = i % 2;
        world->delay = i % 2 ? 10000 : 0;
        if (now->spoil)
            now->spoil(world);
        judge_world(now, world);
        world_free(&world);
    }
}

#define JUDGE(cases) judge_cases(cases, sizeof(cases) / sizeof((cases)[0]))

#endif
