/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The store: its bound, its references, and a random workload beside a model.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"
#include "tests/unit/tap.h"

enum { KEYS = 24, READERS = 6, FILLS = 4, STEPS = 40000, LARGEST = 9000 };

static struct way_cache_key key_of(unsigned number)
{
    struct way_cache_key key;
    char path[16];
    snprintf(path, sizeof path, "/%u", number);
    if (way_cache_key_from(&key, 1, 80, way_text_of("h"), way_text_of(path)))
        abort();
    return key;
}

/* Bodies that say what they are: byte i of version v. */
static char body_byte(unsigned version, uint64_t i)
{
    return (char)((uint64_t)version * 31 + i * 7 + i / 251);
}

static void fill_body(char *body, unsigned version, uint64_t offset, size_t len)
{
    for (size_t i = 0; i < len; i++)
        body[i] = body_byte(version, offset + i);
}

static bool body_is(struct way_entry *entry, unsigned version, uint64_t length)
{
    uint64_t at = 0;
    for (;;) {
        struct way_text piece = way_entry_body(entry, at);
        for (size_t i = 0; i < piece.len; i++)
            if (piece.at[i] != body_byte(version, at + i))
                return false;
        at += piece.len;
        if (piece.len == 0)
            return at == length && way_entry_length(entry) == length;
    }
}

/* The version is kept as the entry's status, so that what is got says what it is. */
static struct way_fill *begin(struct way_store *store, unsigned number, unsigned version,
                              int64_t expected)
{
    struct way_cache_key key = key_of(number);
    struct way_cache_times times = {.lifetime = version};
    struct way_fill *fill =
        way_fill_begin(store, &key, way_text_of("HTTP/1.1 200 OK\r\n"), version, &times, expected);
    way_cache_key_free(&key);
    return fill;
}

static struct way_entry *get(struct way_store *store, unsigned number)
{
    struct way_cache_key key = key_of(number);
    struct way_entry *entry = way_store_get(store, &key);
    way_cache_key_free(&key);
    return entry;
}

static void invalidate(struct way_store *store, unsigned number)
{
    struct way_cache_key key = key_of(number);
    way_store_invalidate(store, &key);
    way_cache_key_free(&key);
}

static struct way_store *store_of(size_t size, size_t object)
{
    struct way_store *store =
        way_store_new(&(struct way_store_config){.size = size, .object = object});
    if (!store)
        abort();
    return store;
}

/* Stores a body of `len` bytes; returns whether that worked. */
static bool put(struct way_store *store, unsigned number, unsigned version, size_t len)
{
    char body[LARGEST];
    struct way_fill *fill = begin(store, number, version, (int64_t)len);
    if (!fill)
        return false;
    fill_body(body, version, 0, len);
    if (way_fill_append(fill, body, len)) {
        way_fill_abandon(&fill);
        return false;
    }
    return way_fill_commit(&fill) == 0;
}

