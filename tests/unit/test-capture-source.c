/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sources and merges: files cut anywhere, lengths that lie, clocks that run
 * backwards, and the order of many. (The formats themselves are held against tshark in
 * tests/conformance.)
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "analysis/capture/merge.h"
#include "analysis/capture/source.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/tap.h"

enum { PACKETS = 5, PACKET_LEN = 10, RECORD_LEN = 16 + PACKET_LEN };
enum {
    FILE_LEN = 24 + PACKETS * RECORD_LEN,
    THIRD = 24 + 2 * RECORD_LEN,
    FOURTH = THIRD + RECORD_LEN
};

/* A file of PACKETS packets, one a second from `first` on; the n-th is full of n. */
static void make_file(uint8_t file[FILE_LEN], uint32_t first)
{
    size_t at = made_pcap_header(file, 1);

    for (uint32_t n = 0; n < PACKETS; n++) {
        at += made_pcap_record(file + at, first + n, n, PACKET_LEN);
        memset(file + at, (int)n, PACKET_LEN);
        at += PACKET_LEN;
    }
}

static struct way_source *open_bytes(const uint8_t *file, size_t len)
{
    char error[WAY_SOURCE_ERROR_MAX];

    return way_source_open_fd(made_file(file, len), "made", error);
}

/* Reads to the end; returns the packets. */
static unsigned read_all(struct way_source *source)
{
    struct way_record record;
    unsigned packets = 0;

    while (way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        CU_ASSERT_EQUAL(record.number, ++packets);
        CU_ASSERT_EQUAL(record.len, PACKET_LEN);
        CU_ASSERT_EQUAL(record.bytes[PACKET_LEN - 1], (packets - 1) & 0xff);
    }
    CU_ASSERT_EQUAL(way_source_next(source, &record), WAY_SOURCE_END);
    return packets;
}

static void a_file_cut_anywhere_ends_at_its_last_whole_packet(void)
{
    uint8_t file[FILE_LEN];

    make_file(file, 100);
    for (size_t len = 24; len <= FILE_LEN; len++) {
        struct way_source *source = open_bytes(file, len);
        CU_ASSERT_PTR_NOT_NULL_FATAL(source);
        unsigned whole = (unsigned)((len - 24) / RECORD_LEN);
        bool cut = (len - 24) % RECORD_LEN != 0;
        CU_ASSERT_EQUAL(read_all(source), whole);
        const struct way_source_facts *facts = way_source_facts(source);
        CU_ASSERT_EQUAL(facts->end, cut ? WAY_SOURCE_CUT : WAY_SOURCE_WHOLE);
        CU_ASSERT_EQUAL(facts->last, whole ? (99 + whole) * INT64_C(1000000000) + whole - 1 : 0);
        way_source_close(&source);
    }
    for (size_t len = 0; len < 24; len++)
        CU_ASSERT_PTR_NULL(open_bytes(file, len));
}

static void a_length_that_lies_ends_the_belief(void)
{
    uint8_t file[FILE_LEN];

    make_file(file, 100);
    memset(file + THIRD + 8, 0xff, 4); /* the third packet's captured length */
    struct way_source *source = open_bytes(file, FILE_LEN);
    CU_ASSERT_EQUAL(read_all(source), 2);
    CU_ASSERT_EQUAL(way_source_facts(source)->end, WAY_SOURCE_DAMAGED);
    CU_ASSERT_STRING_EQUAL(way_source_facts(source)->message,
                           "it is damaged after packet 2: found a packet of 4294967295 bytes, "
                           "expected at most 262144");
    way_source_close(&source);
}

static void a_clock_that_runs_backwards_is_counted(void)
{
    uint8_t file[FILE_LEN];

    make_file(file, 100);
    made_pcap_record(file + FOURTH, 101, 0, PACKET_LEN);
    struct way_source *source = open_bytes(file, FILE_LEN);
    read_all(source);
    const struct way_source_facts *facts = way_source_facts(source);
    CU_ASSERT_EQUAL(facts->backwards, 1);
    CU_ASSERT_EQUAL(facts->backwards_number, 4);
    CU_ASSERT_EQUAL(facts->backwards_most, 1000000002);
    CU_ASSERT_EQUAL(facts->last, INT64_C(104000000004));
    way_source_close(&source);
}

static void a_merge_is_in_the_order_of_time_and_of_the_sources(void)
{
    static const uint32_t firsts[] = {102, 100, 100, 103};
    struct way_merge *merge = way_merge_new();
    struct way_record record;
    int64_t last = 0;
    unsigned packets = 0, last_source = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint8_t file[FILE_LEN];
        make_file(file, firsts[i]);
        struct way_source *source = open_bytes(file, FILE_LEN);
        CU_ASSERT_EQUAL(way_merge_add(merge, &source), (int)i);
        CU_ASSERT_PTR_NULL(source);
    }
    while (way_merge_next(merge, &record, 0) == WAY_SOURCE_PACKET) {
        packets++;
        CU_ASSERT_TRUE(record.time > last || (record.time == last && record.source > last_source));
        CU_ASSERT_EQUAL(record.bytes[0], (record.number - 1) & 0xff);
        last = record.time;
        last_source = record.source;
    }
    CU_ASSERT_EQUAL(packets, 4 * PACKETS);
    CU_ASSERT_EQUAL(way_merge_next(merge, &record, 0), WAY_SOURCE_END);
    for (unsigned i = 0; i < way_merge_count(merge); i++)
        CU_ASSERT_EQUAL(way_source_facts(way_merge_source(merge, i))->end, WAY_SOURCE_WHOLE);
    way_merge_free(&merge);
}

static void what_is_no_file_is_refused_with_its_name(void)
{
    char error[WAY_SOURCE_ERROR_MAX];

    CU_ASSERT_PTR_NULL(way_source_open("/nonexistent.pcap", error));
    CU_ASSERT_STRING_EQUAL(error, "/nonexistent.pcap: No such file or directory");
    CU_ASSERT_PTR_NULL(way_source_open("/", error));
    CU_ASSERT_STRING_EQUAL(error, "/: Is a directory");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a file cut anywhere ends at its last whole packet",
         a_file_cut_anywhere_ends_at_its_last_whole_packet},
        {"a length that lies ends the belief", a_length_that_lies_ends_the_belief},
        {"a clock that runs backwards is counted", a_clock_that_runs_backwards_is_counted},
        {"a merge is in the order of time, and of the sources",
         a_merge_is_in_the_order_of_time_and_of_the_sources},
        {"what is no file is refused with its name", what_is_no_file_is_refused_with_its_name},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "source", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
