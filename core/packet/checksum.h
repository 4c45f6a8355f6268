/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The Internet checksum: whole (RFC 1071), by difference (RFC 1624), and half
 * done, as packets between network namespaces carry it.
 *
 * A *sum* is the ones' complement sum of 16-bit big-endian words. A *checksum*
 * is what stands in the header's field: the complement of a sum. Both are
 * handled as numbers in host order: the value that way_bytes_get16 reads from
 * the field.
 *
 * A *delta* says by how much a sum changes when words of the covered bytes are
 * replaced: the sum of the complements of the old words and of the new words.
 * The field can hold one of two things, and who applies a delta must know which
 * (the bytes do not tell):
 *
 *   - whole: the complement of the sum over everything. RFC 1624, equation 3.
 *   - partial: the sum of the pseudo header only, not complemented; the sender's
 *     network card would add the rest (CHECKSUM_PARTIAL in the kernel,
 *     VIRTIO_NET_HDR_F_NEEDS_CSUM on a TUN device). Packets on veth carry it.
 *
 * Treating a partial checksum as a whole one breaks the packet, silently here
 * and completely at the receiver.
 *
 * The inline functions also compile for BPF.
 */
#ifndef WAYLAY_CORE_PACKET_CHECKSUM_H
#define WAYLAY_CORE_PACKET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "core/packet/bytes.h"

/* What a transport checksum field holds (see above). */
enum way_csum_kind { WAY_CSUM_WHOLE, WAY_CSUM_PARTIAL };

/* Folds the carries of a sum of up to 2^16 words back into 16 bits. The result
 * is 0 only when every word was 0. */
static inline uint16_t way_csum_fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* The sum of an address's two words. */
static inline uint32_t way_csum_address(way_be32 address)
{
    uint8_t bytes[4];
    way_bytes_put_address(bytes, address);
    return (uint32_t)way_bytes_get16(bytes) + way_bytes_get16(bytes + 2);
}

/* The delta of replacing the sum of some words by the sum of others; neither
 * needs to be folded. */
static inline uint16_t way_csum_delta(uint32_t old_sum, uint32_t new_sum)
{
    uint16_t complement = (uint16_t)~way_csum_fold(old_sum);
    return way_csum_fold((uint32_t)complement + way_csum_fold(new_sum));
}

/* The checksum (whole) after a change by `delta`: RFC 1624, section 3. A right
 * checksum stays right, a wrong one wrong. */
static inline uint16_t way_csum_apply_whole(uint16_t checksum, uint16_t delta)
{
    uint16_t sum = (uint16_t)~checksum;
    return (uint16_t)~way_csum_fold((uint32_t)sum + delta);
}

/* The field's value (partial) after a change of the pseudo header by `delta`. */
static inline uint16_t way_csum_apply_partial(uint16_t pseudo_sum, uint16_t delta)
{
    return way_csum_fold((uint32_t)pseudo_sum + delta);
}

/* One of the two above, by kind. */
static inline uint16_t way_csum_apply(uint16_t field, uint16_t delta, enum way_csum_kind kind)
{
    return kind == WAY_CSUM_WHOLE ? way_csum_apply_whole(field, delta)
                                  : way_csum_apply_partial(field, delta);
}

/* The folded sum of `len` bytes (at most 65,535; an odd last byte is padded
 * with zero), added to `sum` (folded or a few words' worth). */
uint16_t way_csum_add(uint32_t sum, const uint8_t *data, size_t len);

/* The checksum of `len` bytes: the complement of their sum. Over bytes that
 * contain a right checksum, the result is 0. */
uint16_t way_csum_of(const uint8_t *data, size_t len);

/* The folded sum of the pseudo header (RFC 9293, section 3.1) of a segment or datagram
 * of `len` bytes, transport header included. */
uint16_t way_csum_pseudo(way_be32 source, way_be32 destination, uint8_t protocol, uint16_t len);

#endif
