/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of hand-made frames: their values on every level, what is absent and what is
 * broken, and that no frame, cut anywhere, is read past its end.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "tests/unit/guard.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/tap.h"

/* What the field is in the frame: its values joined by commas, "-" absent, "!" broken. */
static const char *ask(const uint8_t *bytes, size_t len, const char *name)
{
    static char text[512];
    struct way_record record = made_record(bytes, len);
    struct way_view view;
    struct way_values values;
    struct way_field field;
    size_t at = 0;

    CU_ASSERT_TRUE_FATAL(way_field_find(name, strlen(name), &field));
    way_view_begin(&view, &record);
    enum way_presence presence = way_field_get(&field, &view, &values);
    CU_ASSERT_EQUAL(way_field_has(&field, &view), presence);
    if (presence != WAY_PRESENT)
        return presence == WAY_ABSENT ? "-" : "!";
    for (unsigned i = 0; i < values.count; i++) {
        way_value_format(&values.items[i], text + at, sizeof text - at - 1);
        at += strlen(text + at);
        text[at++] = ',';
    }
    text[at - 1] = '\0';
    return text;
}

struct expectation {
    const char *frame, *field, *value;
};

static void check(const struct expectation *expectations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct made_frame frame = made_frame(expectations[i].frame);
        const char *found = ask(frame.bytes, frame.len, expectations[i].field);
        if (strcmp(found, expectations[i].value) != 0)
            printf("# %s: %s is %s, expected %s\n", frame.name, expectations[i].field, found,
                   expectations[i].value);
        CU_ASSERT_STRING_EQUAL(found, expectations[i].value);
    }
}
#define CHECK(table) check(table, sizeof(table) / sizeof((table)[0]))

static void values_are_the_packets(void)
{
    static const struct expectation table[] = {
        {"syn", "ip.src", "10.0.1.2"},
        {"syn", "ip.addr", "10.0.1.2,10.0.3.2"},
        {"syn", "tcp.dstport", "80"},
        {"syn", "tcp.options.mss_val", "1460"},
        {"syn", "tcp.flags.syn", "yes"},
        {"syn", "tcp.checksum.valid", "yes"},
        {"syn", "eth.src", "02:00:00:00:00:02"},
        {"redirected", "ip.dst", "10.0.2.2"},
        {"redirected", "ip.rec_rt", "10.0.3.2"},
        {"redirected", "ip.opt.type", "1,7"},
        {"redirected", "rr", "0707080a000302"},
        {"redirected", "rr.offset", "21"},
        {"redirected", "rr.ptr", "8"},
        {"redirected", "options.addresses", "10.0.3.2"},
        {"redirected", "ip.checksum.valid", "yes"},
        {"tagged", "ieee8021ad.id", "7"},
        {"tagged", "vlan.id", "42"},
        {"tagged", "vlan.priority", "1"},
        {"tagged", "ip.dst", "10.0.2.2"},
        {"udp", "udp.payload", "70696e67"},
        {"udp", "udp.checksum.status", "3"},
        {"arp", "arp.dst.proto_ipv4", "10.0.3.2"},
        {"arp", "frame.len", "42"},
    };

    CHECK(table);
}

static void what_is_not_there_is_absent(void)
{
    static const struct expectation table[] = {
        {"syn", "ip.rec_rt", "-"},
        {"syn", "rr.ptr", "-"},
        {"syn", "udp.length", "-"},
        {"syn", "vlan.id", "-"},
        {"syn", "gre", "-"},
        {"syn", "inner.ip.src", "-"},
        {"syn", "tcp.payload", "-"},
        {"arp", "ip.src", "-"},
        {"udp", "tcp.port", "-"},
        {"udp", "udp.checksum.valid", "-"},
        {"syn", "frame.malformed", "-"},
        {"tunnelled", "tcp.port", "-"},
        {"tunnelled", "icmp.quoted.ip.src", "-"},
    };

    CHECK(table);
}

static void packets_in_packets_are_levels(void)
{
    static const struct expectation table[] = {
        {"quoted", "ip.src", "10.0.2.2"},
        {"quoted", "icmp.mtu", "1400"},
        {"quoted", "icmp.checksum.valid", "yes"},
        {"quoted", "icmp.quoted.ip.dst", "10.0.2.2"},
        {"quoted", "icmp.quoted.ip.rec_rt", "10.0.3.2"},
        {"quoted", "icmp.quoted.tcp.dstport", "80"},
        {"quoted", "icmp.quoted.tcp.options.mss_val", "1460"},
        {"quoted", "tcp.dstport", "-"},
        {"quoted", "inner.ip.src", "-"},
        {"tunnelled", "gre.key", "9"},
        {"tunnelled", "gre.sequence_number", "-"},
        {"tunnelled", "inner.ip.src", "10.0.1.2"},
        {"tunnelled", "inner.tcp.checksum.valid", "yes"},
        {"tunnelled", "ip.src", "10.0.2.1"},
    };

    CHECK(table);
}

