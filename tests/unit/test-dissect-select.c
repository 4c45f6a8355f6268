/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Selections agree with libpcap's own interpreter on every packet, whatever the gates
 * have made of the programs: over hand-made frames, spoilt at random and cut anywhere.
 */
#include <CUnit/CUnit.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "analysis/dissect/selection.h"
#include "tests/unit/guard.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

static const char *const filters[] = {
    "",
    "ip",
    "arp",
    "tcp",
    "not tcp",
    "udp port 53",
    "tcp dst port 80",
    "port 80",
    "host 10.0.1.2",
    "src host 10.0.1.2 and tcp dst port 80",
    "dst net 10.0.2.0/23",
    "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn",
    "tcp[13] & 0x12 != 0 and tcp[13] & 4 = 0",
    "ip[0] & 0xf > 5",
    "ip[6:2] & 0x1fff = 0",
    "ip[8] < 64 or ip[8] > 128",
    "tcp portrange 79-81",
    "vlan and tcp",
    "vlan 7 and vlan 42 and host 10.0.2.2",
    "icmp[0] = 3",
    "ip proto 47",
    "len > 60",
    "ether[0] & 1 = 0 and ip",
    "ip[2:2] - ((ip[0] & 0xf) << 2) = 24",
    "tcp[4:4] = 1",
    "ip6 or arp or (tcp and src port 40000)",
    "not (host 10.0.1.2 and port 80)",
    "src or dst port 40000 and not dst host 10.0.2.2",
    "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
};
enum { FILTERS = sizeof filters / sizeof filters[0] };

struct world {
    struct way_selections *set;
    struct bpf_program programs[FILTERS];
    int numbers[FILTERS];
};

static void set_up(struct world *world)
{
    char error[WAY_SELECTION_ERROR_MAX];
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);

    world->set = way_selections_new();
    for (unsigned i = 0; i < FILTERS; i++) {
        world->numbers[i] = way_selections_add(world->set, filters[i], error);
        CU_ASSERT_TRUE_FATAL(world->numbers[i] >= 0);
        CU_ASSERT_EQUAL_FATAL(
            pcap_compile(dead, &world->programs[i], filters[i], 1, PCAP_NETMASK_UNKNOWN), 0);
    }
    pcap_close(dead);
}

static void tear_down(struct world *world)
{
    for (unsigned i = 0; i < FILTERS; i++)
        pcap_freecode(&world->programs[i]);
    way_selections_free(&world->set);
}

/* Returns how many filters disagree. */
static unsigned disagree(struct world *world, const struct way_record *record)
{
    const uint64_t *matched = way_selections_run(world->set, record);
    unsigned wrong = 0;

    for (unsigned i = 0; i < FILTERS; i++) {
        bool expected = bpf_filter(world->programs[i].bf_insns, record->bytes, record->wire_len,
                                   record->len) != 0;
        if (way_selections_has(matched, (unsigned)world->numbers[i]) == expected)
            continue;
        printf("# '%s' is %d on %u bytes\n", filters[i], !expected, record->len);
        wrong++;
    }
    return wrong;
}

