/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of held SYNs: slots, a keyed hash over them, and the rules.
 *
 * All memory is taken at once. A slot is on exactly one chain: that of its bucket
 * while it is held or released, that of the free slots, or none (it has come to
 * an end, and its owner is about to give it back).
 */
#include "core/proxy/hold.h"

#include <assert.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define NOWHERE UINT32_MAX

struct way_hold {
    struct way_hold_limits limits;
    uint64_t seed;
    uint32_t in_use;
    uint32_t free;        /* first free slot, or NOWHERE */
    uint32_t bucket_mask; /* buckets - 1; a power of two of them */
    uint32_t *buckets;    /* first slot of each, or NOWHERE */
    struct way_hold_entry *slots;
};

static_assert(WAY_HOLD_STATE_COUNT == 7, "a new state needs its rules in hold.h and here");

static bool is_found(const struct way_hold_entry *entry)
{
    return entry->state == WAY_HOLD_HELD || entry->state == WAY_HOLD_RELEASED;
}

static uint32_t *bucket_of(struct way_hold *table, const struct way_tuple *tuple)
{
    uint32_t key[3] = {tuple->client, tuple->origin,
                       (uint32_t)tuple->client_port << 16 | tuple->origin_port};
    uint64_t hash = XXH3_64bits_withSeed(key, sizeof key, table->seed);
    return &table->buckets[hash & table->bucket_mask];
}

static uint32_t slot_of(const struct way_hold *table, const struct way_hold_entry *entry)
{
    assert(entry >= table->slots && entry < table->slots + table->limits.entries);
    return (uint32_t)(entry - table->slots);
}

struct way_hold *way_hold_new(const struct way_hold_limits *limits, uint64_t seed)
{
    assert(limits->entries >= 1 && limits->entries <= 1U << 20);
    uint32_t buckets = 1;
    while (buckets < limits->entries)
        buckets *= 2;
    struct way_hold *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    *table = (struct way_hold){.limits = *limits, .seed = seed, .bucket_mask = buckets - 1};
    table->buckets = malloc(buckets * sizeof *table->buckets);
    table->slots = calloc(limits->entries, sizeof *table->slots);
    if (!table->buckets || !table->slots) {
        way_hold_free(&table);
        return NULL;
    }
    for (uint32_t i = 0; i < buckets; i++)
        table->buckets[i] = NOWHERE;
    for (uint32_t i = 0; i < limits->entries; i++)
        table->slots[i].next = i + 1 < limits->entries ? i + 1 : NOWHERE;
    return table;
}

void way_hold_free(struct way_hold **table)
{
    if (*table) {
        free((*table)->buckets);
        free((*table)->slots);
        free(*table);
    }
    *table = NULL;
}

struct way_hold_entry *way_hold_find(struct way_hold *table, const struct way_tuple *tuple)
{
    for (uint32_t i = *bucket_of(table, tuple); i != NOWHERE; i = table->slots[i].next)
        if (way_tuple_equal(&table->slots[i].tuple, tuple))
            return &table->slots[i];
    return NULL;
}

/* Takes a free slot and chains it into its tuple's bucket; NULL when there is none. */
static struct way_hold_entry *take_slot(struct way_hold *table, const struct way_tuple *tuple)
{
    if (table->free == NOWHERE)
        return NULL;
    uint32_t slot = table->free;
    struct way_hold_entry *entry = &table->slots[slot];
    assert(entry->state == WAY_HOLD_FREE);
    table->free = entry->next;
    table->in_use++;
    uint32_t *bucket = bucket_of(table, tuple);
    *entry = (struct way_hold_entry){.tuple = *tuple, .state = WAY_HOLD_HELD, .next = *bucket};
    *bucket = slot;
    return entry;
}

/* Takes the entry off its bucket's chain and into the state of an end. */
static void bring_to_end(struct way_hold *table, struct way_hold_entry *entry,
                         enum way_hold_state end)
{
    assert(is_found(entry) && end > WAY_HOLD_RELEASED);
    uint32_t slot = slot_of(table, entry);
    uint32_t *link = bucket_of(table, &entry->tuple);
    while (*link != slot) {
        assert(*link != NOWHERE);
        link = &table->slots[*link].next;
    }
    *link = entry->next;
    entry->next = NOWHERE;
    entry->before = entry->state;
    entry->state = end;
}

/* Notes another copy of the held SYN, and how long its client may now be silent. */
static void note_copy(const struct way_hold *table, struct way_hold_entry *entry, int64_t now)
{
    if (entry->copies++)
        entry->gap = now - entry->last_seen;
    entry->last_seen = now;
    int64_t patience = 2 * entry->gap + table->limits.grace;
    if (patience < table->limits.floor)
        patience = table->limits.floor;
    entry->deadline = now + patience;
}

/* Begins (again) with the SYN of this sequence number. */
static void note_first(const struct way_hold *table, struct way_hold_entry *entry, uint32_t seq,
                       int64_t now)
{
    entry->seq = seq;
    entry->first_seen = now;
    entry->copies = 0;
    entry->gap = 0;
    note_copy(table, entry, now);
}

static struct way_hold_decision drop(enum way_hold_drop why)
{
    return (struct way_hold_decision){.verdict = WAY_HOLD_DROP, .drop = why};
}

static struct way_hold_decision decide(enum way_hold_verdict verdict, struct way_hold_entry *entry)
{
    return (struct way_hold_decision){.verdict = verdict, .entry = entry};
}

