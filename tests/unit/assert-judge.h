/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One line for one spoilt world: what is done to it, and which checks notice.
 *
 * A case spoils the good run of tests/unit/assert-world.h; its verdicts, one
 * letter a check in the table's order, must be exactly those given:
 *
 *      redirected-packets-carry-the-option
 *      |proxy-address-never-reaches-the-client
 *      ||option-never-reaches-the-origin
 *      |||client-acknowledged-after-origin
 *      ||||no-request-reaches-the-origin
 *      |||||refused-in-the-origins-name
 *      ||||||not-acknowledged-while-origin-silent
 *      .f.....
 */
#ifndef WAYLAY_TESTS_UNIT_ASSERT_JUDGE_H
#define WAYLAY_TESTS_UNIT_ASSERT_JUDGE_H

#include <stdio.h>
#include <string.h>

#include "tests/unit/assert-language.h"
#include "tests/unit/assert-world.h"
#include "tests/unit/tap.h"

struct judge_case {
    const char *name; /* what is wrong, in words */
    void (*spoil)(struct world *world);
    const char *verdicts; /* "CHECKS", or "CHECKS|FILES" where the files say something else */
};

/* Judges one world by the checks, and by the scenario's files. */
static inline void judge_world(const struct judge_case *now, const struct world *world)
{
    const char *links = world->wired ? "wires" : "plain links";
    const char *bar = strchr(now->verdicts, '|'), *ruled = bar ? bar + 1 : now->verdicts;
    size_t length = bar ? (size_t)(bar - now->verdicts) : strlen(now->verdicts);
    const char *verdicts = world_verdicts(world);

    if (strlen(verdicts) != length || memcmp(verdicts, now->verdicts, length) != 0) {
        printf("# %s, over %s: expected %s, found %s\n", now->name, links, now->verdicts, verdicts);
        world_explain(world);
        CU_FAIL("other verdicts than expected");
    }
    const char *rulings = world_rulings(world, false);
    if (strcmp(rulings, ruled) != 0) {
        printf("# %s, over %s: by the files expected %s, found %s\n", now->name, links, ruled,
               rulings);
        world_rulings(world, true);
        CU_FAIL("other rulings than expected");
    }
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
