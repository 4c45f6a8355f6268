/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What only earlier packets can tell: TCP streams, and the HTTP/1 messages in
 * them.
 *
 * One table is kept for one capture (tap) and is shown every packet of it, in
 * order. It numbers the streams as Wireshark does (tcp.stream), keeps both
 * sides' first sequence numbers and what was sent and acknowledged, and, when
 * asked to, puts the bytes in order and reads HTTP/1 from them.
 *
 * Memory is bounded by struct way_flow_limits. A stream that is pushed out (the
 * one that was silent for longest) or whose bytes do not fit is counted, and its
 * stateful fields are broken from then on, never wrong.
 *
 * Only the outermost level's TCP is followed. One thread.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FLOW_H
#define WAYLAY_ANALYSIS_DISSECT_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/view.h"

struct way_flow_limits {
    size_t streams; /* kept at one time; 0: 65536 */
    size_t bytes;   /* of all streams' bytes out of order and unfinished messages; 0: 32 MiB */
};

struct way_flows;

/* An empty table, to be freed by way_flows_free; `needs` is the most that any
 * field asked for needs. `limits` may be NULL. NULL when memory lacks. */
struct way_flows *way_flows_new(enum way_field_needs needs, const struct way_flow_limits *limits);

/* Shows the table the next packet of its capture and sets view->flow, which is
 * good until the next call. Packets without TCP pass by. */
void way_flows_see(struct way_flows *flows, struct way_view *view);

/* What had to be given up for want of room. */
struct way_flow_losses {
    uint64_t streams; /* pushed out */
    uint64_t bytes;   /* streams whose bytes did not fit */
};
struct way_flow_losses way_flows_losses(const struct way_flows *flows);

/* Frees the table and nulls the pointer. NULL inside is allowed. */
void way_flows_free(struct way_flows **flows);

#endif
