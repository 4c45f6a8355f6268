/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many sources in one pass, in the order of time.
 *
 * Each source gives its packets in its own order; the merge takes, among the
 * packets that stand next in each, the one with the least stamp (of equal ones:
 * that of the source added first). So a source whose clock runs backwards holds
 * its place: no packet overtakes another of the same source, and the merge's
 * order is a pure function of the files. Memory is that of the sources.
 *
 * Live sources: a packet is given out once every other live source has shown a
 * later one, or once it is WAY_MERGE_SLACK old; one that comes later still is
 * given out late and counted by its source as backwards in the merge (`late`).
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_MERGE_H
#define WAYLAY_ANALYSIS_CAPTURE_MERGE_H

#include <stdint.h>

#include "analysis/capture/record.h"
#include "analysis/capture/source.h"

enum way_merge_limits {
    WAY_MERGE_SOURCES_MAX = 1024,
    WAY_MERGE_SLACK = 200 * 1000 * 1000 /* ns that a live packet waits for its elders */
};

struct way_merge;

/* An empty merge, to be freed by way_merge_free. NULL when memory lacks. */
struct way_merge *way_merge_new(void);

/* Adds a source and takes it over (the pointer is nulled). Returns its index,
 * which is way_record.source of its packets, from 0; -1 beyond the limit or when
 * memory lacks (the source is then still the caller's). Only before the first
 * way_merge_next. */
int way_merge_add(struct way_merge *merge, struct way_source **source);

/* The next packet of all; its bytes are good until the next call. LATER (live
 * only): nothing can be given out yet; the call has waited for up to `wait` ns.
 * END: every source is at its end, each in its own way. */
enum way_source_result way_merge_next(struct way_merge *merge, struct way_record *record,
                                      int64_t wait);

/* How many sources there are, and one of them; it stays the merge's. */
unsigned way_merge_count(const struct way_merge *merge);
struct way_source *way_merge_source(const struct way_merge *merge, unsigned index);

/* Live packets that were given out behind a later one. */
uint64_t way_merge_late(const struct way_merge *merge);

/* Closes all sources, frees the merge, nulls the pointer. NULL inside is allowed. */
void way_merge_free(struct way_merge **merge);

#endif
