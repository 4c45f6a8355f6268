/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Explicit Congestion Notification (RFC 3168) in an Ethernet frame.
 */
#ifndef WAYLAY_EMU_WIRE_ECN_H
#define WAYLAY_EMU_WIRE_ECN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets Congestion Experienced in a frame of an ECN-capable transport over IPv4
 * (the header's checksum follows) or IPv6. Returns false, with nothing changed,
 * for all others: those are to be dropped. */
bool way_ecn_mark(uint8_t *frame, size_t len);

#endif
