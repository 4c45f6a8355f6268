/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is written is read again as it was: times, lengths, link types, whatever the
 * padding; what the stream refuses stays with it. And packets that a ring keeps.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/capture/ring.h"
#include "analysis/capture/source.h"
#include "analysis/capture/writer.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/tap.h"

static const uint8_t bytes[64] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static struct way_record record_of(uint64_t number, uint32_t len)
{
    return (struct way_record){.time = INT64_C(1764115200123456789) + (int64_t)number,
                               .number = number,
                               .bytes = bytes,
                               .len = len,
                               .wire_len = len + 1};
}

static struct way_source *open_written(char *text, size_t size)
{
    char error[WAY_SOURCE_ERROR_MAX] = "";
    struct way_source *source = way_source_open_fd(made_file((uint8_t *)text, size), "w", error);

    if (!source)
        printf("# %s\n", error);
    free(text);
    return source;
}

static void packets_are_read_as_they_were_written(void)
{
    static const uint16_t links[] = {WAY_LINK_ETHERNET, WAY_LINK_RAW, WAY_LINK_SLL, WAY_LINK_IPV4,
                                     WAY_LINK_SLL2};
    enum { LINKS = sizeof links / sizeof links[0], PACKETS = 20 };
    char *text = NULL, comment[PACKETS + 1] = "";
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct way_record found;

    way_writer_begin(file, "all of it");
    for (size_t i = 0; i < LINKS; i++)
        way_writer_interface(file, i ? "an interface" : NULL, links[i]);
    for (uint32_t n = 0; n < PACKETS; n++) { /* every padding, of bytes and of comments */
        struct way_record record = record_of(n + 1, n);
        way_writer_packet(file, n % LINKS, &record, n % 3 ? comment : NULL);
        comment[n] = 'c';
        comment[n + 1] = '\0';
    }
    CU_ASSERT_EQUAL(fclose(file), 0);
    struct way_source *source = open_written(text, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    for (uint32_t n = 0; n < PACKETS; n++) {
        struct way_record record = record_of(n + 1, n);
        CU_ASSERT_EQUAL(way_source_next(source, &found), WAY_SOURCE_PACKET);
        CU_ASSERT_EQUAL(found.time, record.time);
        CU_ASSERT_EQUAL(found.len, n);
        CU_ASSERT_EQUAL(found.wire_len, n + 1);
        CU_ASSERT_EQUAL(found.link, links[n % LINKS]);
        CU_ASSERT_EQUAL(memcmp(found.bytes, bytes, n), 0);
    }
    CU_ASSERT_EQUAL(way_source_next(source, &found), WAY_SOURCE_END);
    CU_ASSERT_EQUAL(way_source_facts(source)->end, WAY_SOURCE_WHOLE);
    CU_ASSERT_EQUAL(way_source_facts(source)->resolution, 1);
    way_source_close(&source);
}

static void a_text_that_is_too_long_is_cut(void)
{
    enum { LENGTH = WAY_WRITER_TEXT_MAX + 100 };
    char *text = NULL, *words = malloc(LENGTH + 1);
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct way_record record = record_of(1, 7), found;

    memset(words, 'w', LENGTH);
    words[LENGTH] = '\0';
    way_writer_begin(file, words);
    way_writer_interface(file, words, WAY_LINK_ETHERNET);
    way_writer_packet(file, 0, &record, words);
    fclose(file);
    free(words);
    struct way_source *source = open_written(text, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    CU_ASSERT_EQUAL(way_source_next(source, &found), WAY_SOURCE_PACKET);
    CU_ASSERT_EQUAL(way_source_next(source, &found), WAY_SOURCE_END);
    CU_ASSERT_EQUAL(way_source_facts(source)->end, WAY_SOURCE_WHOLE);
    way_source_close(&source);
}

static void what_cannot_be_written_stays_with_the_stream(void)
{
    FILE *file = fopen("/dev/full", "w");
    struct way_record record = record_of(1, 60);

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    way_writer_begin(file, NULL);
    way_writer_interface(file, "i", WAY_LINK_ETHERNET);
    way_writer_packet(file, 0, &record, NULL);
    CU_ASSERT_NOT_EQUAL(fflush(file), 0);
    CU_ASSERT_TRUE(ferror(file) != 0);
    fclose(file);
}

static void a_ring_has_the_latest(void)
{
    enum { SIZE = 1000, PACKETS = 5000 };
    struct way_ring *ring = way_ring_new(SIZE);
    struct way_record found;

    for (uint32_t n = 1; n <= PACKETS; n++) {
        struct way_record record = record_of(n, n * 7 % 64);
        way_ring_add(ring, &record);
        CU_ASSERT_FALSE(way_ring_find(ring, n + 1, &found));
        for (uint32_t back = 0; back < 14 && back < n; back++) { /* 14 fit, of at most 63 bytes */
            uint32_t wanted = n - back;
            CU_ASSERT_TRUE_FATAL(way_ring_find(ring, wanted, &found));
            CU_ASSERT_EQUAL(found.number, wanted);
            CU_ASSERT_EQUAL(found.len, wanted * 7 % 64);
            CU_ASSERT_EQUAL(memcmp(found.bytes, bytes, found.len), 0);
        }
        CU_ASSERT_FALSE(n > SIZE / 32 && way_ring_find(ring, n - SIZE / 32, &found));
    }
    way_ring_free(&ring);
    CU_ASSERT_PTR_NULL(ring);
}

static void what_is_larger_than_a_ring_empties_it(void)
{
    struct way_ring *ring = way_ring_new(60);
    struct way_record small = record_of(1, 40), large = record_of(2, 61), found;

    way_ring_add(ring, &small);
    CU_ASSERT_TRUE(way_ring_find(ring, 1, &found));
    way_ring_add(ring, &large);
    CU_ASSERT_FALSE(way_ring_find(ring, 1, &found));
    CU_ASSERT_FALSE(way_ring_find(ring, 2, &found));
    way_ring_free(&ring);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"packets are read as they were written", packets_are_read_as_they_were_written},
        {"a text that is too long is cut", a_text_that_is_too_long_is_cut},
        {"what cannot be written stays with the stream",
         what_cannot_be_written_stays_with_the_stream},
        {"a ring has the latest", a_ring_has_the_latest},
        {"what is larger than a ring empties it", what_is_larger_than_a_ring_empties_it},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "writer", .pTests = tests}, CU_SUITE_INFO_NULL};

    return way_tap_run(suites);
}
