/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The store: a chained hash table, a policy, lists of what is being filled and
 * of what is gone but still read, and one counter of bytes.
 *
 * Every byte passes through way_store_charge() and release(): way_store_charge() evicts until
 * there is room, or says no. What is gone cannot be evicted again, so a
 * crowd of slow readers can make the store refuse; it never makes it grow.
 */
#include "core/cache/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/entry.h"

enum { BYTES_A_BUCKET = 4096, BUCKETS_MIN = 16, BUCKETS_MAX = 1 << 20 };

static struct way_entry *entry_of(struct way_policy_item *item)
{
    return (struct way_entry *)(void *)((char *)item - offsetof(struct way_entry, item));
}

static struct way_entry **bucket_of(const struct way_store *store, uint64_t hash)
{
    return &store->buckets[hash & (store->bucket_count - 1)];
}

/* The link that points to the entry of the key, or to the NULL at its chain's end. */
static struct way_entry **find(const struct way_store *store, uint64_t hash, const void *key,
                               size_t len)
{
    struct way_entry **link = bucket_of(store, hash);
    while (*link && !((*link)->hash == hash && (*link)->key_len == len &&
                      memcmp((*link)->bytes, key, len) == 0))
        link = &(*link)->chain;
    return link;
}

void way_store_list_add(struct way_entry **list, struct way_entry *entry)
{
    entry->previous = NULL;
    entry->next = *list;
    if (*list)
        (*list)->previous = entry;
    *list = entry;
}

void way_store_list_remove(struct way_entry **list, struct way_entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        *list = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
}

void way_store_free_entry(struct way_entry *entry)
{
    struct way_store *store = entry->store;
    assert(store->stats.used >= entry->charge);
    store->stats.used -= entry->charge;
    way_entry_free(entry);
}

/* Takes the entry that *link points to out of table and policy; its readers keep it alive. */
static void take_out(struct way_store *store, struct way_entry **link)
{
    struct way_entry *entry = *link;
    assert(entry->state == WAY_ENTRY_STORED);
    *link = entry->chain;
    entry->chain = NULL;
    store->policy->removed(store->policy_state, &entry->item);
    store->stats.entries--;
    if (entry->readers == 0) {
        way_store_free_entry(entry);
        return;
    }
    entry->state = WAY_ENTRY_GONE;
    way_store_list_add(&store->gone, entry);
    store->stats.gone++;
}

/* Counts `bytes` more, after evicting what is in the way. False when that is not enough. */
bool way_store_charge(struct way_store *store, size_t bytes)
{
    while (bytes > store->size - store->stats.used) {
        struct way_policy_item *victim = store->policy->victim(store->policy_state);
        if (!victim) {
            store->stats.refused++;
            return false;
        }
        struct way_entry *entry = entry_of(victim);
        take_out(store, find(store, entry->hash, entry->bytes, entry->key_len));
        store->stats.evicted++;
    }
    store->stats.used += bytes;
    return true;
}

static size_t buckets_for(size_t size)
{
    size_t count = BUCKETS_MIN;
    while (count < BUCKETS_MAX && count * BYTES_A_BUCKET < size)
        count *= 2;
    return count;
}

struct way_store *way_store_new(const struct way_store_config *config)
{
    size_t count = buckets_for(config->size);
    size_t base = sizeof(struct way_store) + count * sizeof(struct way_entry *) +
                  (size_t)3 * WAY_ALLOCATION_EXTRA;
    if (config->size < base)
        return NULL;
    struct way_store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->magic = WAY_STORE_MAGIC;
    store->size = config->size;
    store->object = config->object;
    store->policy = config->policy ? config->policy : &way_policy_lru;
    store->policy_state = store->policy->create();
    store->buckets = calloc(count, sizeof(struct way_entry *));
    store->bucket_count = count;
    store->stats.used = base;
    if (!store->policy_state || !store->buckets)
        way_store_free(&store);
    return store;
}

