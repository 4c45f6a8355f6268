/* SPDX-License-Identifier: BSD-2-Clause
 *
 * captures/losses.json: what the run says of its captures.
 *
 *     {"c1-r1@c1": {"captured": 768, "dropped_by_kernel": 0, "live": NS or null, "gaps": [[NS,
 * NS]]}}
 *
 * Of each capture of the run (by the name of its file, without ".pcap") it says how many
 * packets were captured and how many were lost, from when on it was proved to be live, and
 * when it was off. That becomes what is known of the taps. A capture of which nothing is
 * said is not to be relied upon; the file is read as hostile input.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_LOSSES_H
#define WAYLAY_ANALYSIS_ASSERT_LOSSES_H

#include "analysis/assert/inputs.h"

/* Reads the file in `folder`, and notes what it says in the inputs, whose sources are all
 * open. Returns 0; -1 with one line in `error` (file, key, what was found and expected). */
int way_losses_read(struct way_inputs *inputs, const struct way_bindings *bindings,
                    const char *folder, struct way_text *error);

#endif
