/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Chained buckets over one array that grows by doubling; places in it are numbers
 * from 1, 0 is none. Who makes room is found by a hand that goes round: it passes over
 * those that were touched since it last came by (a list in the order of silence would
 * cost two more misses of the cache a packet).
 */
#include "analysis/dissect/flow_table.h"

#include <stdlib.h>
#include <string.h>

enum { GROWS_FROM = 256, LEAST = 16, BUCKETS_LEAST = 1024, BUCKETS_MOST = 65536 };

struct way_flow_table {
    struct way_flow *flows; /* flows[0] is not used */
    uint32_t count, room;   /* streams, and how many there is memory for */
    size_t *left, taken;    /* of those that may be, in all; of these: by this table */
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t hand;
};

struct way_flow_table *way_flow_table_new(size_t *left)
{
    struct way_flow_table *table = calloc(1, sizeof *table);
    uint32_t buckets = BUCKETS_LEAST;

    if (!table)
        return NULL;
    while (buckets < *left && buckets < BUCKETS_MOST)
        buckets *= 2;
    table->left = left;
    table->bucket_mask = buckets - 1;
    table->buckets = calloc(buckets, sizeof *table->buckets);
    if (!table->buckets)
        way_flow_table_free(&table);
    return table;
}

static uint32_t *bucket_of(struct way_flow_table *table, const struct way_flow_key *key)
{
    uint64_t hash = ((uint64_t)key->address[0] << 32 | key->address[1]) * 0x9e3779b97f4a7c15;

    hash ^= ((uint64_t)key->port[0] << 16 | key->port[1]) * 0xc2b2ae3d27d4eb4f;
    hash *= 0x9e3779b97f4a7c15;
    return &table->buckets[hash >> 32 & table->bucket_mask];
}

static bool same_key(const struct way_flow_key *a, const struct way_flow_key *b)
{
    return a->address[0] == b->address[0] && a->address[1] == b->address[1] &&
           a->port[0] == b->port[0] && a->port[1] == b->port[1];
}

struct way_flow *way_flow_table_find(struct way_flow_table *table, const struct way_flow_key *key)
{
    uint32_t at = *bucket_of(table, key);

    while (at && !same_key(&table->flows[at].key, key))
        at = table->flows[at].chain;
    if (!at)
        return NULL;
    table->flows[at].touched = true;
    return &table->flows[at];
}

/* Whether there is room for one more, made if need be. A table that has come too late for any
 * has a few all the same. */
static bool grow(struct way_flow_table *table)
{
    if (table->count < table->room)
        return true;
    uint32_t more = table->room ? table->room : GROWS_FROM;
    bool late = table->room == 0 && *table->left == 0;
    if (more > *table->left)
        more = late ? LEAST : (uint32_t)*table->left;
    if (more == 0)
        return false;
    struct way_flow *flows = reallocarray(table->flows, table->room + more + 1UL, sizeof *flows);
    if (!flows)
        return false;
    if (!late) {
        *table->left -= more;
        table->taken += more;
    }
    table->flows = flows;
    table->room += more;
    return true;
}

/* The next place that nobody has touched for a whole round. */
static uint32_t find_silent(struct way_flow_table *table)
{
    for (;;) {
        table->hand = table->hand % table->count + 1;
        struct way_flow *flow = &table->flows[table->hand];
        if (!flow->touched)
            return table->hand;
        flow->touched = false;
    }
}

/* Takes a silent one out of its bucket, and returns its place. */
static uint32_t push_out(struct way_flow_table *table,
                         void (*pushed)(struct way_flow *flow, void *context), void *context)
{
    uint32_t at = find_silent(table);
    struct way_flow *flow = &table->flows[at];
    uint32_t *link = bucket_of(table, &flow->key);

    pushed(flow, context);
    while (*link != at)
        link = &table->flows[*link].chain;
    *link = flow->chain;
    return at;
}

struct way_flow *way_flow_table_add(struct way_flow_table *table, const struct way_flow_key *key,
                                    void (*pushed)(struct way_flow *flow, void *context),
                                    void *context)
{
    uint32_t at;

    if (grow(table))
        at = ++table->count;
    else if (table->count)
        at = push_out(table, pushed, context);
    else
        return NULL;
    uint32_t *bucket = bucket_of(table, key);
    table->flows[at] = (struct way_flow){.key = *key, .chain = *bucket, .touched = true};
    *bucket = at;
    return &table->flows[at];
}

void way_flow_table_each(struct way_flow_table *table,
                         void (*each)(struct way_flow *flow, void *context), void *context)
{
    for (uint32_t at = 1; at <= table->count; at++)
        each(&table->flows[at], context);
}

void way_flow_table_free(struct way_flow_table **table)
{
    if (!*table)
        return;
    *(*table)->left += (*table)->taken;
    free((*table)->flows);
    free((*table)->buckets);
    free(*table);
    *table = NULL;
}
