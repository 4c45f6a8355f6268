/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The Internet checksum over bytes: RFC 1071, section 4.1, word by word. Packets
 * are at most 64 KiB, so that 32 bits hold every carry.
 */
#include "core/packet/checksum.h"

#include <assert.h>

#include "core/packet/cursor.h"

enum { WORDS_LEN_MAX = 65535 };

uint16_t way_csum_add(uint32_t sum, const uint8_t *data, size_t len)
{
    assert(len <= WORDS_LEN_MAX);
    struct way_cursor rest = way_cursor_over(data, len);
    const uint8_t *at;

    sum = way_csum_fold(sum);
    while ((at = way_cursor_peel(&rest, 2)))
        sum += way_bytes_get16(at);
    if ((at = way_cursor_peel(&rest, 1)))
        sum += (uint32_t)*at << 8;
    return way_csum_fold(sum);
}

uint16_t way_csum_of(const uint8_t *data, size_t len)
{
    return (uint16_t)~way_csum_add(0, data, len);
}

uint16_t way_csum_pseudo(way_be32 source, way_be32 destination, uint8_t protocol, uint16_t len)
{
    return way_csum_fold(way_csum_address(source) + way_csum_address(destination) + protocol + len);
}
