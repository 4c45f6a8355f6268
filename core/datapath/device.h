/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The device by which packets of the kernel come to user space, and go back.
 *
 * There are two kinds, and nothing outside knows which one it has:
 *
 *   tun     a TUN device (tun.h): the node /dev/net/tun must be open to the user;
 *   packet  a pair of veth, the far end read and written by AF_PACKET (veth.h,
 *           packet_ring.h): needs nothing but CAP_NET_ADMIN and CAP_NET_RAW over the network
 *           namespace, which anyone has in a user namespace of his own.
 *
 *      filter --redirect--> TUN ----------------> program      filter --> near ==veth== far -->
 * program routing <------------ (iif TUN) <-------------+         routing <-- (iif near)
 * <-----------+
 *
 * Whatever the kind, `name` is what filters redirect into and what rules name as the
 * incoming interface; frames are as diverted.h says. A device of packets gets whole
 * GSO segments only up to an MTU: the kernel cuts longer ones before. Its MTU is the
 * longest of the diverted interfaces', with room for the option, at its opening.
 *
 * One thread reads and writes a device. A TUN device goes with its descriptor; a
 * pair is removed by way_device_close, or, when the program was killed, by
 * way_diversion_clear.
 */
#ifndef WAYLAY_CORE_DATAPATH_DEVICE_H
#define WAYLAY_CORE_DATAPATH_DEVICE_H

#include <net/if.h>
#include <stdint.h>

#include "core/datapath/diversion.h"
#include "core/datapath/diverted.h"
#include "core/datapath/packet_ring.h"

/* As the configuration's key `device` says it. */
enum way_device_choice {
    WAY_DEVICE_AUTO, /* tun if its node can be opened, else packet */
    WAY_DEVICE_TUN,
    WAY_DEVICE_PACKET,
};

/* Their names in their order, for way_config_enum. */
#define WAY_DEVICE_CHOICES                                                                         \
    {                                                                                              \
        "auto", "tun", "packet", NULL                                                              \
    }

struct way_device_kind; /* device.c */

struct way_device {
    int fd; /* readable when there is a packet; -1 when closed */
    char name[IFNAMSIZ];
    const struct way_device_kind *kind;
    struct way_packet_ring ring; /* of a device of packets */
    unsigned number;             /* its owner's (diversion.h) */
};

/* Makes the diversion's device, still down, after removing what a killed program
 * left of it. Returns 0, or a negative errno after logging what lacks and what to
 * do. `device` is then closed. */
int way_device_open(struct way_device *device, enum way_device_choice choice,
                    const struct way_diversion *diversion);

/* Sets the per-device sysctls (rp_filter 0, accept_local as given, send_redirects
 * 0, no IPv6) and then sets the device up. Returns 0, or a negative errno after logging. */
int way_device_up(const struct way_device *device, int accept_local);

/* Closes it, and it is gone. Twice is allowed; the first may be of {.fd = -1}. */
void way_device_close(struct way_device *device);

/* Reads one packet into frame->memory; frame->packet has WAY_DIVERTED_ROOM before it.
 * Returns 0, or a negative errno; -EAGAIN when there is none. Others mean that the
 * device is gone. */
int way_device_read(struct way_device *device, struct way_diverted *frame);

/* Writes the frame's packet with its header. Returns 0 or a negative errno; the
 * kernel refuses headers that do not fit the packet with -EINVAL. */
int way_device_write(const struct way_device *device, const struct way_diverted *frame);

/* Writes a packet of the program's own, which has whole checksums and is no
 * longer than an MTU. Returns 0 or a negative errno. */
int way_device_write_plain(const struct way_device *device, const struct way_packet *packet);

/* Packets that were diverted and lost before the program could read them, so far:
 * it was too slow. 0 when that cannot be found out. */
uint64_t way_device_lost(struct way_device *device);

#endif
