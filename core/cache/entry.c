/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Entries by themselves: charge, body pieces, end.
 */
#include "core/cache/entry.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cache/store.h"

size_t way_entry_base_charge(size_t key_len, size_t head_len)
{
    return sizeof(struct way_entry) + key_len + head_len + WAY_ALLOCATION_EXTRA;
}

void way_entry_free(struct way_entry *entry)
{
    assert(entry->magic == WAY_ENTRY_MAGIC && entry->readers == 0);
    entry->magic = 0;
    for (struct way_segment *segment = entry->first; segment;) {
        struct way_segment *next = segment->next;
        free(segment);
        segment = next;
    }
    free(entry);
}

bool way_entry_check(const struct way_entry *entry)
{
    assert(entry->magic == WAY_ENTRY_MAGIC);
    size_t charge = way_entry_base_charge(entry->key_len, entry->head_len);
    uint64_t length = 0;
    const struct way_segment *last = NULL;
    for (const struct way_segment *s = entry->first; s; s = s->next) {
        assert(s->used > 0 && s->used <= s->room);
        assert(s->used == s->room || !s->next);
        charge += sizeof *s + s->room + WAY_ALLOCATION_EXTRA;
        length += s->used;
        last = s;
    }
    assert(last == entry->last);
    assert(charge == entry->charge && length == entry->length);
    assert(entry->state == WAY_ENTRY_FILLING || entry->expected < 0 ||
           (uint64_t)entry->expected == length);
    return true;
}

size_t way_entry_next_room(const struct way_entry *entry, size_t piece)
{
    size_t room = piece;
    if (entry->expected >= 0) {
        room = (size_t)((uint64_t)entry->expected - entry->length);
    } else {
        size_t grown = entry->last ? entry->last->room * 2 : WAY_SEGMENT_MIN;
        room = room > grown ? room : grown;
    }
    return room < WAY_SEGMENT_MAX ? room : WAY_SEGMENT_MAX;
}

size_t way_entry_trim(struct way_entry *entry)
{
    struct way_segment **link = &entry->first;
    while (*link && (*link)->next)
        link = &(*link)->next;
    if (!*link || (*link)->used == (*link)->room)
        return 0;
    size_t saved = (*link)->room - (*link)->used;
    struct way_segment *smaller = realloc(*link, sizeof **link + (*link)->used);
    if (!smaller)
        return 0;
    smaller->room = smaller->used;
    *link = entry->last = smaller;
    entry->charge -= saved;
    return saved;
}

const struct way_cache_times *way_entry_times(const struct way_entry *entry)
{
    return &entry->times;
}

struct way_text way_entry_head(const struct way_entry *entry)
{
    return (struct way_text){entry->bytes + entry->key_len, entry->head_len};
}

unsigned way_entry_status(const struct way_entry *entry)
{
    return entry->status;
}

uint64_t way_entry_length(const struct way_entry *entry)
{
    return entry->length;
}

struct way_text way_entry_body(struct way_entry *entry, uint64_t offset)
{
    assert(entry->magic == WAY_ENTRY_MAGIC && entry->readers > 0);
    if (!entry->cursor || offset < entry->cursor_offset) {
        entry->cursor = entry->first;
        entry->cursor_offset = 0;
    }
    while (entry->cursor && offset - entry->cursor_offset >= entry->cursor->used) {
        entry->cursor_offset += entry->cursor->used;
        entry->cursor = entry->cursor->next;
    }
    if (!entry->cursor)
        return (struct way_text){NULL, 0};
    size_t skip = (size_t)(offset - entry->cursor_offset);
    return (struct way_text){entry->cursor->data + skip, entry->cursor->used - skip};
}
