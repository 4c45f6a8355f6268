/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two lowest bits of the traffic class.
 */
#include "emu/wire/ecn.h"

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "emu/wire/frame.h"

enum {
    TYPE_LEN = 2,     /* of Ethernet, before the packet */
    AT_CHECKSUM = 10, /* of IPv4 */
    IPV4_LEAST = 20,  /* bytes of a packet with a whole header */
    IPV6_LEAST = 40,
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    EXPERIENCED = 3
};

/* Sets the two bits, which stand `shift` above the lowest of the packet's first word: version,
 * header length or traffic class; both versions have them in 16 bits. */
static bool mark_word(uint8_t *packet, unsigned shift)
{
    uint16_t word = way_bytes_get16(packet);
    if ((word >> shift & EXPERIENCED) == 0)
        return false;
    way_bytes_put16(packet, (uint16_t)(word | EXPERIENCED << shift));
    return true;
}

bool way_ecn_mark(uint8_t *frame, size_t len)
{
    size_t header = way_frame_header(frame, len);
    uint8_t *packet = frame + header;
    if (len - header < IPV4_LEAST)
        return false;
    uint16_t type = way_bytes_get16(packet - TYPE_LEN);
    if (type == TYPE_IPV6)
        return len - header >= IPV6_LEAST && mark_word(packet, 4);
    uint16_t before = way_bytes_get16(packet);
    if (type != TYPE_IPV4 || !mark_word(packet, 0))
        return false;
    uint16_t delta = way_csum_delta(before, way_bytes_get16(packet));
    uint16_t checksum = way_bytes_get16(packet + AT_CHECKSUM);
    way_bytes_put16(packet + AT_CHECKSUM, way_csum_apply_whole(checksum, delta));
    return true;
}
