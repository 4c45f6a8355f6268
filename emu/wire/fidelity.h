/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the wire says of itself, as JSON:
 *
 *     {"version": 1, "clock": ns (when it was written), "began": ns, "seed": 1, "run": 1,
 *      "realtime": {"asked": true, "got": true, "why": null},
 *      "dma_latency": {"held": true, "why": null}, "spin": ns,
 *      "cpu": {"seconds": 1.5, "share": 0.1},
 *      "memory": {"bound": bytes, "used": bytes},
 *      "links": {"c1-r1": {"c1": {direction}, "r1": {direction}}},
 *      "removed": [{"link": …, "time": ns, "directions": {…}}],
 *      "captures": {"c1-r1@c1": {"captured": n, "dropped": n}},
 *      "decisions": {"written": n, "dropped": n} or null,
 *      "changes": [as emu/wire/changes.h says], "changed_by_hand": n, "changed_by_runner": n,
 *      "verdict": "yes" | "suspect" | "no", "why": [reasons]}
 *
 *     direction: {"in", "in_bytes", "out", "out_bytes", "dropped", "dropped_because": {…},
 *                 "duplicated", "held", "conserved",
 *                 "lateness": {"p50", "p99", "max", "count"}  (ns; frames),
 *                 "rate": {"configured", "achieved", "busy_ns"}  (bits a second, or null),
 *                 "device_drops": n, or null where it is not known,
 *                 "replay": {"decisions": n, "unmet": n (that found no frame)}, or null}
 */
#ifndef WAYLAY_EMU_WIRE_FIDELITY_H
#define WAYLAY_EMU_WIRE_FIDELITY_H

#include <jansson.h>

#include "emu/wire/wire.h"

/* All of it, as of now. A new reference, or NULL when memory lacks. */
json_t *way_fidelity_json(struct way_wire *wire);

/* One direction of it: what this side's node sends. As above. */
json_t *way_fidelity_side_json(struct way_side *side);

/* Notes what a link has been that is going to be removed. */
void way_fidelity_note_removed(struct way_wire *wire, struct way_link *link);

/* Writes the fidelity file, if the settings name one, whole or not at all. Returns 0, or
 * -1 after logging. */
int way_fidelity_write(struct way_wire *wire);

/* CPU time that the program has used, in nanoseconds. */
int64_t way_fidelity_cpu(void);

#endif
