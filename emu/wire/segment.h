/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GSO packets, cut into the packets that they stand for.
 *
 * Where a link must have single packets, the kernel is asked to cut before
 * (emu/wire/end.h). What it had in its queue before it was asked, and what comes
 * from an interface whose offloads nobody may set, is cut here, as a network card
 * would: TCP over IPv4 and IPv6, and UDP (USO). Every packet gets its own
 * lengths, identification, sequence number, flags and checksums.
 *
 * Frames come from other kernels and are trusted in nothing: every offset of the
 * virtio header is checked against the frame.
 *
 * Pure.
 */
#ifndef WAYLAY_EMU_WIRE_SEGMENT_H
#define WAYLAY_EMU_WIRE_SEGMENT_H

#include <stdbool.h>

#include "emu/wire/frame.h"

/* VIRTIO_NET_HDR_GSO_UDP_L4, which the kernel's older headers lack. */
enum { WAY_SEGMENT_UDP_L4 = 5 };

/* Makes packets of the frame: cuts it if it is a GSO packet, finishes its checksum if
 * that is unfinished, and puts what comes of it at the end of `packets`, in order,
 * with virtio headers that ask for nothing. Takes the frame. Returns false, with the
 * frame still the caller's and `packets` as before, for what cannot be cut (other
 * protocols, a header that contradicts the frame) and when memory lacks. */
bool way_segment(struct way_frames *frames, struct way_frame **frame, struct way_fifo *packets);

#endif
