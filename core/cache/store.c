/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The store: a chained hash table, a policy, lists of what is being filled and
 * of what is gone but still read, and one counter of bytes.
 *
 * Every byte passes through charge() and release(): charge() evicts until
 * there is room, or says no. What is gone cannot be evicted again, so a
 * crowd of slow readers can make the store refuse; it never makes it grow.
 */
#include "core/cache/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/entry.h"

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

enum { STORE_MAGIC = 0x57535452, BYTES_A_BUCKET = 4096, BUCKETS_MIN = 16, BUCKETS_MAX = 1 << 20 };

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

static void list_add(struct way_entry **list, struct way_entry *entry)
{
    entry->previous = NULL;
    entry->next = *list;
    if (*list)
        (*list)->previous = entry;
    *list = entry;
}

static void list_remove(struct way_entry **list, struct way_entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        *list = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
}

static void free_entry(struct way_entry *entry)
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
        free_entry(entry);
        return;
    }
    entry->state = WAY_ENTRY_GONE;
    list_add(&store->gone, entry);
    store->stats.gone++;
}

/* Counts `bytes` more, after evicting what is in the way. False when that is not enough. */
static bool charge(struct way_store *store, size_t bytes)
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
    store->magic = STORE_MAGIC;
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
    assert(gone->magic == STORE_MAGIC && !gone->fills && !gone->gone);
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
    assert(store->magic == STORE_MAGIC);
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
    list_remove(&left->store->gone, left);
    left->store->stats.gone--;
    free_entry(left);
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

/* A fill is an entry that only its filler sees; struct way_fill is never more than a name. */
static struct way_entry *filled(struct way_fill *fill)
{
    struct way_entry *entry = (struct way_entry *)(void *)fill;
    assert(entry->magic == WAY_ENTRY_MAGIC && entry->state == WAY_ENTRY_FILLING);
    return entry;
}

struct way_fill *way_fill_begin(struct way_store *store, const struct way_cache_key *key,
                                struct way_text head, unsigned status,
                                const struct way_cache_times *times, int64_t expected)
{
    assert(store->magic == STORE_MAGIC);
    if (expected > 0 && (uint64_t)expected > store->object)
        return NULL;
    size_t bytes = way_entry_base_charge(key->bytes.len, head.len);
    if (!charge(store, bytes))
        return NULL;
    struct way_entry *entry = calloc(1, sizeof *entry + key->bytes.len + head.len);
    if (!entry) {
        store->stats.used -= bytes;
        return NULL;
    }
    entry->magic = WAY_ENTRY_MAGIC;
    entry->state = WAY_ENTRY_FILLING;
    entry->store = store;
    entry->charge = bytes;
    entry->hash = key->hash;
    entry->times = *times;
    entry->status = status;
    entry->expected = expected;
    entry->key_len = key->bytes.len;
    entry->head_len = head.len;
    memcpy(entry->bytes, key->bytes.data, entry->key_len);
    memcpy(entry->bytes + entry->key_len, head.at, head.len);
    list_add(&store->fills, entry);
    store->stats.fills++;
    return (struct way_fill *)(void *)entry;
}

static int add_segment(struct way_entry *entry, size_t piece)
{
    struct way_store *store = entry->store;
    size_t room = way_entry_next_room(entry, piece);
    size_t bytes = sizeof(struct way_segment) + room + WAY_ALLOCATION_EXTRA;
    if (!charge(store, bytes))
        return -ENOSPC;
    struct way_segment *segment = malloc(sizeof *segment + room);
    if (!segment) {
        store->stats.used -= bytes;
        return -ENOMEM;
    }
    *segment = (struct way_segment){.room = room};
    entry->charge += bytes;
    if (entry->last)
        entry->last->next = segment;
    else
        entry->first = segment;
    entry->last = segment;
    return 0;
}

int way_fill_append(struct way_fill *fill, const void *data, size_t len)
{
    struct way_entry *entry = filled(fill);
    uint64_t most = entry->expected >= 0 ? (uint64_t)entry->expected : entry->store->object;
    if (len > most - entry->length)
        return -EFBIG;
    const char *at = data;
    while (len > 0) {
        if (!entry->last || entry->last->used == entry->last->room) {
            int error = add_segment(entry, len);
            if (error)
                return error;
        }
        struct way_segment *segment = entry->last;
        size_t piece = segment->room - segment->used < len ? segment->room - segment->used : len;
        memcpy(segment->data + segment->used, at, piece);
        segment->used += piece;
        entry->length += piece;
        at += piece;
        len -= piece;
    }
    return 0;
}

void way_fill_abandon(struct way_fill **fill)
{
    struct way_fill *gone = *fill;
    *fill = NULL;
    if (!gone)
        return;
    struct way_entry *entry = filled(gone);
    list_remove(&entry->store->fills, entry);
    entry->store->stats.fills--;
    free_entry(entry);
}

static void put(struct way_store *store, struct way_entry *entry)
{
    struct way_entry **link = find(store, entry->hash, entry->bytes, entry->key_len);
    if (*link) {
        take_out(store, link);
        store->stats.replaced++;
    }
    list_remove(&store->fills, entry);
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

int way_fill_commit(struct way_fill **fill)
{
    struct way_entry *entry = filled(*fill);
    bool is_short = entry->expected >= 0 && entry->length < (uint64_t)entry->expected;
    if (is_short || entry->doomed) {
        way_fill_abandon(fill);
        return is_short ? -EINVAL : -ESTALE;
    }
    *fill = NULL;
    put(entry->store, entry);
    return 0;
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
    assert(store->magic == STORE_MAGIC);
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
