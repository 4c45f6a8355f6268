/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TUN device: packets of the kernel in user space, and back.
 *
 * Packets come with a virtio header before them, because what crosses veth has
 * unfinished checksums, and bulk data arrives as segments of up to 64 KiB that
 * nobody has cut yet (GSO). Both are kept as they are: after a push or pop,
 * way_tun_adjust() corrects the checksum in the way that the header asks for and
 * moves the header's offsets, and the kernel does the rest on the way out.
 *
 * The device lives as long as its descriptor: it is not persistent, so a killed
 * program leaves no device behind. One thread reads and writes a device.
 */
#ifndef WAYLAY_CORE_DATAPATH_TUN_H
#define WAYLAY_CORE_DATAPATH_TUN_H

#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/buffer.h"

enum {
    WAY_TUN_PACKET_MAX = 65535, /* bytes of an IPv4 packet */
    WAY_TUN_ROOM = 64,          /* bytes before a packet that was read: for growth and alignment */
    /* The longest GSO packet that the kernel hands to the device: what is longer
     * it cuts before, so that the option always fits. */
    WAY_TUN_GSO_MAX = 65000,
    /* Packets that may wait for the program. The kernel's 500 are fewer than one
     * TCP sends in a burst: on two busy cores, uploads lost hundreds (seen, 6.18). */
    WAY_TUN_QUEUE = 4096
};

struct way_tun {
    int fd;              /* non-blocking, close on exec; -1 when closed */
    char name[IFNAMSIZ]; /* of the device */
};

/* A packet with its virtio header, and the memory for both. Large: allocate it
 * once. packet.data points into memory (or, for a packet of one's own, wherever
 * its owner likes). */
struct way_tun_frame {
    struct virtio_net_hdr header;
    struct way_packet packet;
    uint8_t memory[WAY_TUN_ROOM + WAY_TUN_PACKET_MAX];
};

/* Makes the device `name`, with offloads and GSO limit as above; it is still
 * down. Returns 0, or a negative errno after logging what lacks and what to do
 * (-EBUSY: another program has it). `tun` is then closed. */
int way_tun_open(struct way_tun *tun, const char *name);

/* Sets the per-device sysctls (rp_filter 0, accept_local as given, send_redirects
 * 0, no IPv6) and then sets the device up. Returns 0, or a negative errno after logging. */
int way_tun_up(const struct way_tun *tun, int accept_local);

/* Closes the descriptor, and the kernel removes the device. Twice is allowed. */
void way_tun_close(struct way_tun *tun);

/* Reads one packet into frame->memory; frame->packet has WAY_TUN_ROOM before it.
 * Returns 0, or a negative errno; -EAGAIN when there is none. */
int way_tun_read(const struct way_tun *tun, struct way_tun_frame *frame);

/* Writes the frame's packet with its header. Returns 0 or a negative errno; the
 * kernel refuses headers that do not fit the packet with -EINVAL. */
int way_tun_write(const struct way_tun *tun, const struct way_tun_frame *frame);

/* Writes a packet of the program's own, which has whole checksums and is no
 * longer than an MTU. Returns 0 or a negative errno. */
int way_tun_write_plain(const struct way_tun *tun, const struct way_packet *packet);

/* Brings the frame in line with a push or pop that grew the IPv4 header by
 * `grown` bytes (negative: shrank it): applies `l4_delta` to the TCP checksum,
 * whole or partial as the header says, and moves csum_start and hdr_len. Returns
 * false, with the frame unchanged, when the virtio header contradicts the packet
 * (offsets beyond its end): such a frame is to be dropped. */
bool way_tun_adjust(struct way_tun_frame *frame, uint16_t l4_delta, int grown);

/* Finishes the transport checksum of a frame that is not GSO, where the kernel had
 * left it undone, and clears the virtio header: so that the packet can be cut.
 * Returns false, with nothing changed, for GSO and for contradictions. */
bool way_tun_complete(struct way_tun_frame *frame);

/* Bytes that the longest packet cut from this frame will have: the packet's own
 * length unless it is GSO, else headers plus one segment. */
size_t way_tun_segment_len(const struct way_tun_frame *frame);

#endif
