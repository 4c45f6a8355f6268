/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel left to a network card, done where there is none.
 *
 * A frame comes with a virtio header (struct virtio_net_hdr, the legacy one of
 * 10 bytes in the machine's byte order) in frame->offload. It may say that the
 * transport checksum is still to be finished, or that the frame is a GSO packet
 * which is still to be cut. Links that carry frames as they are hand both on.
 * Links that look into frames, or count them, cannot.
 *
 * Pure.
 */
#ifndef WAYLAY_EMU_WIRE_OFFLOAD_H
#define WAYLAY_EMU_WIRE_OFFLOAD_H

#include <stdbool.h>

#include "emu/wire/frame.h"

/* Makes a packet of its own of the frame: finishes its checksum and clears its
 * virtio header. Returns false, with nothing changed, for a GSO packet and for a
 * header that contradicts the frame. */
bool way_offload_finish(struct way_frame *frame);

#endif
