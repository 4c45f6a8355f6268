/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Altering a packet in one place.
 */
#include "analysis/assert/alter.h"

#include <stdio.h>
#include <string.h>

#include "analysis/dissect/field.h"
#include "core/packet/checksum.h"

enum {
    PROTOCOL_UDP = 17,
    IP_AT_CHECKSUM = 10,
    IP_AT_ADDRESSES = 12,
    IP_ADDRESSES_LEN = 8,
    IP_HEADER_MIN = 20
};

/* Spots under collection, of one level. */
struct finding {
    const struct way_record *record;
    struct way_spot *spots;
    size_t count;
    char path[WAY_SPOT_NAME_MAX - 16]; /* "icmp.quoted." */
};

static uint32_t offset_of(const struct finding *finding, const uint8_t *at)
{
    return (uint32_t)(at - finding->record->bytes);
}

static struct way_spot *add(struct finding *finding, const uint8_t *at, size_t len)
{
    uint32_t offset = offset_of(finding, at);

    if (finding->count == WAY_SPOTS_MAX || len == 0 || offset > finding->record->len ||
        len > finding->record->len - offset)
        return NULL;
    struct way_spot *spot = &finding->spots[finding->count++];
    *spot = (struct way_spot){.at = offset, .len = (uint32_t)len};
    return spot;
}

/* Names are cut where a path is very long: they are for people. */
static void name_spot(struct way_spot *spot, const char *path, const char *name)
{
    size_t length = strlen(path), rest = strlen(name);

    length = length < sizeof spot->name - 1 ? length : sizeof spot->name - 1;
    rest = rest < sizeof spot->name - 1 - length ? rest : sizeof spot->name - 1 - length;
    memcpy(spot->name, path, length);
    memcpy(spot->name + length, name, rest);
    spot->name[length + rest] = '\0';
}

static void add_bytes(struct finding *finding, const char *name, const uint8_t *at, size_t len)
{
    struct way_spot *spot = add(finding, at, len);

    if (spot)
        name_spot(spot, finding->path, name);
}

/* ---- fields ---- */

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), other = strlen(ending);
    return length >= other && strcmp(name + length - other, ending) == 0;
}

static void add_field(struct finding *finding, const struct way_level *level,
                      const struct way_field_info *row)
{
    const struct way_cursor *header = &level->header[row->layer];

    if (!way_field_is_fixed(row) || !(level->present >> row->layer & 1) ||
        way_cursor_left(header) < (size_t)row->offset + row->size)
        return;
    struct way_spot *spot = add(finding, header->at + row->offset, row->size);
    if (!spot)
        return;
    name_spot(spot, finding->path, row->name);
    spot->type = row->type;
    spot->shift = row->shift;
    spot->mask = row->mask ? (uint64_t)row->mask << row->shift : UINT64_MAX >> (64 - 8 * row->size);
    spot->is_checksum = ends_in(row->name, ".checksum");
}

static void add_fields(struct finding *finding, const struct way_level *level)
{
    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++)
            add_field(finding, level, &(*group)->rows[i]);
}

/* ---- options and payload ---- */

/* Types of options that are a single byte, in IPv4 and TCP alike. */
enum { OPTION_END = 0, OPTION_NOP = 1 };

static void add_options(struct finding *finding, const struct way_cursor *header, size_t fixed,
                        const char *layer)
{
    char name[WAY_SPOT_NAME_MAX];
    struct way_cursor rest = *header;

    if (!way_cursor_peel(&rest, fixed))
        return;
    while (way_cursor_left(&rest) >= 2 && rest.at[0] != OPTION_END) {
        size_t len = rest.at[0] == OPTION_NOP ? 1 : rest.at[1];
        if (len == 0 || len > way_cursor_left(&rest))
            return;
        snprintf(name, sizeof name, "%s option %u: type", layer, rest.at[0]);
        add_bytes(finding, name, rest.at, 1);
        snprintf(name, sizeof name, "%s option %u: data", layer, rest.at[0]);
        if (len > 2)
            add_bytes(finding, name, rest.at + 2, len - 2);
        way_cursor_peel(&rest, len);
    }
}

