/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A packet as the kernel hands it over: with a virtio header before it.
 *
 * What crosses veth has unfinished checksums, and bulk data arrives as segments of
 * up to 64 KiB that nobody has cut yet (GSO). Both are kept as they are: after a
 * push or pop, way_diverted_adjust() corrects the checksum in the way that the header
 * asks for and moves the header's offsets, and the kernel does the rest on the way
 * out.
 *
 * All offsets of the header (csum_start, hdr_len) count from the first byte of the
 * IPv4 header, whatever device the packet came by. Pure: no I/O here.
 */
#ifndef WAYLAY_CORE_DATAPATH_DIVERTED_H
#define WAYLAY_CORE_DATAPATH_DIVERTED_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/buffer.h"

enum {
    WAY_DIVERTED_PACKET_MAX = 65535, /* bytes of an IPv4 packet */
    WAY_DIVERTED_ROOM = 64 /* bytes before a packet that was read: for growth and alignment */
};

/* A packet with its virtio header, and the memory for both. Large: allocate it
 * once. packet.data points into memory (or, for a packet of one's own, wherever
 * its owner likes). */
struct way_diverted {
    struct virtio_net_hdr header;
    struct way_packet packet;
    uint8_t memory[WAY_DIVERTED_ROOM + WAY_DIVERTED_PACKET_MAX];
};

/* Brings the frame in line with a push or pop that grew the IPv4 header by
 * `grown` bytes (negative: shrank it): applies `l4_delta` to the TCP checksum,
 * whole or partial as the header says, and moves csum_start and hdr_len. Returns
 * false, with the frame unchanged, when the virtio header contradicts the packet
 * (offsets beyond its end): such a frame is to be dropped. */
bool way_diverted_adjust(struct way_diverted *frame, uint16_t l4_delta, int grown);

/* Finishes the transport checksum of a frame that is not GSO, where the kernel had
 * left it undone, and clears the virtio header: so that the packet can be cut.
 * Returns false, with nothing changed, for GSO and for contradictions. */
bool way_diverted_complete(struct way_diverted *frame);

/* Bytes that the longest packet cut from this frame will have: the packet's own
 * length unless it is GSO, else headers plus one segment. */
size_t way_diverted_segment_len(const struct way_diverted *frame);

#endif
