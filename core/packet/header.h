/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * An IPv4 header in the making. Internal to core/packet.
 *
 * Whoever changes the length of a packet's header makes the new one here, in a
 * buffer of its own, while the packet is still whole, and puts it into the
 * packet's place last. So nothing is overwritten that is still to be read, and a
 * packet is changed completely or not at all.
 */
#ifndef WAYLAY_CORE_PACKET_HEADER_H
#define WAYLAY_CORE_PACKET_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "core/packet/buffer.h"
#include "core/packet/ipv4.h"

struct way_header {
    uint8_t bytes[WAY_IPV4_HEADER_MAX]; /* base header, then options */
    size_t len;                         /* bytes, a multiple of 4 when it is placed */
};

/* Adds bytes at the end. They must fit (asserted). */
void way_header_append(struct way_header *header, const uint8_t *bytes, size_t len);

/* A copy of the packet's header. */
struct way_header way_header_copy(const struct way_ipv4 *ip);

/* A copy without its Record Routes. The other options are packed together (NOPs,
 * which only align, are left out) and padded to a multiple of 4 with End of
 * Options. The options must be well-formed; the copy is to be sealed. */
struct way_header way_header_without_record_routes(const struct way_ipv4 *ip);

/* Sets header length, total length (header->len + payload_len) and checksum of a
 * header whose length has changed. */
void way_header_seal(struct way_header *header, size_t payload_len);

/* Puts the header in the place of the packet's old one of `old_len` bytes; the
 * packet's start moves, taking room or giving it back, and its end becomes what
 * the header says. Returns by how many bytes the header grew (may be negative). */
int way_header_place(const struct way_header *header, struct way_packet *packet, size_t old_len);

#endif