/* Where the packet's bytes at this level end: padding of the link is not altered. */
static const uint8_t *end_of(const struct finding *finding, const struct way_level *level)
{
    const struct way_cursor *ip = &level->header[WAY_LAYER_IP];
    const uint8_t *end = finding->record->bytes + finding->record->len;

    return (size_t)(end - ip->end) > level->ip_payload_len ? ip->end + level->ip_payload_len : end;
}

static void add_rest(struct finding *finding, const struct way_level *level)
{
    static const struct {
        enum way_layer layer;
        const char *name;
    } payloads[] = {{WAY_LAYER_TCP, "tcp payload"},
                    {WAY_LAYER_UDP, "udp payload"},
                    {WAY_LAYER_ICMP, "icmp rest of the message"}};

    if (!(level->present >> WAY_LAYER_IP & 1))
        return;
    add_options(finding, &level->header[WAY_LAYER_IP], IP_HEADER_MIN, "ip");
    if (level->present >> WAY_LAYER_TCP & 1 && !(level->partial >> WAY_LAYER_TCP & 1))
        add_options(finding, &level->header[WAY_LAYER_TCP], IP_HEADER_MIN, "tcp");
    const uint8_t *end = end_of(finding, level);
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        const struct way_cursor *header = &level->header[payloads[i].layer];
        if (level->present >> payloads[i].layer & 1 && !(level->partial >> payloads[i].layer & 1) &&
            header->end < end)
            add_bytes(finding, payloads[i].name, header->end, (size_t)(end - header->end));
    }
}

size_t way_spots_of(const struct way_record *record, struct way_spot spots[WAY_SPOTS_MAX])
{
    struct finding finding = {.record = record, .spots = spots};
    struct way_view view;
    const struct way_level *level;

    way_view_begin(&view, record);
    for (unsigned n = 0; (level = way_view_level(&view, n)) != NULL; n++) {
        if (level->how != WAY_LEVEL_OUTERMOST) {
            size_t length = strlen(finding.path);
            snprintf(finding.path + length, sizeof finding.path - length, "%s",
                     level->how == WAY_LEVEL_QUOTED ? "icmp.quoted." : "inner.");
        }
        add_fields(&finding, level);
        add_rest(&finding, level);
    }
    return finding.count;
}

/* ---- checksums ---- */

/* A checksum: where it is, and what it is over. */
struct summed {
    uint32_t field;   /* offset */
    uint32_t at, len; /* of the bytes */
    uint32_t pseudo;  /* offset of the addresses; 0: no pseudo header */
    uint8_t protocol;
};

static uint16_t sum_over(const uint8_t *bytes, const struct summed *summed)
{
    uint32_t sum = 0;

    if (summed->pseudo) {
        sum = way_csum_add(sum, bytes + summed->pseudo, IP_ADDRESSES_LEN);
        sum = way_csum_fold(sum + summed->protocol + summed->len);
    }
    return way_csum_add(sum, bytes + summed->at, summed->len);
}

/* Makes a checksum right that was. */
static void mend(const uint8_t *before, uint8_t *after, const struct summed *summed,
                 const struct way_spot *spot)
{
    enum { RIGHT = 0xffff, CHECKSUM_LEN = 2 };

    if (sum_over(before, summed) != RIGHT || (spot->is_checksum && spot->at == summed->field))
        return;
    memset(after + summed->field, 0, CHECKSUM_LEN);
    uint16_t sum = (uint16_t)~sum_over(after, summed);
    if (sum == 0 && summed->protocol == PROTOCOL_UDP)
        sum = RIGHT; /* 0 would say that there is none */
    after[summed->field] = (uint8_t)(sum >> 8);
    after[summed->field + 1] = (uint8_t)sum;
}

