/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory store: complete responses under keys, within a hard bound.
 *
 * The bound counts everything: the table, keys, heads, bodies, bookkeeping, an
 * allowance for the allocator; of entries in the table, of entries being
 * filled, and of entries that left the table but are still read. What does not
 * fit is not stored; the bound is never passed.
 *
 * Life of an entry:
 *   filling   begin..commit; seen by nobody but its filler. Abandon ends it.
 *   stored    in the table, may be got by readers, may be evicted.
 *   gone      out of the table (evicted, replaced, invalidated), still counted
 *             and readable until its last reader releases it.
 * A fill whose key is invalidated meanwhile is doomed: its commit stores
 * nothing. One thread; nothing here looks at a clock.
 */
#ifndef WAYLAY_CORE_CACHE_STORE_H
#define WAYLAY_CORE_CACHE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cache/freshness.h"
#include "core/cache/key.h"
#include "core/cache/policy.h"
#include "core/http/text.h"

struct way_store;
struct way_entry; /* a reader's reference */
struct way_fill;  /* a filler's handle */

struct way_store_config {
    size_t size;                     /* bytes, everything counted; at least 4096 */
    size_t object;                   /* most bytes of one body */
    const struct way_policy *policy; /* NULL: LRU */
};

struct way_store_stats {
    size_t used;                                              /* bytes counted; never above size */
    size_t entries;                                           /* in the table */
    size_t gone;                                              /* out of the table, still read */
    size_t fills;                                             /* under way */
    uint64_t stored, evicted, replaced, invalidated, refused; /* since creation */
};

/* NULL when memory lacks or the size is too small for an empty store. */
struct way_store *way_store_new(const struct way_store_config *config);

/* Frees the store and nulls the pointer. All readers and fills must have ended. */
void way_store_free(struct way_store **store);

/* The entry under the key, with a reference that the caller must release, or NULL. The entry is
 * found whether fresh or stale: that is the caller's to judge with way_entry_times. Counts as a
 * use for the policy only when way_entry_used is called. */
struct way_entry *way_store_get(struct way_store *store, const struct way_cache_key *key);

/* Tells the policy that the entry answered a request. */
void way_entry_used(struct way_entry *entry);

/* Ends the reference and nulls the pointer; the spans got from the entry die with it. */
void way_entry_release(struct way_entry **entry);

/* The times that were given at begin. Valid until release, as all that follows. */
const struct way_cache_times *way_entry_times(const struct way_entry *entry);

/* The head that was given at begin, for way_http_write_from_stored. */
struct way_text way_entry_head(const struct way_entry *entry);

/* The status that was given at begin. */
unsigned way_entry_status(const struct way_entry *entry);

/* Bytes of the whole body. */
uint64_t way_entry_length(const struct way_entry *entry);

/* The longest contiguous piece of the body at `offset`; empty at its end. Valid until release. */
struct way_text way_entry_body(struct way_entry *entry, uint64_t offset);

/* Begins an entry: key, head (as way_http_write_stored made it), status and times are copied.
 * `expected` is the length of the body where it is known, else -1. NULL when it cannot be stored:
 * too large, no room that can be made, no memory. Evicts as needed. */
struct way_fill *way_fill_begin(struct way_store *store, const struct way_cache_key *key,
                                struct way_text head, unsigned status,
                                const struct way_cache_times *times, int64_t expected);

/* Appends a piece of the body. 0; -EFBIG over the object bound or over `expected`, -ENOSPC when no
 * room can be made, -ENOMEM. After a failure only abandon is of use. */
int way_fill_append(struct way_fill *fill, const void *data, size_t len);

/* Puts the entry into the table, replacing one under the same key, and nulls the pointer. Only a
 * complete body may be committed. 0, or (the entry is then freed) -ESTALE when it was doomed by
 * an invalidation, -EINVAL when the body is shorter than `expected`. */
int way_fill_commit(struct way_fill **fill);

/* Throws the entry away and nulls the pointer. NULL is allowed. */
void way_fill_abandon(struct way_fill **fill);

/* Takes the entry under the key out of the table, if there is one, and dooms fills of it. */
void way_store_invalidate(struct way_store *store, const struct way_cache_key *key);

/* Copies the figures out. */
void way_store_stats(const struct way_store *store, struct way_store_stats *out);

/* Asserts every invariant (slow: walks everything); returns true, to stand in an assert. */
bool way_store_check(const struct way_store *store);

#endif
