/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a kind of end has to do. Internal to the ends (emu/wire/end.h).
 */
#ifndef WAYLAY_EMU_WIRE_END_KINDS_H
#define WAYLAY_EMU_WIRE_END_KINDS_H

#include <sys/uio.h>

#include "emu/wire/end.h"
#include "emu/wire/offload.h"

/* The functions are those of emu/wire/end.h, for one kind. */
struct way_end_class {
    int batch; /* frames that are written at once, at most */
    int (*read)(struct way_end *self, struct way_intake *intake,
                struct way_arrival_in arrivals[WAY_END_BATCH]);
    int (*write)(struct way_end *self, struct way_frame *const frames[], int count);
    void (*set_whole)(struct way_end *self, bool whole);
    bool (*is_down)(const struct way_end *self, int error);
    int (*device_drops)(struct way_end *self, uint64_t *drops);
    void (*free)(struct way_end *self); /* all but `fd`, which is closed already */
};

/* The beginning of every end. */
struct way_end {
    const struct way_end_class *class;
    int fd;
    bool whole; /* what way_end_set_whole said last */
    char interface[IFNAMSIZ];
};

/* The kinds. Each opens an end of its own, as way_end_open does. */
struct way_end *way_end_tap_open(const struct way_end_settings *place, char *error,
                                 size_t error_size);
struct way_end *way_end_packet_open(const struct way_end_settings *place, char *error,
                                    size_t error_size);

/* Notes "INTERFACE: WHAT: the text of the errno (ADVICE)" and returns NULL. */
struct way_end *way_end_refuse(const struct way_end_settings *place, const char *what, int error,
                               const char *advice, char *message, size_t message_size);

/* Where the frame `slot` of a batch is to be read, with its virtio header, and how
 * many bytes there are for both. */
struct iovec way_intake_lend(struct way_intake *intake, int slot);

/* Notes, as the only arrival, a frame that the kernel could not describe (a GSO packet that virtio
 * has no name for: SCTP) and has thrown away with EINVAL. Returns 1. */
int way_intake_lost(struct way_arrival_in arrivals[WAY_END_BATCH]);

/* Takes what was read there: `got` bytes, of header and frame. */
struct way_arrival_in way_intake_take(struct way_intake *intake, int slot, size_t got);

#endif