/* The checksum over what the level's IPv4 header bears. False: there is none. */
static bool transport_of(const struct way_record *record, const struct way_level *level,
                         struct summed *out)
{
    static const struct {
        enum way_layer layer;
        uint8_t protocol, at;
        bool pseudo;
    } kinds[] = {
        {WAY_LAYER_TCP, 6, 16, true}, {WAY_LAYER_UDP, 17, 6, true}, {WAY_LAYER_ICMP, 1, 2, false}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct way_cursor *header = &level->header[kinds[i].layer];
        if (!(level->present >> kinds[i].layer & 1) || level->partial >> kinds[i].layer & 1)
            continue;
        uint32_t at = (uint32_t)(header->at - record->bytes);
        uint32_t ip = (uint32_t)(level->header[WAY_LAYER_IP].at - record->bytes);
        if (level->ip_payload_len > record->len - at || level->ip_payload_len > UINT16_MAX)
            return false; /* it was cut off */
        *out = (struct summed){.field = at + kinds[i].at,
                               .at = at,
                               .len = (uint32_t)level->ip_payload_len,
                               .pseudo = kinds[i].pseudo ? ip + IP_AT_ADDRESSES : 0,
                               .protocol = kinds[i].protocol};
        return true;
    }
    return false;
}

/* From the innermost packet to the outermost: what is inside counts outside. */
static void mend_all(const struct way_record *record, uint8_t *after, const struct way_spot *spot)
{
    struct way_view view;
    struct summed summed;
    unsigned depth = 0;

    way_view_begin(&view, record);
    while (way_view_level(&view, depth))
        depth++;
    while (depth-- > 0) {
        const struct way_level *level = way_view_level(&view, depth);
        const struct way_cursor *ip = &level->header[WAY_LAYER_IP];
        if (!(level->present >> WAY_LAYER_IP & 1) || way_cursor_left(ip) < IP_HEADER_MIN)
            continue;
        if (transport_of(record, level, &summed))
            mend(record->bytes, after, &summed, spot);
        uint32_t at = (uint32_t)(ip->at - record->bytes);
        summed = (struct summed){
            .field = at + IP_AT_CHECKSUM, .at = at, .len = (uint32_t)way_cursor_left(ip)};
        mend(record->bytes, after, &summed, spot);
    }
}

/* ---- altering ---- */

static uint64_t number_at(const uint8_t *at, size_t len)
{
    uint64_t number = 0;

    for (size_t i = 0; i < len; i++)
        number = number << 8 | at[i];
    return number;
}

/* Another value: every other time the next one, which is the hardest to notice. The low
 * bits of `most` may be missing (tcp.hdr_len counts in fours). */
static uint64_t another(uint64_t from, uint64_t most, uint64_t random)
{
    uint64_t step = most & -most;
    uint64_t next = (from + step) & most, other = (from ^ random >> 1) & most;

    return random & 1 || other == from ? next : other;
}

void way_alter(const struct way_record *record, const struct way_spot *spot, uint64_t random,
               uint8_t *bytes, struct way_alteration *done)
{
    memcpy(bytes, record->bytes, record->len);
    *done = (struct way_alteration){.byte = 0};
    if (!spot->mask) {
        done->byte = (uint32_t)((random >> 32) % spot->len);
        uint8_t *byte = &bytes[spot->at + done->byte];
        done->from = *byte;
        done->to = another(*byte, UINT8_MAX, random);
        *byte = (uint8_t)done->to;
    } else {
        uint64_t whole = number_at(bytes + spot->at, spot->len);
        done->from = (whole & spot->mask) >> spot->shift;
        done->to = another(done->from, spot->mask >> spot->shift, random);
        whole = (whole & ~spot->mask) | done->to << spot->shift;
        for (size_t i = spot->len; i-- > 0; whole >>= 8)
            bytes[spot->at + i] = (uint8_t)whole;
    }
    mend_all(record, bytes, spot);
}
