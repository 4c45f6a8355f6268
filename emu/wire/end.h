/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An end of a link: where frames come out of a node and go into it.
 *
 * Two kinds, behind one interface:
 *
 *   - TAP: the device is the node's interface. It is made inside the node's
 *     network namespace (setns there and back), set up with MTU and MAC, and is
 *     gone with its descriptor: a killed wire leaves no interface.
 *   - PACKET: a packet socket on an interface of the wire's own namespace, one
 *     end of a veth pair whose other end is the node's. Needs no TUN node. Who
 *     made the pair removes it.
 *
 * Frames come with their virtio headers (emu/wire/offload.h). Whether the kernel
 * cuts and finishes packets before they come is a setting (way_end_set_whole); what
 * comes uncut all the same, because it was in a queue or the setting could not be
 * made, is cut by who takes it (emu/wire/segment.h).
 *
 * Who reads lends the end memory through the intake, which all ends share. The
 * functions block never, but for those that open, close and ask for counts.
 * One thread.
 */
#ifndef WAYLAY_EMU_WIRE_END_H
#define WAYLAY_EMU_WIRE_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/decision.h"
#include "emu/wire/frame.h"
#include "emu/wire/settings.h"

enum {
    WAY_END_BATCH = 16,        /* frames that are read or written at once, at most */
    WAY_END_QUEUE = 10000,     /* frames that may wait in a TAP for the wire */
    WAY_END_BUFFER = 32 << 20, /* bytes that may wait in a packet socket, where allowed */
};

struct way_end;

/* Memory to read into: for each frame of a batch, a place for the longest. */
struct way_intake {
    struct way_frames *frames;
    struct way_frame *places[WAY_END_BATCH];
};

/* What was read: a frame, or (NULL) one of `len` bytes that is lost, and why. */
struct way_arrival_in {
    struct way_frame *frame;
    uint64_t len;
    enum way_because why;
};

/* Makes the intake of a pool. Returns false when memory lacks. */
bool way_intake_open(struct way_intake *intake, struct way_frames *frames);

/* Gives its memory back. */
void way_intake_close(struct way_intake *intake);

/* Opens the end, which delivers packets at first. Of a packet end, `netns` says
 * where the other end of its pair is, which is then told what to cut and finish;
 * NULL: in the wire's own. The settings are borrowed during the call. Returns NULL
 * with one line in `error` ("c1-r1: …: what the kernel said (what to do)"). */
struct way_end *way_end_open(const struct way_end_settings *place, char *error, size_t error_size);

/* Closes the end (a TAP vanishes) and nulls the pointer; NULL in it is allowed. */
void way_end_close(struct way_end **end);

/* The descriptor to poll for reading. */
int way_end_fd(const struct way_end *end);

/* Whether GSO packets and unfinished checksums may come from now on. Frames that
 * the kernel has in its queue may still be as before. */
void way_end_set_whole(struct way_end *end, bool whole);

/* Reads up to WAY_END_BATCH frames that are there at once: one for a TAP, whose
 * frames have each a time of their own. The frames are the caller's. Returns how
 * many, 0 when there are none, or a negative errno. */
int way_end_read(struct way_end *end, struct way_intake *intake,
                 struct way_arrival_in arrivals[WAY_END_BATCH]);

/* How many frames may be written with one call: one for a TAP, for each takes its
 * time; at most WAY_END_BATCH. */
int way_end_batch(const struct way_end *end);

/* Writes `count` frames (at most way_end_batch), which stay the caller's. Returns
 * how many from the first were taken; fewer than `count` means that the next was
 * refused, with errno set: it is lost, what follows can be written again. */
int way_end_write(struct way_end *end, struct way_frame *const frames[], int count);

/* Whether a write was refused with this errno because the node has set its interface
 * down: no failure of anybody's. */
bool way_end_is_down(const struct way_end *end, int error);

/* How many frames the kernel dropped between node and wire, since the end was
 * opened. Returns 0, or a negative errno with `drops` unchanged. */
int way_end_device_drops(struct way_end *end, uint64_t *drops);

#endif
