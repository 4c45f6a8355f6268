/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fills: entries on their way in.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/entry.h"

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
    assert(store->magic == WAY_STORE_MAGIC);
    if (expected > 0 && (uint64_t)expected > store->object)
        return NULL;
    size_t bytes = way_entry_base_charge(key->bytes.len, head.len);
    if (!way_store_charge(store, bytes))
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
    way_store_list_add(&store->fills, entry);
    store->stats.fills++;
    return (struct way_fill *)(void *)entry;
}

static int add_segment(struct way_entry *entry, size_t piece)
{
    struct way_store *store = entry->store;
    size_t room = way_entry_next_room(entry, piece);
    size_t bytes = sizeof(struct way_segment) + room + WAY_ALLOCATION_EXTRA;
    if (!way_store_charge(store, bytes))
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
    way_store_list_remove(&entry->store->fills, entry);
    entry->store->stats.fills--;
    way_store_free_entry(entry);
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
    entry->store->stats.used -= way_entry_trim(entry);
    way_store_put(entry->store, entry);
    return 0;
}
