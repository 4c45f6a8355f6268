/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TUN devices with virtio headers: one of the two kinds of device (device.h).
 *
 * The device lives as long as its descriptor: it is not persistent, so a killed
 * program leaves no device behind.
 */
#ifndef WAYLAY_CORE_DATAPATH_TUN_H
#define WAYLAY_CORE_DATAPATH_TUN_H

#include "core/datapath/diverted.h"

#define WAY_TUN_NODE "/dev/net/tun"

enum {
    /* The longest GSO packet that the kernel hands to the device: what is longer
     * it cuts before, so that the option always fits. */
    WAY_TUN_GSO_MAX = 65000,
    /* Packets that may wait for the program. The kernel's 500 are fewer than one
     * TCP sends in a burst: on two busy cores, uploads lost hundreds (seen, 6.18). */
    WAY_TUN_QUEUE = 4096
};

/* Whether this process may open the TUN node. Returns 0 or a negative errno. */
int way_tun_usable(void);

/* Makes the device `name`, with offloads, GSO limit and queue as above; it is
 * still down. Returns its descriptor (non-blocking, close on exec), or a negative
 * errno after logging what lacks and what to do (-EBUSY: another program has it). */
int way_tun_open(const char *name);

/* Reads one packet into frame->memory; frame->packet has WAY_DIVERTED_ROOM before it.
 * Returns 0, or a negative errno; -EAGAIN when there is none. */
int way_tun_read(int fd, struct way_diverted *frame);

/* Writes a packet with its header. Returns 0 or a negative errno; the kernel
 * refuses headers that do not fit the packet with -EINVAL. */
int way_tun_write(int fd, const struct virtio_net_hdr *header, const struct way_packet *packet);

#endif