static void a_short_quote_is_read_as_far_as_it_goes(void)
{
    static const struct expectation table[] = {
        {"short quote", "icmp.quoted.tcp.srcport", "40000"},
        {"short quote", "icmp.quoted.tcp.seq_raw", "1"},
        {"short quote", "icmp.quoted.tcp.flags.syn", "!"},
        {"short quote", "icmp.quoted.tcp.option_kind", "!"},
        {"short quote", "icmp.quoted.tcp.checksum.valid", "!"},
        {"short quote", "icmp.quoted.ip.rec_rt", "10.0.3.2"},
        {"short quote", "frame.malformed", "-"},
    };

    CHECK(table);
}

static void what_is_broken_says_so(void)
{
    struct made_frame frame = made_frame("redirected");

    frame.bytes[14 + 22] = 99; /* the option's length */
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "ip.rec_rt"), "!");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "rr.ptr"), "!");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "ip.checksum.valid"), "no");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "frame.malformed"), "ip_option_length");
    frame = made_frame("syn");
    frame.bytes[14 + 20 + 21] = 99; /* the first option's length */
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "tcp.options.mss_val"), "!");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "frame.malformed"), "tcp_option_length");
    frame = made_frame("syn");
    frame.bytes[14 + 9] = 17; /* a datagram whose length is the upper half of a sequence number */
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "udp.length"), "0");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "frame.malformed"), "udp_length");
    frame = made_frame("syn");
    frame.bytes[14 + 20 + 12] = 0; /* the data offset */
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "tcp.len"), "!");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "tcp.dstport"), "80");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "frame.malformed"), "tcp_data_offset");
    frame.bytes[14] = 0x55;
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "ip.src"), "!");
    CU_ASSERT_STRING_EQUAL(ask(frame.bytes, frame.len, "eth.type"), "2048");
}

static void names_are_found_and_near_ones_named(void)
{
    struct way_field field;

    CU_ASSERT_TRUE(way_field_find("inner.icmp.quoted.ip.dst", 24, &field));
    CU_ASSERT_EQUAL(field.depth, 2);
    CU_ASSERT_FALSE(way_field_find("ip.dest", 7, &field));
    CU_ASSERT_FALSE(way_field_find("inner.frame.len", 15, &field));
    CU_ASSERT_FALSE(way_field_find("inner.inner.inner.inner.ip", 26, &field));
    CU_ASSERT_FALSE(way_field_find("", 0, &field));
    CU_ASSERT_STRING_EQUAL(way_field_nearest("ip.dest", 7), "ip.dst");
    CU_ASSERT_STRING_EQUAL(way_field_nearest("inner.tcp.flag.syn", 18), "tcp.flags.syn");
    CU_ASSERT_STRING_EQUAL(way_field_nearest("tcp.flags.rst", 13), "tcp.flags.reset");
    CU_ASSERT_PTR_NULL(way_field_nearest("nothing.at.all.like.it", 22));
}

/* Every field, on every level, of a frame that ends at an unreadable page. */
static void ask_everything(const struct way_record *record)
{
    struct way_view view;
    struct way_values values;
    struct way_flows *flows = way_flows_new(WAY_NEEDS_HTTP, NULL);

    way_view_begin(&view, record);
    way_flows_see(flows, &view);
    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            struct way_field field = {.info = &(*group)->rows[i], .key = "Age"};
            const struct way_level *level;
            way_field_get(&field, &view, &values);
            for (unsigned n = 1; (level = way_view_level(&view, n)); n++) {
                field.path[field.depth++] = (uint8_t)level->how;
                way_field_get(&field, &view, &values);
            }
        }
    way_flows_free(&flows);
}

static void no_frame_is_read_past_its_end(void)
{
    for (unsigned n = 0; n < MADE_FRAMES; n++) {
        struct made_frame frame = made_frame(made_names[n]);
        for (size_t len = 0; len <= frame.len; len++) {
            struct way_guard guard = way_guard_new(frame.bytes, len, 0);
            struct way_record record = made_record(guard.data, len);
            ask_everything(&record);
            record.wire_len = (uint32_t)frame.len; /* clipped, and not ended */
            ask_everything(&record);
            way_guard_free(&guard);
        }
    }
    CU_PASS("nobody was hurt");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"values are the packet's", values_are_the_packets},
        {"what is not there is absent", what_is_not_there_is_absent},
        {"packets in packets are levels", packets_in_packets_are_levels},
        {"a short quote is read as far as it goes", a_short_quote_is_read_as_far_as_it_goes},
        {"what is broken says so", what_is_broken_says_so},
        {"names are found, and near ones named", names_are_found_and_near_ones_named},
        {"no frame is read past its end", no_frame_is_read_past_its_end},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "fields", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
