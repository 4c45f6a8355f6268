/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the store and its entries are made of. Internal to core/cache.
 *
 * An entry is one allocation with key and head in it, and a list of segments
 * with the body. `charge` is what it counts against the store's bound: every
 * allocation with an allowance for the allocator's own bookkeeping.
 */
#ifndef WAYLAY_CORE_CACHE_ENTRY_H
#define WAYLAY_CORE_CACHE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cache/store.h"

/* A piece of a body. Segments grow from small to WAY_SEGMENT_MAX, so that small bodies waste little
 * and large ones have few. */
struct way_segment {
    struct way_segment *next;
    size_t room, used;
    char data[];
};

enum {
    WAY_SEGMENT_MIN = 512,
    WAY_SEGMENT_MAX = 65536,
    WAY_ALLOCATION_EXTRA = 32, /* allowance for one allocation */
};

enum way_entry_state {
    WAY_ENTRY_FILLING, /* one filler; in the store's list of fills; no readers */
    WAY_ENTRY_STORED,  /* in the table and in the policy; readers >= 0 */
    WAY_ENTRY_GONE,    /* in neither, readers > 0; freed by the last of them */
};

struct way_entry {
    uint32_t magic;
    enum way_entry_state state;
    bool doomed; /* FILLING: its key was invalidated meanwhile */
    struct way_store *store;
    struct way_entry *chain;           /* STORED: next in its bucket */
    struct way_entry *next, *previous; /* FILLING, GONE: in the store's list of these */
    struct way_policy_item item;       /* STORED: the policy's */
    size_t readers;                    /* references */
    size_t charge;                     /* bytes counted */
    uint64_t hash;                     /* of the key */
    struct way_cache_times times;
    unsigned status;
    int64_t expected; /* length of the body as announced; -1: not announced */
    uint64_t length;  /* bytes of the body so far */
    struct way_segment *first, *last;
    struct way_segment *cursor; /* where the last reader found its piece... */
    uint64_t cursor_offset;     /* ... and the offset of its first byte: a hint, readers share it */
    size_t key_len, head_len;
    char bytes[]; /* key, then head */
};

enum { WAY_ENTRY_MAGIC = 0x57454e54 };

/* Bytes that an entry with this key and head counts before any body. */
size_t way_entry_base_charge(size_t key_len, size_t head_len);

/* Frees the entry with its segments. It is in no list any more. */
void way_entry_free(struct way_entry *entry);

/* Is the charge what the parts of the entry add up to? */
bool way_entry_check(const struct way_entry *entry);

/* Room for the next segment, of which `piece` bytes are needed now: what is known to come; else
 * twice as much as the last time, so that many small pieces make few segments. */
size_t way_entry_next_room(const struct way_entry *entry, size_t piece);

/* Gives back what the last segment of a complete body does not use. Returns by how many bytes the
 * charge became smaller. */
size_t way_entry_trim(struct way_entry *entry);

enum { WAY_STORE_MAGIC = 0x57535452 };

struct way_store {
    uint32_t magic;
    size_t size, object;
    const struct way_policy *policy;
    void *policy_state;
    struct way_entry **buckets;
    size_t bucket_count; /* a power of two */
    struct way_entry *fills, *gone;
    struct way_store_stats stats;
};

/* Counts `bytes` more, after evicting what is in the way. False when that is not enough. */
bool way_store_charge(struct way_store *store, size_t bytes);

/* Frees an entry that is in no list any more, and uncounts it. */
void way_store_free_entry(struct way_entry *entry);

/* Puts a complete FILLING entry into the table, in place of one under the same key. */
void way_store_put(struct way_store *store, struct way_entry *entry);

/* Adds to or removes from one of the store's two lists. */
void way_store_list_add(struct way_entry **list, struct way_entry *entry);
void way_store_list_remove(struct way_entry **list, struct way_entry *entry);

#endif
