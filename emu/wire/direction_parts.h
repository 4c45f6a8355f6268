/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two larger parts of a direction's parameters, read by tables of their own:
 * for emu/wire/direction.c, which says what they have in common.
 */
#ifndef WAYLAY_EMU_WIRE_DIRECTION_PARTS_H
#define WAYLAY_EMU_WIRE_DIRECTION_PARTS_H

#include "core/common/config.h"

/* `loss`, a probability or a mapping of one model: struct way_direction; NULL. */
way_config_reader way_loss_read;

/* `queue`, a mapping: struct way_queue_parameters; NULL. */
way_config_reader way_queue_read;

#endif
