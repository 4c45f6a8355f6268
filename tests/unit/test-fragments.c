/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Cutting packets into fragments, and the bound of what is remembered of them.
 */
#include "core/router/fragments.h"

#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "tests/unit/guard.h"
#include "tests/unit/tap.h"

enum { HEADER = 20, PAYLOAD = 100 };

/* A packet of 100 bytes of payload 0, 1, 2, ... with the given flags and offset. */
static struct way_guard packet(uint16_t field)
{
    uint8_t bytes[HEADER + PAYLOAD] = {
        0x45, 0, 0, HEADER + PAYLOAD, 0xab, 0xcd, 0, 0, 64, 6, 0, 0, 10, 0, 1, 2, 10, 0, 3, 2};
    for (int i = 0; i < PAYLOAD; i++)
        bytes[HEADER + i] = (uint8_t)i;
    way_bytes_put16(bytes + 6, field);
    way_bytes_put16(bytes + 10, way_csum_of(bytes, HEADER));
    return way_guard_new(bytes, sizeof(bytes), 0);
}

/* Cuts the packet and puts it together again; gives the number of pieces. */
static int cut_and_check(uint16_t field, size_t limit)
{
    struct way_guard whole_bytes = packet(field);
    struct way_ipv4 whole;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(whole_bytes.data, whole_bytes.len, &whole), WAY_PACKET_OK);
    struct way_cursor rest = whole.payload;
    struct way_guard out = way_guard_new(NULL, limit, 0);
    size_t done = 0;
    int pieces = 0;
    for (size_t len; (len = way_fragment_cut(&whole, &rest, limit, out.data, out.len)) > 0;) {
        struct way_ipv4 piece;
        CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(out.data, len, &piece), WAY_PACKET_OK);
        CU_ASSERT_TRUE(way_ipv4_checksum_ok(&piece));
        CU_ASSERT_EQUAL(piece.total_len, len);
        CU_ASSERT_EQUAL(piece.identification, 0xabcd);
        CU_ASSERT_EQUAL(piece.fragment_offset, whole.fragment_offset + done);
        CU_ASSERT_EQUAL(memcmp(piece.payload.at, whole.payload.at + done, len - HEADER), 0);
        done += len - HEADER;
        CU_ASSERT_EQUAL(piece.more_fragments, done < PAYLOAD || whole.more_fragments);
        pieces++;
    }
    CU_ASSERT_EQUAL(done, PAYLOAD);
    way_guard_free(&out);
    way_guard_free(&whole_bytes);
    return pieces;
}

static void pieces_make_the_whole(void)
{
    CU_ASSERT_EQUAL(cut_and_check(0, 120), 1);
    CU_ASSERT_EQUAL(cut_and_check(0, 119), 2);
    CU_ASSERT_EQUAL(cut_and_check(0, 28), 13);
    CU_ASSERT_EQUAL(cut_and_check(0, 67), 3);
}

static void a_fragment_is_cut_where_it_stands(void)
{
    CU_ASSERT_EQUAL(cut_and_check(0x2000, 60), 3);
    CU_ASSERT_EQUAL(cut_and_check(0x2000 | 11, 60), 3);
    CU_ASSERT_EQUAL(cut_and_check(11, 60), 3);
}

static void nothing_fits_below_eight_bytes(void)
{
    struct way_guard bytes = packet(0);
    struct way_ipv4 whole;
    uint8_t out[64];
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(bytes.data, bytes.len, &whole), WAY_PACKET_OK);
    struct way_cursor rest = whole.payload;
    CU_ASSERT_EQUAL(way_fragment_cut(&whole, &rest, 27, out, sizeof(out)), 0);
    CU_ASSERT_EQUAL(way_fragment_cut(&whole, &rest, 100, out, 27), 0);
    way_guard_free(&bytes);
}

static void the_table_is_bounded_and_keeps_the_newest(void)
{
    static struct way_fragments table;
    int known = 0;
    for (unsigned i = 0; i < 65536; i++) {
        struct way_ipv4 ip = {.source = 1, .destination = 2, .identification = (uint16_t)i};
        way_fragments_note(&table, &ip, WAY_FRAGMENT_PUSH, i + 1);
        CU_ASSERT_EQUAL(way_fragments_ask(&table, &ip, i + 1), WAY_FRAGMENT_PUSH);
    }
    for (unsigned i = 0; i < 65536; i++) {
        struct way_ipv4 ip = {.source = 1, .destination = 2, .identification = (uint16_t)i};
        known += way_fragments_ask(&table, &ip, 65536) == WAY_FRAGMENT_PUSH;
    }
    CU_ASSERT_TRUE(known > WAY_FRAGMENTS_ENTRIES / 2);
    CU_ASSERT_TRUE(known <= WAY_FRAGMENTS_ENTRIES);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"pieces make the whole", pieces_make_the_whole},
        {"a fragment is cut where it stands", a_fragment_is_cut_where_it_stands},
        {"nothing fits below eight bytes", nothing_fits_below_eight_bytes},
        {"the table is bounded and keeps the newest", the_table_is_bounded_and_keeps_the_newest},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "fragments", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
