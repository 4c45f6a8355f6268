/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Eviction policies: which entry leaves when room is needed.
 *
 * A policy sees items, not entries, so that a simulator can drive it without a
 * store. An item is embedded in what it stands for; the policy owns its links
 * while it is in. The policy only names a victim; the owner takes it out by
 * `removed`, as any other item.
 */
#ifndef WAYLAY_CORE_CACHE_POLICY_H
#define WAYLAY_CORE_CACHE_POLICY_H

#include <stddef.h>

struct way_policy_item {
    struct way_policy_item *newer, *older; /* the policy's */
    size_t bytes;                          /* set by the owner before `added` */
};

struct way_policy {
    const char *name;
    /* Makes the policy's state, or NULL when memory lacks. */
    void *(*create)(void);
    /* Frees the state; no item is in any more. */
    void (*destroy)(void *state);
    void (*added)(void *state, struct way_policy_item *item);
    void (*used)(void *state, struct way_policy_item *item);
    void (*removed)(void *state, struct way_policy_item *item);
    /* The item that should leave next, still in; NULL when none is in. */
    struct way_policy_item *(*victim)(void *state);
};

/* Least recently used first. */
extern const struct way_policy way_policy_lru;

#endif
