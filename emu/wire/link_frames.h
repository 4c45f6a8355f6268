/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames on their way through a link: from an end into the chain, out of the
 * chain into the other end. Internal to the link (emu/wire/link.h).
 */
#ifndef WAYLAY_EMU_WIRE_LINK_FRAMES_H
#define WAYLAY_EMU_WIRE_LINK_FRAMES_H

#include "emu/wire/link.h"

/* The side's end (context) is readable. */
void way_side_ready(void *context);

/* The hooks of the side's (context) chain. */
void way_side_out(void *context, struct way_frame **frame, int64_t due);
void way_side_decided(void *context, const struct way_decision *decision);

/* Makes the chain's next appointment. */
void way_side_appoint(struct way_side *side);

/* Whether the frame only asks whether the capture is live. Pure. */
bool way_is_probe(const uint8_t *bytes, size_t len);

#endif
