/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an IPv4 packet carries. Internal to the reading of views.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_VIEW_TRANSPORT_H
#define WAYLAY_ANALYSIS_DISSECT_VIEW_TRANSPORT_H

#include "analysis/dissect/view.h"

/* Reads ICMP, TCP, UDP or GRE in the level's IPv4 packet, unless it is a later
 * fragment, and finds the packet that is in that. */
void way_transport_read(struct way_level *level);

#endif
