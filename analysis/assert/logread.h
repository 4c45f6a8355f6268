/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The proxies' access logs, as far as they join connections: which packets of the
 * origin's link belong to which of the client's. Read as hostile input.
 *
 * Several lines may speak of one connection (requests over it); they are put together
 * under its number, and each adds the ports that it knows of. A log grows with the run's
 * requests: finding a line's connection does not take longer with their number.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_LOGREAD_H
#define WAYLAY_ANALYSIS_ASSERT_LOGREAD_H

#include <stdio.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/text.h"
#include "analysis/judge/judge.h"
#include "analysis/lang/arena.h"

enum way_logread_limits {
    WAY_LOGREAD_CONNECTIONS_MAX = 1000 * 1000,
    WAY_LOGREAD_LINE_MAX = 64 * 1024 /* bytes */
};

struct way_logread {
    struct way_judge_connection *connections; /* way_logread_free frees them */
    size_t count, room;
    bool found; /* there is a log, however empty */
};

/* Reads logs/<proxy>-access.jsonl of every proxy of the run in `folder`. A file that
 * lacks is none. Returns 0, or -1 with one line in `error` (file, line, key). Ids are
 * the arena's. */
int way_logread(struct way_logread *log, const char *folder, const struct way_bindings *bindings,
                struct way_arena *arena, struct way_text *error);

/* Adds what one log says, of the proxy of that name; `path` stands for the file. Returns as
 * above. */
int way_logread_stream(struct way_logread *log, FILE *file, const char *path, const char *proxy,
                       struct way_arena *arena, struct way_text *error);

void way_logread_free(struct way_logread *log);

#endif
