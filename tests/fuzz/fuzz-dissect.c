/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the dissection of packets: any bytes, as a packet of a link type that the
 * first byte chooses, clipped or not as it says. Every field is read on every level;
 * the packet is shown to a table of streams; and selections agree with libpcap's own
 * interpreter.
 */
#include <assert.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/dissect/selection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const filters[] = {
    "tcp dst port 80",
    "src host 10.0.1.2 and tcp port 80",
    "tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)",
    "ip[0] & 0xf > 5 or arp",
    "udp portrange 50-60 or icmp[0] = 3",
    "not ip and len > 40",
    "ip[6:2] & 0x1fff != 0",
    "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
};
enum { FILTERS = sizeof filters / sizeof filters[0], LINKS = 5 };

static const uint16_t links[LINKS] = {WAY_LINK_ETHERNET, WAY_LINK_RAW, WAY_LINK_SLL, WAY_LINK_SLL2,
                                      WAY_LINK_IPV4};

static struct bpf_program programs[LINKS][FILTERS];
static struct way_selections *set;

static void set_up(void)
{
    char error[WAY_SELECTION_ERROR_MAX];

    set = way_selections_new();
    for (unsigned i = 0; i < FILTERS; i++)
        if (way_selections_add(set, filters[i], error) != (int)i)
            abort();
    for (unsigned link = 0; link < LINKS; link++) {
        pcap_t *dead = pcap_open_dead(links[link], 262144);
        for (unsigned i = 0; i < FILTERS; i++)
            pcap_compile(dead, &programs[link][i], filters[i], 1, PCAP_NETMASK_UNKNOWN);
        pcap_close(dead);
    }
}

static void check_selections(unsigned link, const struct way_record *record)
{
    const uint64_t *matched = way_selections_run(set, record);

    for (unsigned i = 0; i < FILTERS; i++) {
        const struct bpf_program *program = &programs[link][i];
        bool expected = program->bf_len &&
                        bpf_filter(program->bf_insns, record->bytes, record->wire_len, record->len);
        assert(way_selections_has(matched, i) == expected);
        (void)expected;
    }
}

/* Values lie inside of the record, or are the table's own. */
static void read_field(const struct way_field *field, struct way_view *view)
{
    static struct way_values values;
    char text[64];
    const struct way_record *record = view->record;
    enum way_presence presence = way_field_get(field, view, &values);

    assert((presence == WAY_PRESENT) == (values.count > 0));
    for (unsigned i = 0; i < values.count; i++) {
        const struct way_value *value = &values.items[i];
        assert(value->type == field->info->type);
        if (value->type == WAY_TYPE_BYTES && field->info->needs == WAY_NEEDS_PACKET &&
            value->bytes.len > 1)
            assert(value->bytes.at >= record->bytes &&
                   value->bytes.at + value->bytes.len <= record->bytes + record->len);
        way_value_format(value, text, sizeof text);
    }
    (void)presence;
    (void)record;
}

static void read_fields(struct way_view *view)
{
    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            struct way_field field = {.info = &(*group)->rows[i], .key = "age"};
            const struct way_level *level;
            read_field(&field, view);
            for (unsigned n = 1; (level = way_view_level(view, n)); n++) {
                field.path[field.depth++] = (uint8_t)level->how;
                if (field.info->needs == WAY_NEEDS_PACKET)
                    read_field(&field, view);
            }
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct way_view view;

    if (size == 0)
        return 0;
    if (!set)
        set_up();
    unsigned link = (data[0] & 0x7f) % LINKS;
    struct way_record record = {.time = 1,
                                .number = 1,
                                .bytes = data + 1,
                                .len = (uint32_t)size - 1,
                                .wire_len = (uint32_t)size - 1 + (data[0] >> 7) * 1000U,
                                .link = links[link]};
    struct way_flow_room room = {.streams = 8, .bytes = 100000};
    struct way_flows *flows = way_flows_new(WAY_NEEDS_HTTP, &room);
    if (!flows)
        abort();
    for (unsigned times = 0; times < 2; times++) { /* the second time it is a repetition */
        way_view_begin(&view, &record);
        way_flows_see(flows, &view);
        read_fields(&view);
    }
    way_flows_free(&flows);
    check_selections(link, &record);
    return 0;
}
