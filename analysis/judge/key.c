/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values as keys: one 64-bit hash (XXH3) for all that must be equal. Two that
 * differ share one in some 10^-19 of cases.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analysis/judge/pass.h"

static uint64_t mix(uint64_t key, const void *bytes, size_t len)
{
    return XXH3_64bits_withSeed(bytes, len, key);
}

static uint64_t mix_number(uint64_t key, uint64_t number)
{
    return mix(key, &number, sizeof number);
}

uint64_t way_key_of_two(uint64_t one, uint64_t two)
{
    uint64_t key = mix_number(one, two);

    return key ? key : 1;
}

static uint64_t mix_datum(uint64_t key, const struct way_datum *datum)
{
    enum way_sort family = way_sort_family(datum->sort);

    if (datum->shape != WAY_ONE) {
        key = mix_number(key, datum->count);
        for (size_t i = 0; i < datum->count; i++)
            key = mix_datum(key, &datum->items[i]);
        return key;
    }
    if (family == WAY_SORT_BYTES)
        return mix(mix_number(key, datum->bytes.len), datum->bytes.at, datum->bytes.len);
    if (datum->sort == WAY_SORT_REAL)
        return mix(key, &datum->real, sizeof datum->real);
    return mix_number(key, (uint64_t)datum->number);
}

bool way_key_of(struct way_pass *pass, struct way_term *const *terms, size_t count, uint64_t *out)
{
    *out = count;
    for (size_t i = 0; i < count; i++) {
        struct way_datum datum;
        if (!way_evaluate_value(&pass->evaluation, terms[i], &datum))
            return false;
        *out = mix_datum(*out, &datum);
    }
    return true;
}

bool way_join_key(struct way_pass *pass, const struct way_rule *rule, bool main, uint64_t *out)
{
    *out = rule->key_count;
    for (size_t i = 0; i < rule->key_count; i++) {
        const struct way_key *key = &rule->keys[i];
        struct way_datum datum;
        if (!way_evaluate_value(&pass->evaluation, main ? key->main : key->other, &datum))
            return false;
        *out = mix_datum(*out, &datum);
    }
    return true;
}

static uint64_t mix_cursor(uint64_t key, struct way_cursor cursor)
{
    return mix(key, cursor.at ? (const void *)cursor.at : "", way_cursor_left(&cursor));
}

/* The header as it stands, but for what routers change. */
static uint64_t mix_header(uint64_t key, const struct way_ipv4 *ip)
{
    uint8_t header[WAY_IPV4_HEADER_MAX] = {0};
    struct way_cursor bytes = ip->header;
    size_t len = way_cursor_left(&bytes);

    len = len < sizeof header ? len : sizeof header;
    for (size_t i = 0; i < len; i++)
        header[i] = bytes.at[i];
    header[WAY_IPV4_AT_TTL] = 0;
    header[WAY_IPV4_AT_CHECKSUM] = header[WAY_IPV4_AT_CHECKSUM + 1] = 0;
    return mix(key, header, len);
}

static uint64_t mix_transport(uint64_t key, const struct way_level *level)
{
    if (level->present >> WAY_LAYER_TCP & 1) {
        const struct way_tcp *tcp = &level->tcp;
        key = mix_number(key, (uint64_t)tcp->source_port << 16 | tcp->destination_port);
        key = mix_number(key, (uint64_t)tcp->seq << 32 | tcp->ack);
        return mix_cursor(mix_number(key, tcp->flags), tcp->payload);
    }
    if (level->present >> WAY_LAYER_UDP & 1) {
        const struct way_udp *udp = &level->udp;
        key = mix_number(key, (uint64_t)udp->source_port << 16 | udp->destination_port);
        return mix_cursor(key, udp->payload);
    }
    return mix_cursor(key, level->ip.payload);
}

uint64_t way_packet_identity(struct way_view *view, bool exact)
{
    enum { LINK_HEADER = 14 };
    const struct way_level *level = way_view_level(view, 0);
    const struct way_record *record = view->record;
    const struct way_ipv4 *ip = &level->ip;

    if (!(level->present >> WAY_LAYER_IP & 1)) {
        size_t skipped = record->len < LINK_HEADER ? record->len : LINK_HEADER;
        return mix(1, record->bytes + skipped, record->len - skipped);
    }
    if (exact)
        return mix_cursor(mix_header(2, ip), ip->payload);
    uint64_t key = mix_number(3, (uint64_t)ip->source << 32 | (uint64_t)ip->identification << 8 |
                                     ip->protocol);
    return mix_transport(mix_number(key, ip->fragment_offset), level);
}

bool way_relation_is_exact(enum way_relation relation)
{
    return relation == WAY_RELATION_APPEARS || relation == WAY_RELATION_VANISHES;
}
