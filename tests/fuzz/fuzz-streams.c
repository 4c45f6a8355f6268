/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the following of streams: the input is a script of segments between two
 * ends, three bytes of head (who and which flags, where, how long) and then data,
 * each made into a packet and shown to a table that has little room.
 *
 * Whatever comes: all stateful fields can be read, and memory is given back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "core/packet/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS_LEN = 14 + 20 + 20, DATA_MAX = 255, SCRIPT_HEAD = 3 };

/* What the script has sent so far, of each end. */
struct ends {
    uint32_t next[2];
    int64_t time;
    uint64_t number;
    struct way_flows *flows;
};

/* Puts the segment's headers together. */
static void make_packet(uint8_t packet[HEADERS_LEN + DATA_MAX], const struct ends *ends,
                        unsigned from, uint8_t flags, uint32_t seq, size_t len)
{
    static const uint8_t client[] = {10, 0, 1, 2}, server[] = {10, 0, 3, 2};
    uint8_t *ip = packet + 14, *tcp = ip + 20;

    memset(packet, 0, HEADERS_LEN);
    way_bytes_put16(packet + 12, 0x0800);
    ip[0] = 0x45;
    way_bytes_put16(ip + 2, (uint16_t)(40 + len));
    ip[8] = 64;
    ip[9] = 6;
    memcpy(ip + 12, from ? server : client, 4);
    memcpy(ip + 16, from ? client : server, 4);
    way_bytes_put16(tcp + (from ? 2 : 0), 40000);
    way_bytes_put16(tcp + (from ? 0 : 2), 80);
    way_bytes_put32(tcp + 4, seq);
    way_bytes_put32(tcp + 8, ends->next[!from]);
    tcp[12] = 0x50;
    tcp[13] = flags;
    way_bytes_put16(tcp + 14, 1000);
}

static void read_fields(struct way_view *view)
{
    static struct way_values values;

    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            struct way_field field = {.info = &(*group)->rows[i], .key = "age"};
            if (field.info->needs == WAY_NEEDS_PACKET)
                continue;
            enum way_presence presence = way_field_get(&field, view, &values);
            assert((presence == WAY_PRESENT) == (values.count > 0));
            for (unsigned v = 0; v < values.count; v++) {
                char text[64];
                way_value_format(&values.items[v], text, sizeof text);
            }
            (void)presence;
        }
}

/* Sends the script's next segment; returns the bytes of the script that it took. */
static size_t send_one(struct ends *ends, const uint8_t *script, size_t size)
{
    static const uint8_t kinds[] = {0x18, 0x10, 0x02, 0x12, 0x11, 0x04, 0x14, 0x00};
    static uint8_t packet[HEADERS_LEN + DATA_MAX];
    static struct way_view view;
    unsigned from = script[0] & 1;
    uint8_t flags = kinds[script[0] >> 1 & 7];
    size_t len = script[2] < size - SCRIPT_HEAD ? script[2] : size - SCRIPT_HEAD;
    uint32_t seq = ends->next[from] + (uint32_t)(int8_t)script[1]; /* 0: in order */
    size_t clipped = script[0] & 0x80 ? len / 2 : 0;

    make_packet(packet, ends, from, flags, seq, len);
    memcpy(packet + HEADERS_LEN, script + SCRIPT_HEAD, len);
    uint32_t end = seq + (uint32_t)len + !!(flags & 2) + !!(flags & 1);
    if ((int32_t)(end - ends->next[from]) > 0)
        ends->next[from] = end;
    struct way_record record = {.time = ends->time += 1000,
                                .number = ++ends->number,
                                .bytes = packet,
                                .len = (uint32_t)(HEADERS_LEN + len - clipped),
                                .wire_len = (uint32_t)(HEADERS_LEN + len),
                                .link = 1};
    way_view_begin(&view, &record);
    way_flows_see(ends->flows, &view);
    read_fields(&view);
    return SCRIPT_HEAD + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct way_flow_room room = {.streams = 2, .bytes = 2400};
    struct ends ends = {.next = {1000, 0xfffffff0}, .flows = way_flows_new(WAY_NEEDS_HTTP, &room)};

    if (!ends.flows)
        abort();
    while (size > SCRIPT_HEAD) {
        size_t used = send_one(&ends, data, size);
        data += used;
        size -= used;
    }
    way_flows_free(&ends.flows);
    return 0;
}
