/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Least recently used: one list from newest to oldest.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/cache/policy.h"

struct lru {
    struct way_policy_item *newest, *oldest;
};

static void *lru_create(void)
{
    return calloc(1, sizeof(struct lru));
}

static void lru_destroy(void *state)
{
    struct lru *lru = state;
    assert(!lru->newest && !lru->oldest);
    free(lru);
}

static void lru_added(void *state, struct way_policy_item *item)
{
    struct lru *lru = state;
    item->newer = NULL;
    item->older = lru->newest;
    if (lru->newest)
        lru->newest->newer = item;
    else
        lru->oldest = item;
    lru->newest = item;
}

static void lru_removed(void *state, struct way_policy_item *item)
{
    struct lru *lru = state;
    if (item->newer)
        item->newer->older = item->older;
    else
        lru->newest = item->older;
    if (item->older)
        item->older->newer = item->newer;
    else
        lru->oldest = item->newer;
    item->newer = item->older = NULL;
}

static void lru_used(void *state, struct way_policy_item *item)
{
    lru_removed(state, item);
    lru_added(state, item);
}

static struct way_policy_item *lru_victim(void *state)
{
    struct lru *lru = state;
    return lru->oldest;
}

const struct way_policy way_policy_lru = {
    .name = "lru",
    .create = lru_create,
    .destroy = lru_destroy,
    .added = lru_added,
    .used = lru_used,
    .removed = lru_removed,
    .victim = lru_victim,
};
