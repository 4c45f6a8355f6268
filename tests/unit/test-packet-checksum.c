/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checksums against vectors: RFC 1071's own example, RFC 1624's, a header whose
 * checksum is in every textbook, and the hand-computed SYN.
 */
#include <string.h>

#include "core/packet/checksum.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

static const uint8_t textbook[20] = {0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06,
                                     0xb1, 0xe6, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10, 0x0a, 0x0c};

static void rfc1071_example_sums(void)
{
    const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CU_ASSERT_EQUAL(way_csum_add(0, bytes, sizeof bytes), 0xddf2);
    CU_ASSERT_EQUAL(way_csum_of(bytes, sizeof bytes), 0x220d);
}

static void header_with_right_checksum_gives_zero(void)
{
    uint8_t header[20];
    CU_ASSERT_EQUAL(way_csum_of(textbook, sizeof textbook), 0);
    memcpy(header, textbook, sizeof header);
    header[10] = header[11] = 0;
    CU_ASSERT_EQUAL(way_csum_of(header, sizeof header), 0xb1e6);
}

static void odd_byte_is_the_high_half_of_a_word(void)
{
    struct way_guard guard = way_guard_new("\x12\x34\x56", 3, 0);
    CU_ASSERT_EQUAL(way_csum_add(0, guard.data, 3), 0x1234 + 0x5600);
    CU_ASSERT_EQUAL(way_csum_add(0, guard.data, 0), 0);
    way_guard_free(&guard);
}

static void longest_packet_keeps_every_carry(void)
{
    struct way_guard guard = way_guard_new(NULL, 65535, 0);
    memset(guard.data, 0xff, guard.len);
    /* 32,767 words of ffff are ffff; the odd byte adds ff00. */
    CU_ASSERT_EQUAL(way_csum_add(0, guard.data, guard.len), 0xff00);
    way_guard_free(&guard);
}

static void rfc1624_example_updates(void)
{
    /* Section 4: dd2f, a word 5555 becomes 3285: 0000, which eqn. 2 gets wrong. */
    CU_ASSERT_EQUAL(way_csum_apply_whole(0xdd2f, way_csum_delta(0x5555, 0x3285)), 0x0000);
}

static void delta_of_the_syn(void)
{
    uint16_t delta = way_csum_delta(way_csum_address(ORIGIN), way_csum_address(PROXY));
    CU_ASSERT_EQUAL(delta, SYN_DELTA);
    CU_ASSERT_EQUAL(way_csum_apply(0xe8a0, delta, WAY_CSUM_WHOLE), 0xe9a0);
    CU_ASSERT_EQUAL(way_csum_apply(SYN_PSEUDO, delta, WAY_CSUM_PARTIAL), SYN_PSEUDO - 0x0100);
}

static void pseudo_header_of_the_syn(void)
{
    CU_ASSERT_EQUAL(way_csum_pseudo(CLIENT, ORIGIN, 6, 24), SYN_PSEUDO);
}

static void deltas_of_there_and_back_cancel(void)
{
    for (uint32_t field = 0; field < 0xffff; field++) { /* ffff is 0 by another name */
        uint16_t there = way_csum_delta(0x0d02, 0x0c02), back = way_csum_delta(0x0c02, 0x0d02);
        uint16_t gone = way_csum_apply_whole((uint16_t)field, there);
        if (way_csum_apply_whole(gone, back) != field)
            CU_FAIL("a checksum did not come back");
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"RFC 1071's example sums", rfc1071_example_sums},
        {"a header with a right checksum gives zero", header_with_right_checksum_gives_zero},
        {"an odd byte is the high half of a word", odd_byte_is_the_high_half_of_a_word},
        {"the longest packet keeps every carry", longest_packet_keeps_every_carry},
        {"RFC 1624's example updates", rfc1624_example_updates},
        {"the delta of the SYN, whole and partial", delta_of_the_syn},
        {"the pseudo header of the SYN", pseudo_header_of_the_syn},
        {"the deltas of there and back cancel", deltas_of_there_and_back_cancel},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "checksum", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