void way_store_free(struct way_store **store)
{
    struct way_store *gone = *store;
    *store = NULL;
    if (!gone)
        return;
    assert(gone->magic == WAY_STORE_MAGIC && !gone->fills && !gone->gone);
    for (size_t i = 0; gone->buckets && i < gone->bucket_count; i++)
        while (gone->buckets[i]) {
            assert(gone->buckets[i]->readers == 0);
            take_out(gone, &gone->buckets[i]);
        }
    if (gone->policy_state)
        gone->policy->destroy(gone->policy_state);
    gone->magic = 0;
    free(gone->buckets);
    free(gone);
}

struct way_entry *way_store_get(struct way_store *store, const struct way_cache_key *key)
{
    assert(store->magic == WAY_STORE_MAGIC);
    struct way_entry *entry = *find(store, key->hash, key->bytes.data, key->bytes.len);
    if (entry)
        entry->readers++;
    return entry;
}

void way_entry_used(struct way_entry *entry)
{
    assert(entry->magic == WAY_ENTRY_MAGIC && entry->readers > 0);
    if (entry->state == WAY_ENTRY_STORED)
        entry->store->policy->used(entry->store->policy_state, &entry->item);
}

void way_entry_release(struct way_entry **entry)
{
    struct way_entry *left = *entry;
    *entry = NULL;
    if (!left)
        return;
    assert(left->magic == WAY_ENTRY_MAGIC && left->readers > 0);
    left->readers--;
    if (left->state != WAY_ENTRY_GONE || left->readers > 0)
        return;
    way_store_list_remove(&left->store->gone, left);
    left->store->stats.gone--;
    way_store_free_entry(left);
}

void way_store_invalidate(struct way_store *store, const struct way_cache_key *key)
{
    struct way_entry **link = find(store, key->hash, key->bytes.data, key->bytes.len);
    if (*link) {
        take_out(store, link);
        store->stats.invalidated++;
    }
    for (struct way_entry *fill = store->fills; fill; fill = fill->next)
        if (fill->hash == key->hash && fill->key_len == key->bytes.len &&
            memcmp(fill->bytes, key->bytes.data, fill->key_len) == 0)
            fill->doomed = true;
}

void way_store_put(struct way_store *store, struct way_entry *entry)
{
    struct way_entry **link = find(store, entry->hash, entry->bytes, entry->key_len);
    if (*link) {
        take_out(store, link);
        store->stats.replaced++;
    }
    way_store_list_remove(&store->fills, entry);
    store->stats.fills--;
    entry->state = WAY_ENTRY_STORED;
    entry->item.bytes = entry->charge;
    link = bucket_of(store, entry->hash);
    entry->chain = *link;
    *link = entry;
    store->policy->added(store->policy_state, &entry->item);
    store->stats.entries++;
    store->stats.stored++;
}

void way_store_stats(const struct way_store *store, struct way_store_stats *out)
{
    *out = store->stats;
}

/* Walks a list of entries in one state; returns how many, and adds their charges up. */
static size_t check_list(const struct way_entry *list, enum way_entry_state state, size_t *charges)
{
    size_t count = 0;
    for (const struct way_entry *entry = list; entry; entry = entry->next) {
        assert(entry->state == state);
        assert(state != WAY_ENTRY_GONE || entry->readers > 0);
        assert(way_entry_check(entry));
        *charges += entry->charge;
        count++;
    }
    return count;
}

bool way_store_check(const struct way_store *store)
{
    assert(store->magic == WAY_STORE_MAGIC);
    size_t charges = sizeof *store + store->bucket_count * sizeof(struct way_entry *) +
                     (size_t)3 * WAY_ALLOCATION_EXTRA;
    size_t entries = 0;
    for (size_t i = 0; i < store->bucket_count; i++)
        for (const struct way_entry *entry = store->buckets[i]; entry; entry = entry->chain) {
            assert(entry->state == WAY_ENTRY_STORED && !entry->doomed);
            assert(bucket_of(store, entry->hash) == &store->buckets[i]);
            assert(way_entry_check(entry));
            charges += entry->charge;
            entries++;
        }
    size_t fills = check_list(store->fills, WAY_ENTRY_FILLING, &charges);
    size_t gone = check_list(store->gone, WAY_ENTRY_GONE, &charges);
    assert(entries == store->stats.entries && fills == store->stats.fills);
    assert(gone == store->stats.gone && charges == store->stats.used);
    assert(store->stats.used <= store->size);
    (void)fills;
    (void)gone;
    return true;
}
