/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A set-associative table, and the arithmetic of RFC 791, 3.2.
 */
#include "core/router/fragments.h"

#include <assert.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"

enum {
    FRAGMENT_UNIT = 8,      /* bytes: offsets count in these */
    MORE_FRAGMENTS = 0x2000 /* in the field of flags and offset */
};

/* ---- the table ---- */

static size_t set_of(const struct way_ipv4 *ip)
{
    uint32_t mixed = (ip->source ^ (ip->destination * 0x9e3779b1u)) + ip->identification;
    mixed *= 0x85ebca6bu;
    return (mixed >> 16) % WAY_FRAGMENTS_SETS;
}

static int is_of(const struct way_fragment_entry *entry, const struct way_ipv4 *ip)
{
    return entry->fate != WAY_FRAGMENT_UNKNOWN && entry->source == ip->source &&
           entry->destination == ip->destination && entry->identification == ip->identification &&
           entry->protocol == ip->protocol;
}

void way_fragments_note(struct way_fragments *table, const struct way_ipv4 *first,
                        enum way_fragment_fate fate, int64_t now)
{
    struct way_fragment_entry *set = table->entries[set_of(first)];
    struct way_fragment_entry *chosen = &set[0];
    for (int i = 0; i < WAY_FRAGMENTS_WAYS; i++) {
        if (is_of(&set[i], first)) {
            chosen = &set[i];
            break;
        }
        if (set[i].since < chosen->since)
            chosen = &set[i];
    }
    *chosen = (struct way_fragment_entry){.source = first->source,
                                          .destination = first->destination,
                                          .identification = first->identification,
                                          .protocol = first->protocol,
                                          .fate = (uint8_t)fate,
                                          .since = now};
}

enum way_fragment_fate way_fragments_ask(const struct way_fragments *table,
                                         const struct way_ipv4 *later, int64_t now)
{
    const struct way_fragment_entry *set = table->entries[set_of(later)];
    for (int i = 0; i < WAY_FRAGMENTS_WAYS; i++)
        if (is_of(&set[i], later) && now - set[i].since <= WAY_FRAGMENTS_NS)
            return (enum way_fragment_fate)set[i].fate;
    return WAY_FRAGMENT_UNKNOWN;
}

/* ---- cutting ---- */

size_t way_fragment_cut(const struct way_ipv4 *whole, struct way_cursor *rest, size_t limit,
                        uint8_t *out, size_t room)
{
    assert(whole->header_len == WAY_IPV4_BASE_LEN && !whole->dont_fragment);
    size_t most = limit < room ? limit : room;
    size_t left = way_cursor_left(rest);
    if (left == 0 || most < WAY_IPV4_BASE_LEN + FRAGMENT_UNIT)
        return 0;
    size_t size = most - WAY_IPV4_BASE_LEN; /* all but the last are whole units */
    size = size < left ? size / FRAGMENT_UNIT * FRAGMENT_UNIT : left;
    size_t offset = whole->fragment_offset + way_cursor_left(&whole->payload) - left;
    unsigned field = (unsigned)(offset / FRAGMENT_UNIT);
    if (size < left || whole->more_fragments)
        field |= MORE_FRAGMENTS;

    struct way_cursor header = whole->header;
    memcpy(out, way_cursor_peel(&header, WAY_IPV4_BASE_LEN), WAY_IPV4_BASE_LEN);
    memcpy(out + WAY_IPV4_BASE_LEN, way_cursor_peel(rest, size), size);
    way_bytes_put16(out + WAY_IPV4_AT_TOTAL_LEN, (uint16_t)(WAY_IPV4_BASE_LEN + size));
    way_bytes_put16(out + 6, (uint16_t)field);
    way_bytes_put16(out + WAY_IPV4_AT_CHECKSUM, 0);
    way_bytes_put16(out + WAY_IPV4_AT_CHECKSUM, way_csum_of(out, WAY_IPV4_BASE_LEN));
    return WAY_IPV4_BASE_LEN + size;
}
