/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Control sockets of runs that stand.
 *
 * They lie in /run/waylay/<run id>/<name>.sock in the run's own mount namespace. From
 * outside, and from within as well, they are found through the processes of the run, whose
 * environment says WAYLAY_RUN=<run id>: as /proc/<process>/root/run/waylay/…. What of
 * /proc this user may not read is as if it were not there.
 */
#ifndef WAYLAY_EMU_CTL_STANDING_H
#define WAYLAY_EMU_CTL_STANDING_H

#include <stddef.h>
#include <sys/types.h>

struct way_standing {
    char *run, *name, *path; /* `name` without .sock; `path` to connect to */
    dev_t device;
    ino_t inode;
};

struct way_standings {
    struct way_standing *items; /* by run, then name */
    size_t count;
};

/* All of them. Returns 0, or a negative errno. To be freed in both cases. */
int way_standings_find(struct way_standings *out);

/* Frees what the list owns and empties it. */
void way_standings_free(struct way_standings *standings);

/* The one of this name, of the run `run` or (NULL) of the only run that has one. Returns it, or
 * NULL with one line in `error`. */
const struct way_standing *way_standings_choose(const struct way_standings *standings,
                                                const char *run, const char *name, char *error,
                                                size_t error_size);

#endif
