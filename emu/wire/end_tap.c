/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A TAP device with virtio headers, in the node's namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "emu/wire/device.h"
#include "emu/wire/end_kinds.h"
#include "emu/wire/netns.h"

#define TUN_NODE "/dev/net/tun"

struct tap {
    struct way_end end;
    unsigned index; /* of the device in the node's namespace */
};

/* ---- frames ---- */

static int read_tap(struct way_end *self, struct way_intake *intake,
                    struct way_arrival_in arrivals[WAY_END_BATCH])
{
    const struct iovec place = way_intake_lend(intake, 0);
    ssize_t got = read(self->fd, place.iov_base, place.iov_len);
    if (got < 0 && errno == EINVAL)
        return way_intake_lost(arrivals);
    if (got <= 0)
        return got < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
    arrivals[0] = way_intake_take(intake, 0, (size_t)got);
    return 1;
}

static int write_tap(struct way_end *self, struct way_frame *const frames[], int count)
{
    for (int i = 0; i < count; i++)
        if (write(self->fd, frames[i]->offload, WAY_FRAME_OFFLOAD + frames[i]->len) < 0)
            return i;
    return count;
}

static void set_whole(struct way_end *self, bool whole)
{
    unsigned long offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    if (ioctl(self->fd, TUNSETOFFLOAD, whole ? offload : 0UL) != 0)
        way_log(WAY_LOG_WARNING, "%s: cannot set offloads: %s", self->interface, strerror(errno));
}

/* The kernel's answer for a TAP that is not up. */
static bool is_down(const struct way_end *self, int error)
{
    (void)self;
    return error == EIO;
}

/* The device is asked for where it is now, wherever it may have been moved. */
static int device_drops(struct way_end *self, uint64_t *drops)
{
    const struct tap *tap = (const struct tap *)self;
    WAY_AUTO_FD int namespace = ioctl(self->fd, TUNGETDEVNETNS);
    if (namespace < 0)
        return -errno;
    int back = way_netns_enter_fd(namespace);
    if (back < 0)
        return back;
    int error = way_device_drops(tap->index, drops);
    way_netns_leave(back);
    return error;
}

static void free_tap(struct way_end *self)
{
    free(self);
}

static const struct way_end_class class = {.batch = 1,
                                           .read = read_tap,
                                           .write = write_tap,
                                           .set_whole = set_whole,
                                           .is_down = is_down,
                                           .device_drops = device_drops,
                                           .free = free_tap};

/* ---- making one ---- */

static const char *advice(int error)
{
    switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return " (the kernel needs CONFIG_TUN; try: modprobe tun)";
    case EACCES:
    case EPERM:
        return " (CAP_NET_ADMIN lacks: run as root, or use kind: packet)";
    case EBUSY:
        return " (an interface of this name exists already)";
    default:
        return "";
    }
}

/* Makes the device in the calling thread's namespace. Returns its descriptor, or -1
 * with what failed. */
static int make_device(const struct way_end_settings *place, unsigned *index, const char **what,
                       int *error)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL};
    const struct way_device_setup setup = {.mtu = place->mtu,
                                           .address = place->has_address ? place->address : NULL,
                                           .queue = WAY_END_QUEUE};
    memcpy(request.ifr_name, place->interface, IFNAMSIZ);
    *what = "cannot open " TUN_NODE;
    WAY_AUTO_FD int fd = open(TUN_NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        *what = "cannot make the TAP device";
        if (ioctl(fd, TUNSETIFF, &request) == 0) {
            *what = "cannot set up the TAP device";
            int result = way_device_index(place->interface);
            if (result > 0) {
                *index = (unsigned)result;
                result = way_device_set_up(place->interface, &setup);
            }
            if (result == 0)
                return WAY_TAKE_FD(fd);
            errno = -result;
        }
    }
    *error = errno;
    return -1;
}

struct way_end *way_end_tap_open(const struct way_end_settings *place, char *error,
                                 size_t error_size)
{
    struct tap *tap = calloc(1, sizeof(*tap));
    if (!tap)
        return way_end_refuse(place, "cannot be opened", ENOMEM, "", error, error_size);
    int back = place->netns ? way_netns_enter(place->netns) : -1;
    if (place->netns && back < 0) {
        free(tap);
        return way_end_refuse(place, place->netns, -back, "", error, error_size);
    }
    const char *what = "";
    int failed = 0;
    tap->end.class = &class;
    tap->end.fd = make_device(place, &tap->index, &what, &failed);
    way_netns_leave(back);
    if (tap->end.fd < 0) {
        free(tap);
        return way_end_refuse(place, what, failed, advice(failed), error, error_size);
    }
    memcpy(tap->end.interface, place->interface, IFNAMSIZ);
    set_whole(&tap->end, false);
    return &tap->end;
}