static void keeps_what_it_is_given(void)
{
    struct way_store *store = store_of(65536, LARGEST);
    CU_ASSERT_TRUE(put(store, 1, 7, 3000));
    struct way_entry *entry = get(store, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
    CU_ASSERT_EQUAL(way_entry_status(entry), 7);
    CU_ASSERT_EQUAL(way_entry_times(entry)->lifetime, 7);
    CU_ASSERT(way_text_is(way_entry_head(entry), "HTTP/1.1 200 OK\r\n"));
    CU_ASSERT_TRUE(body_is(entry, 7, 3000));
    CU_ASSERT_EQUAL(way_entry_body(entry, 3000).len, 0);
    CU_ASSERT_EQUAL(way_entry_body(entry, 2999).len, 1);
    CU_ASSERT_PTR_NULL(get(store, 2));
    way_entry_release(&entry);
    CU_ASSERT_PTR_NULL(entry);
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
    CU_ASSERT_PTR_NULL(store);
}

static void evicts_the_least_recently_used(void)
{
    struct way_store *store = store_of(16384, LARGEST);
    CU_ASSERT_TRUE(put(store, 1, 1, 4000));
    CU_ASSERT_TRUE(put(store, 2, 1, 4000));
    CU_ASSERT_TRUE(put(store, 3, 1, 4000));
    struct way_entry *first = get(store, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    way_entry_used(first);
    way_entry_release(&first);
    CU_ASSERT_TRUE(put(store, 4, 1, 4000));
    struct way_entry *second = get(store, 2);
    CU_ASSERT_PTR_NULL(second);
    first = get(store, 1);
    CU_ASSERT_PTR_NOT_NULL(first);
    way_entry_release(&first);
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
}

/* A reader keeps an evicted entry; it stays counted, so the store refuses rather than grow. */
static void readers_keep_entries_within_the_bound(void)
{
    struct way_store *store = store_of(16384, LARGEST);
    struct way_store_stats stats;
    CU_ASSERT_TRUE(put(store, 1, 9, 9000));
    struct way_entry *reader = get(store, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
    CU_ASSERT_FALSE(put(store, 2, 1, 9000));
    CU_ASSERT_PTR_NULL(get(store, 1));
    CU_ASSERT_TRUE(body_is(reader, 9, 9000));
    way_store_stats(store, &stats);
    CU_ASSERT_EQUAL(stats.gone, 1);
    CU_ASSERT_EQUAL(stats.entries, 0);
    CU_ASSERT_EQUAL(stats.evicted, 1);
    CU_ASSERT(way_store_check(store));
    way_entry_release(&reader);
    CU_ASSERT_TRUE(put(store, 2, 1, 9000));
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
}

static void bounds_objects(void)
{
    struct way_store *store = store_of(65536, 1000);
    char body[1001] = {0};
    CU_ASSERT_PTR_NULL(begin(store, 1, 1, 1001));
    struct way_fill *fill = begin(store, 1, 1, -1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fill);
    CU_ASSERT_EQUAL(way_fill_append(fill, body, 1000), 0);
    CU_ASSERT_EQUAL(way_fill_append(fill, body, 1), -EFBIG);
    way_fill_abandon(&fill);
    CU_ASSERT_PTR_NULL(fill);
    fill = begin(store, 1, 1, 5);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fill);
    CU_ASSERT_EQUAL(way_fill_append(fill, body, 6), -EFBIG);
    CU_ASSERT_EQUAL(way_fill_append(fill, body, 4), 0);
    CU_ASSERT_EQUAL(way_fill_commit(&fill), -EINVAL);
    CU_ASSERT_PTR_NULL(fill);
    CU_ASSERT_PTR_NULL(get(store, 1));
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
}

/* What was asked for before an unsafe request is not stored after it (RFC 9111, 4.4). */
static void invalidation_dooms_fills(void)
{
    struct way_store *store = store_of(65536, 1000);
    CU_ASSERT_TRUE(put(store, 1, 1, 10));
    struct way_fill *fill = begin(store, 1, 2, -1);
    struct way_fill *other = begin(store, 2, 2, -1);
    invalidate(store, 1);
    CU_ASSERT_PTR_NULL(get(store, 1));
    CU_ASSERT_EQUAL(way_fill_commit(&fill), -ESTALE);
    CU_ASSERT_EQUAL(way_fill_commit(&other), 0);
    CU_ASSERT_PTR_NULL(get(store, 1));
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
    CU_ASSERT_PTR_NULL(way_store_new(&(struct way_store_config){.size = 100}));
}

/* A body of unknown length, in small pieces, costs little more than its bytes. */
static void wastes_little(void)
{
    struct way_store *store = store_of(1 << 20, 1 << 19);
    struct way_store_stats before;
    struct way_store_stats after;
    way_store_stats(store, &before);
    struct way_fill *fill = begin(store, 1, 1, -1);
    for (unsigned i = 0; i < 100000; i++) {
        char byte = body_byte(1, i);
        CU_ASSERT_EQUAL_FATAL(way_fill_append(fill, &byte, 1), 0);
    }
    CU_ASSERT_EQUAL(way_fill_commit(&fill), 0);
    way_store_stats(store, &after);
    CU_ASSERT(after.used - before.used < 100000 + 1500);
    struct way_entry *entry = get(store, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
    CU_ASSERT_TRUE(body_is(entry, 1, 100000));
    way_entry_release(&entry);
    CU_ASSERT(way_store_check(store));
    way_store_free(&store);
}

/* The model: for each key the version that may be got, or 0. The store may forget (evict), but
 * never give another version, another body, or pass its bound. */
struct world {
    struct way_store *store;
    unsigned versions[KEYS], lengths[KEYS];
    struct {
        struct way_entry *entry;
        unsigned version, length;
    } readers[READERS];
    struct {
        struct way_fill *fill;
        unsigned number, version, length;
        bool doomed;
    } fills[FILLS];
    unsigned next_version;
    uint32_t random;
    size_t hits, stored;
};

static unsigned draw(struct world *world, unsigned below)
{
    world->random = world->random * 1664525U + 1013904223U;
    return (world->random >> 8) % below;
}

static void step_read(struct world *world)
{
    unsigned slot = draw(world, READERS);
    if (world->readers[slot].entry) {
        CU_ASSERT_FATAL(body_is(world->readers[slot].entry, world->readers[slot].version,
                                world->readers[slot].length));
        way_entry_release(&world->readers[slot].entry);
        return;
    }
    unsigned number = draw(world, KEYS);
    struct way_entry *entry = get(world->store, number);
    if (!entry) {
        world->versions[number] = 0;
        return;
    }
    CU_ASSERT_EQUAL_FATAL(way_entry_status(entry), world->versions[number]);
    way_entry_used(entry);
    world->readers[slot].entry = entry;
    world->readers[slot].version = world->versions[number];
    world->readers[slot].length = world->lengths[number];
    world->hits++;
}

static void end_fill(struct world *world, unsigned slot)
{
    unsigned number = world->fills[slot].number;
    bool doomed = world->fills[slot].doomed;
    int result = way_fill_commit(&world->fills[slot].fill);
    CU_ASSERT_EQUAL_FATAL(result, doomed ? -ESTALE : 0);
    if (doomed)
        return;
    world->versions[number] = world->fills[slot].version;
    world->lengths[number] = world->fills[slot].length;
    world->stored++;
}

static void step_fill(struct world *world)
{
    unsigned slot = draw(world, FILLS);
    if (!world->fills[slot].fill) {
        unsigned number = draw(world, KEYS);
        world->fills[slot].number = number;
        world->fills[slot].version = ++world->next_version;
        world->fills[slot].length = 0;
        world->fills[slot].doomed = false;
        world->fills[slot].fill = begin(world->store, number, world->next_version, -1);
        return;
    }
    if (draw(world, 3) == 0) {
        end_fill(world, slot);
        return;
    }
    char body[3000];
    unsigned len = draw(world, sizeof body);
    fill_body(body, world->fills[slot].version, world->fills[slot].length, len);
    if (way_fill_append(world->fills[slot].fill, body, len))
        way_fill_abandon(&world->fills[slot].fill);
    else
        world->fills[slot].length += len;
}

static void step_invalidate(struct world *world)
{
    unsigned number = draw(world, KEYS);
    invalidate(world->store, number);
    world->versions[number] = 0;
    for (unsigned i = 0; i < FILLS; i++)
        if (world->fills[i].fill && world->fills[i].number == number)
            world->fills[i].doomed = true;
}

static void agrees_with_a_model(void)
{
    struct world world = {.store = store_of(40000, LARGEST), .random = 9};
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned what = draw(&world, 16);
        if (what < 8)
            step_read(&world);
        else if (what < 15)
            step_fill(&world);
        else
            step_invalidate(&world);
        if (i % 8 == 0)
            CU_ASSERT_FATAL(way_store_check(world.store));
    }
    for (unsigned i = 0; i < READERS; i++)
        way_entry_release(&world.readers[i].entry);
    for (unsigned i = 0; i < FILLS; i++)
        way_fill_abandon(&world.fills[i].fill);
    struct way_store_stats stats;
    way_store_stats(world.store, &stats);
    CU_ASSERT(way_store_check(world.store));
    CU_ASSERT(world.hits > 1000 && world.stored > 1000 && stats.evicted > 1000);
    CU_ASSERT(stats.gone == 0 && stats.fills == 0);
    printf("# %zu hits, %zu stored, %llu evicted, %llu refused\n", world.hits, world.stored,
           (unsigned long long)stats.evicted, (unsigned long long)stats.refused);
    way_store_free(&world.store);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is stored is got", keeps_what_it_is_given},
        {"the least recently used leaves first", evicts_the_least_recently_used},
        {"readers keep entries, the bound holds", readers_keep_entries_within_the_bound},
        {"objects have a bound", bounds_objects},
        {"small pieces waste little", wastes_little},
        {"an invalidation dooms fills under way", invalidation_dooms_fills},
        {"a random workload agrees with a model", agrees_with_a_model},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "store", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