static struct way_hold_decision decide_known(struct way_hold *table, struct way_hold_entry *entry,
                                             uint32_t seq, int64_t now)
{
    if (entry->state == WAY_HOLD_RELEASED) {
        entry->deadline = now + table->limits.accept_timeout;
        return decide(WAY_HOLD_PASS, entry);
    }
    assert(entry->state == WAY_HOLD_HELD);
    if (entry->seq == seq) {
        note_copy(table, entry, now);
        return decide(WAY_HOLD_ABSORB, entry);
    }
    note_first(table, entry, seq, now);
    return decide(WAY_HOLD_REPLACE, entry);
}

struct way_hold_decision way_hold_syn(struct way_hold *table, const struct way_hold_syn *syn,
                                      int64_t now)
{
    assert((syn->flags & WAY_TCP_SYN) && !(syn->flags & WAY_TCP_ACK));
    if (syn->checksum_wrong)
        return drop(WAY_HOLD_DROP_CHECKSUM);
    if (syn->flags & (WAY_TCP_FIN | WAY_TCP_RST))
        return drop(WAY_HOLD_DROP_FLAGS);
    struct way_hold_entry *entry = way_hold_find(table, &syn->tuple);
    if (entry)
        return decide_known(table, entry, syn->seq, now);
    if (syn->kernel == WAY_HOLD_KERNEL_LIVE)
        return decide(WAY_HOLD_PASS, NULL);
    entry = take_slot(table, &syn->tuple);
    if (!entry)
        return drop(WAY_HOLD_DROP_FULL);
    note_first(table, entry, syn->seq, now);
    return decide(WAY_HOLD_KEEP, entry);
}

struct way_hold_decision way_hold_reset(struct way_hold *table, const struct way_tuple *tuple,
                                        uint32_t seq)
{
    struct way_hold_entry *entry = way_hold_find(table, tuple);
    if (!entry || (seq != entry->seq && seq != entry->seq + 1))
        return decide(WAY_HOLD_PASS, NULL);
    bring_to_end(table, entry, WAY_HOLD_RESET);
    return decide(WAY_HOLD_ABANDON, entry);
}

void way_hold_release(struct way_hold *table, struct way_hold_entry *entry, int64_t now)
{
    assert(entry->state == WAY_HOLD_HELD);
    entry->state = WAY_HOLD_RELEASED;
    entry->deadline = now + table->limits.accept_timeout;
}

struct way_hold_entry *way_hold_claim(struct way_hold *table, const struct way_tuple *tuple,
                                      uint32_t seq)
{
    struct way_hold_entry *entry = way_hold_find(table, tuple);
    if (!entry || entry->state != WAY_HOLD_RELEASED || entry->seq != seq)
        return NULL;
    bring_to_end(table, entry, WAY_HOLD_ACCEPTED);
    return entry;
}

void way_hold_refuse(struct way_hold *table, struct way_hold_entry *entry)
{
    assert(entry->state == WAY_HOLD_HELD);
    bring_to_end(table, entry, WAY_HOLD_REFUSED);
}

struct way_hold_entry *way_hold_expired(struct way_hold *table, int64_t now)
{
    for (uint32_t i = 0; table->in_use > 0 && i < table->limits.entries; i++) {
        struct way_hold_entry *entry = &table->slots[i];
        if (is_found(entry) && entry->deadline <= now) {
            bring_to_end(table, entry, WAY_HOLD_EXPIRED);
            return entry;
        }
    }
    return NULL;
}

void way_hold_end(struct way_hold *table, struct way_hold_entry **entry)
{
    struct way_hold_entry *ended = *entry;
    *entry = NULL;
    assert(ended->state > WAY_HOLD_RELEASED);
    uint32_t slot = slot_of(table, ended);
    *ended = (struct way_hold_entry){.next = table->free};
    table->free = slot;
    table->in_use--;
}

struct way_hold_entry *way_hold_each(struct way_hold *table, struct way_hold_entry *entry)
{
    for (uint32_t i = entry ? slot_of(table, entry) + 1 : 0; i < table->limits.entries; i++)
        if (table->slots[i].state != WAY_HOLD_FREE)
            return &table->slots[i];
    return NULL;
}

uint32_t way_hold_count(const struct way_hold *table)
{
    return table->in_use;
}

void way_hold_assert(struct way_hold *table)
{
    uint32_t used = 0, chained = 0, unused = 0;
    for (struct way_hold_entry *e = way_hold_each(table, NULL); e; e = way_hold_each(table, e)) {
        used++;
        assert((way_hold_find(table, &e->tuple) == e) == is_found(e));
        chained += is_found(e);
    }
    for (uint32_t b = 0; b <= table->bucket_mask; b++)
        for (uint32_t i = table->buckets[b]; i != NOWHERE; i = table->slots[i].next)
            chained--;
    for (uint32_t i = table->free; i != NOWHERE; i = table->slots[i].next)
        unused++;
    assert(used == table->in_use && chained == 0 && used + unused == table->limits.entries);
    (void)chained;
    (void)used;
    (void)unused;
}

const char *way_hold_drop_name(enum way_hold_drop why)
{
#define WAY_HOLD_DROP_NAME(suffix, name) [WAY_HOLD_DROP_##suffix] = (name),
    static const char *const names[] = {WAY_HOLD_DROPS(WAY_HOLD_DROP_NAME)};
#undef WAY_HOLD_DROP_NAME
    assert(why < WAY_HOLD_DROP_COUNT);
    return names[why];
}
