/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets of an interface by AF_PACKET, with virtio headers, as from a TUN device.
 *
 *      kernel --veth--> interface --tap--> ring (shared memory) --> program
 *      kernel <--veth-- interface <-- send with the other end's MAC <--+
 *
 * The ring is what queues: a socket's own buffer, which net.core.rmem_max bounds for
 * an ordinary user, holds some 180 packets, and a TCP sends more in a burst. A slot
 * holds one frame, of at most the length that was said at the opening; the
 * interface must not get longer ones (way_veth_make bounds them).
 *
 * Frames that the host itself sends out of the interface are passed over, and so
 * is what is no IPv4. Needs CAP_NET_RAW, in the user namespace that owns the
 * network namespace. One thread uses a ring.
 */
#ifndef WAYLAY_CORE_DATAPATH_PACKET_RING_H
#define WAYLAY_CORE_DATAPATH_PACKET_RING_H

#include <linux/if_ether.h>
#include <stddef.h>
#include <stdint.h>

#include "core/datapath/diverted.h"

enum {
    WAY_PACKET_RING_SLOTS = 4096,         /* as many packets may wait as in a TUN's queue, */
    WAY_PACKET_RING_BYTES_MAX = 16 << 20, /* unless they are long */
};

struct way_packet_ring {
    int fd; /* readable when a frame waits; -1 when closed */
    uint8_t *map;
    size_t map_len;
    size_t slot_len, block_len; /* bytes */
    unsigned slots, slots_per_block;
    unsigned next;          /* the slot to be read */
    struct ethhdr ethernet; /* before each packet that is written */
    uint64_t lost;          /* frames for which there was no slot, or none long enough */
};

/* Opens a socket with a ring on the interface, which is up. Frames have at most
 * `longest` bytes behind their Ethernet header; what is written goes from MAC
 * `from` to MAC `to`. Returns 0 or a negative errno (nothing is logged). */
int way_packet_ring_open(struct way_packet_ring *ring, unsigned ifindex, size_t longest,
                         const uint8_t from[ETH_ALEN], const uint8_t to[ETH_ALEN]);

/* Closes it; twice is allowed. */
void way_packet_ring_close(struct way_packet_ring *ring);

/* Reads one packet into frame->memory, as way_tun_read. Returns 0, or a negative
 * errno; -EAGAIN when there is none, -ENETDOWN when the interface went away. */
int way_packet_ring_read(struct way_packet_ring *ring, struct way_diverted *frame);

/* Writes a packet with its header, as way_tun_write. Returns 0 or a negative errno. */
int way_packet_ring_write(const struct way_packet_ring *ring, const struct virtio_net_hdr *header,
                          const struct way_packet *packet);

/* Frames lost so far for want of a slot. */
uint64_t way_packet_ring_lost(struct way_packet_ring *ring);

#endif
