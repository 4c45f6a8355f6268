/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A set of keys, for counting how many there are: eight bytes a place, of which at most
 * three quarters are taken. Keys are hashes already (analysis/judge/key.c).
 * Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_KEYSET_H
#define WAYLAY_ANALYSIS_JUDGE_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed to begin with; freed by way_key_set_free. */
struct way_key_set {
    uint64_t *places; /* owned; 0: free */
    size_t room;      /* places: a power of two, or 0 */
    size_t count;     /* keys */
    bool has_zero;    /* the key 0 is one of them */
};

/* Bytes that the set takes, and by how many it will grow with the next key. */
size_t way_key_set_size(const struct way_key_set *set);
size_t way_key_set_growth(const struct way_key_set *set);

/* Adds a key, unless it is there. */
void way_key_set_add(struct way_key_set *set, uint64_t key);

/* Frees what it has; it is empty then. */
void way_key_set_free(struct way_key_set *set);

#endif
