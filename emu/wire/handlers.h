/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the wire does when it is asked over its control socket.
 */
#ifndef WAYLAY_EMU_WIRE_HANDLERS_H
#define WAYLAY_EMU_WIRE_HANDLERS_H

#include "emu/wire/wire.h"

/* The handlers of all requests, for way_control_open. */
struct way_request_handlers way_wire_handlers(struct way_wire *wire);

#endif
