/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Alterations of packets: each spot changes what it names and nothing else, checksums
 * that were right stay right, and no packet, cut anywhere, is written past its end.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/alter.h"
#include "analysis/dissect/field.h"
#include "tests/unit/guard.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/tap.h"

/* Whether the field of the packet is true; fields that are not there are. */
static bool holds(const uint8_t *bytes, size_t len, const char *name)
{
    struct way_record record = made_record(bytes, len);
    struct way_view view;
    struct way_values values;
    struct way_field field;

    CU_ASSERT_TRUE_FATAL(way_field_find(name, strlen(name), &field));
    way_view_begin(&view, &record);
    if (way_field_get(&field, &view, &values) != WAY_PRESENT)
        return true;
    return values.items[0].number != 0;
}

static bool checksums_hold(const uint8_t *bytes, size_t len)
{
    static const char *const names[] = {"ip.checksum.valid", "tcp.checksum.valid",
                                        "icmp.checksum.valid", "inner.ip.checksum.valid",
                                        "inner.tcp.checksum.valid"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!holds(bytes, len, names[i]))
            return false;
    return true;
}

static const struct way_spot *find(const struct way_spot *spots, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(spots[i].name, name) == 0)
            return &spots[i];
    printf("# no spot %s\n", name);
    CU_FAIL_FATAL("a spot is missing");
    return NULL;
}

/* Alters the named spot of the frame into `bytes`. */
static struct way_alteration alter(const struct made_frame *frame, const char *name,
                                   uint64_t random, uint8_t *bytes)
{
    struct way_record record = made_record(frame->bytes, frame->len);
    struct way_spot spots[WAY_SPOTS_MAX];
    size_t count = way_spots_of(&record, spots);
    struct way_alteration done;

    way_alter(&record, find(spots, count, name), random, bytes, &done);
    return done;
}

static void checksums_that_were_right_stay_right(void)
{
    static const char *const cases[][2] = {{"syn", "ip.ttl"},
                                           {"syn", "ip.src"},
                                           {"syn", "tcp.dstport"},
                                           {"syn", "tcp option 2: data"},
                                           {"redirected", "ip.id"},
                                           {"redirected", "ip option 7: data"},
                                           {"tagged", "tcp.flags.syn"},
                                           {"quoted", "icmp.quoted.ip.dst"},
                                           {"quoted", "icmp.code"},
                                           {"tunnelled", "inner.ip.ttl"},
                                           {"tunnelled", "inner.tcp.seq_raw"}};
    uint8_t bytes[MADE_FRAME_MAX];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_frame frame = made_frame(cases[i][0]);
        bool before = checksums_hold(frame.bytes, frame.len);
        struct way_alteration done = alter(&frame, cases[i][1], 12345, bytes);
        if (!before || !checksums_hold(bytes, frame.len))
            printf("# %s: %s\n", cases[i][0], cases[i][1]);
        CU_ASSERT_TRUE(before);
        CU_ASSERT_TRUE(checksums_hold(bytes, frame.len));
        CU_ASSERT_NOT_EQUAL(done.from, done.to);
        CU_ASSERT_NOT_EQUAL(memcmp(bytes, frame.bytes, frame.len), 0);
    }
}

static void checksums_are_spots_themselves(void)
{
    struct made_frame frame = made_frame("syn");
    uint8_t bytes[MADE_FRAME_MAX];

    alter(&frame, "ip.checksum", 7, bytes);
    CU_ASSERT_FALSE(holds(bytes, frame.len, "ip.checksum.valid"));
    CU_ASSERT_TRUE(holds(bytes, frame.len, "tcp.checksum.valid"));
    alter(&frame, "tcp.checksum", 7, bytes);
    CU_ASSERT_TRUE(holds(bytes, frame.len, "ip.checksum.valid"));
    CU_ASSERT_FALSE(holds(bytes, frame.len, "tcp.checksum.valid"));
}

static void no_checksum_stays_none(void)
{
    enum { AT_UDP_CHECKSUM = 14 + 20 + 6 };
    struct made_frame frame = made_frame("udp");
    uint8_t bytes[MADE_FRAME_MAX];

    alter(&frame, "udp payload", 3, bytes);
    CU_ASSERT_EQUAL(bytes[AT_UDP_CHECKSUM] | bytes[AT_UDP_CHECKSUM + 1], 0);
}

/* From an odd number the next value is made, else any other one: never the same. */
static void a_field_is_never_what_it_was(void)
{
    struct made_frame frame = made_frame("redirected");
    struct way_record record = made_record(frame.bytes, frame.len);
    struct way_spot spots[WAY_SPOTS_MAX];
    uint8_t bytes[MADE_FRAME_MAX];
    size_t count = way_spots_of(&record, spots);

    CU_ASSERT_TRUE(count > 40);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t random = 0; random < 1u << 12; random += 7) {
            struct way_alteration done;
            way_alter(&record, &spots[i], random << 24 | random, bytes, &done);
            CU_ASSERT_NOT_EQUAL(done.from, done.to);
            CU_ASSERT_NOT_EQUAL(
                memcmp(bytes + spots[i].at, frame.bytes + spots[i].at, spots[i].len), 0);
        }
    }
}

static void packets_cut_anywhere_are_altered_inside(void)
{
    for (size_t n = 0; n < MADE_FRAMES; n++) {
        struct made_frame frame = made_frame(made_names[n]);
        for (size_t len = 0; len <= frame.len; len++) {
            struct way_spot spots[WAY_SPOTS_MAX];
            uint8_t *bytes = malloc(len ? len : 1); /* the sanitizers watch its end */
            struct way_guard guard = way_guard_new(frame.bytes, len, 0);
            struct way_record record = made_record(guard.data, len);
            size_t count = way_spots_of(&record, spots);
            CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
            for (size_t i = 0; i < count; i++) {
                struct way_alteration done;
                CU_ASSERT_TRUE(spots[i].at + spots[i].len <= len);
                way_alter(&record, &spots[i], 99 + i, bytes, &done);
            }
            free(bytes);
            way_guard_free(&guard);
        }
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"checksums that were right stay right", checksums_that_were_right_stay_right},
        {"checksums are spots themselves", checksums_are_spots_themselves},
        {"no checksum stays none", no_checksum_stays_none},
        {"a field is never what it was", a_field_is_never_what_it_was},
        {"packets cut anywhere are altered inside", packets_cut_anywhere_are_altered_inside},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "alter", .pTests = tests}, CU_SUITE_INFO_NULL};

    return way_tap_run(suites);
}
