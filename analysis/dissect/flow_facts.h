/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a segment is, by what was sent before it on its stream. Pure. Internal to
 * analysis/dissect/flow.c.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FLOW_FACTS_H
#define WAYLAY_ANALYSIS_DISSECT_FLOW_FACTS_H

#include "analysis/dissect/flow.h"
#include "analysis/dissect/flow_table.h"
#include "core/packet/tcp.h"

/* A segment as its stream sees it. */
struct way_segment {
    int64_t time;              /* ns */
    const struct way_tcp *tcp; /* whole, and no fragment */
    uint32_t len;              /* bytes of data on the wire */
    unsigned from;             /* the sender's side */
};

/* Whether the segment begins another connection between the same ends. */
bool way_flow_is_reused(const struct way_flow *flow, const struct way_segment *segment);

/* Takes the segment into the flow and fills the facts that are of TCP alone. */
void way_flow_take(struct way_flow *flow, const struct way_segment *segment,
                   struct way_flow_facts *facts);

#endif