static void they_agree_on_frames_cut_anywhere(void)
{
    struct world world;
    unsigned wrong = 0;

    set_up(&world);
    for (unsigned n = 0; n < MADE_FRAMES; n++) {
        struct made_frame frame = made_frame(made_names[n]);
        for (size_t len = 0; len <= frame.len; len++) {
            struct way_guard guard = way_guard_new(frame.bytes, len, 0);
            struct way_record record = made_record(guard.data, len);
            record.wire_len = (uint32_t)frame.len;
            wrong += disagree(&world, &record);
            way_guard_free(&guard);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    tear_down(&world);
}

/* Changes up to three bytes: to anything, or to one that is near. */
static void spoil(struct made_frame *frame, struct generator *generator)
{
    for (uint32_t left = generate_below(generator, 4); left; left--) {
        uint8_t *byte = &frame->bytes[generate_below(generator, (uint32_t)frame->len)];
        *byte = generate_below(generator, 2)
                    ? (uint8_t)generate_below(generator, 256)
                    : (uint8_t)(*byte ^ 1U << generate_below(generator, 8));
    }
}

static void they_agree_on_spoilt_frames(void)
{
    enum { ROUNDS = 20000 };
    struct generator generator = {.state = 11};
    struct world world;
    unsigned wrong = 0;

    set_up(&world);
    for (unsigned round = 0; round < ROUNDS && wrong < 10; round++) {
        struct made_frame frame = made_frame(made_names[generate_below(&generator, MADE_FRAMES)]);
        spoil(&frame, &generator);
        struct way_record record = made_record(frame.bytes, frame.len);
        wrong += disagree(&world, &record);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    tear_down(&world);
}

/* More than a word of bits, most of them much alike. */
static void many_filters_are_told_apart(void)
{
    enum { MANY = 200 };
    struct way_selections *set = way_selections_new();
    struct made_frame frame = made_frame("syn");
    struct way_record record = made_record(frame.bytes, frame.len);
    char text[64], error[WAY_SELECTION_ERROR_MAX];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "tcp dst port %u", i + 1);
        CU_ASSERT_EQUAL(way_selections_add(set, text, error), (int)i);
    }
    const uint64_t *matched = way_selections_run(set, &record);
    for (unsigned i = 0; i < MANY; i++)
        CU_ASSERT_EQUAL(way_selections_has(matched, i), i + 1 == 80);
    way_selections_free(&set);
}

static void equal_filters_are_one(void)
{
    struct way_selections *set = way_selections_new();
    char error[WAY_SELECTION_ERROR_MAX] = "";

    CU_ASSERT_EQUAL(way_selections_add(set, "tcp port 80", error), 0);
    CU_ASSERT_EQUAL(way_selections_add(set, "udp", error), 1);
    CU_ASSERT_EQUAL(way_selections_add(set, "  tcp  port\t80 ", error), 0);
    CU_ASSERT_EQUAL(way_selections_count(set), 2);
    CU_ASSERT_STRING_EQUAL(way_selections_text(set, 0), "tcp port 80");
    way_selections_free(&set);
}

static void what_cannot_be_used_is_refused(void)
{
    struct way_selections *set = way_selections_new();
    char error[WAY_SELECTION_ERROR_MAX] = "";

    CU_ASSERT_EQUAL(way_selections_add(set, "tcp prot 80", error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "found 'prot'"));
    CU_ASSERT_EQUAL(way_selections_add(set, "host www.example.org", error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "names of hosts are not looked up"));
    CU_ASSERT_EQUAL(way_selections_add(set, "tcp and and", error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "syntax error"));
    CU_ASSERT_EQUAL(way_selections_add(set, "tcp and udp", error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "rejects all packets"));
    CU_ASSERT_EQUAL(way_selections_count(set), 0);
    way_selections_free(&set);
}

/* A filter that is good on Ethernet only matches nothing elsewhere, and says why. */
static void a_filter_unfit_for_a_link_type_says_so(void)
{
    struct way_selections *set = way_selections_new();
    struct made_frame frame = made_frame("syn");
    struct way_record record = made_record(frame.bytes + 14, frame.len - 14);
    char error[WAY_SELECTION_ERROR_MAX];

    record.link = 12;
    way_selections_add(set, "ether host 02:00:00:00:00:01", error);
    way_selections_add(set, "src host 10.0.1.2 and tcp port 80", error);
    CU_ASSERT_EQUAL(way_selections_run(set, &record)[0], 2);
    CU_ASSERT_PTR_NOT_NULL(way_selections_unfit(set, 0));
    CU_ASSERT_PTR_NULL(way_selections_unfit(set, 1));
    way_selections_free(&set);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"they agree on frames cut anywhere", they_agree_on_frames_cut_anywhere},
        {"they agree on spoilt frames", they_agree_on_spoilt_frames},
        {"many filters are told apart", many_filters_are_told_apart},
        {"equal filters are one", equal_filters_are_one},
        {"what cannot be used is refused", what_cannot_be_used_is_refused},
        {"a filter unfit for a link type says so", a_filter_unfit_for_a_link_type_says_so},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "selections", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
