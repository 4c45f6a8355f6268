/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Network devices, as far as the ends need them: set up, counted, told what to
 * leave to whom. All in the calling thread's network namespace. Every function
 * returns 0 or a negative errno.
 */
#ifndef WAYLAY_EMU_WIRE_DEVICE_H
#define WAYLAY_EMU_WIRE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct way_device_setup {
    int64_t mtu;            /* bytes; 0: as it is */
    const uint8_t *address; /* MAC, 6 bytes; NULL: as it is */
    unsigned queue;         /* frames that may wait; 0: as it is */
    bool without_arp;       /* the kernel answers nobody there */
};

/* Gives the device what is asked, and sets it up. */
int way_device_set_up(const char *name, const struct way_device_setup *setup);

/* Its index, or a negative errno. */
int way_device_index(const char *name);

/* The index of what the device is a pair of veth with, in the other's namespace, and whether
 * that is another one. Returns 0 or a negative errno; -ENODEV for any other kind of device. */
int way_device_peer(const char *name, unsigned *index, bool *elsewhere);

/* Whether the device of this index, here, is an end of a pair of veth whose other end has the
 * index `other`. */
bool way_device_is_pair(unsigned index, unsigned other);

/* Frames that the device with this index dropped on their way out, so far. */
int way_device_drops(unsigned index, uint64_t *drops);

/* Says whether the device with this index may leave cutting and checksums to who
 * takes its frames. */
int way_device_offload(unsigned index, bool on);

#endif
