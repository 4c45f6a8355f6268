/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two lowest bits of the traffic class.
 */
#include "emu/wire/ecn.h"

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"

enum {
    AT_TYPE = 12, /* of Ethernet */
    AT_WORD = 14, /* version, header length or traffic class; both have it in 16 bits */
    AT_CHECKSUM = 24,
    IPV4_LEAST = 34, /* bytes of a frame with a whole header */
    IPV6_LEAST = 54,
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    EXPERIENCED = 3
};

/* Sets the two bits, which stand `shift` above the word's lowest. */
static bool mark_word(uint8_t *frame, unsigned shift)
{
    uint16_t word = way_bytes_get16(frame + AT_WORD);
    if ((word >> shift & EXPERIENCED) == 0)
        return false;
    way_bytes_put16(frame + AT_WORD, (uint16_t)(word | EXPERIENCED << shift));
    return true;
}

bool way_ecn_mark(uint8_t *frame, size_t len)
{
    if (len < IPV4_LEAST)
        return false;
    uint16_t type = way_bytes_get16(frame + AT_TYPE);
    if (type == TYPE_IPV6)
        return len >= IPV6_LEAST && mark_word(frame, 4);
    uint16_t before = way_bytes_get16(frame + AT_WORD);
    if (type != TYPE_IPV4 || !mark_word(frame, 0))
        return false;
    uint16_t delta = way_csum_delta(before, way_bytes_get16(frame + AT_WORD));
    uint16_t checksum = way_bytes_get16(frame + AT_CHECKSUM);
    way_bytes_put16(frame + AT_CHECKSUM, way_csum_apply_whole(checksum, delta));
    return true;
}
