/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a draft is made from: a run's folder, or captures without one.
 *
 * Of a run, the taps are its links, and its bindings name nodes and services. Of captures,
 * each file is a tap, called as the file is; hosts are named h1, h2 ... in the order in
 * which they are met (those with most packets, if they are many), and services are the ports
 * that connections are opened to. Both come as bindings, so that nobody else needs to
 * know which it is; and as the items with which a file of expectations has to begin.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_GROUND_H
#define WAYLAY_ANALYSIS_DRAFT_GROUND_H

#include <glib.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/inputs.h"
#include "analysis/assert/text.h"

enum { WAY_GROUND_CAPTURES_MAX = 16 }; /* taps that one rule can name */

struct way_ground {
    struct way_bindings *bindings; /* owned */
    const char *folder;            /* of a run; NULL: there are captures */
    char *const *paths;            /* the captures */
    GPtrArray *taps;               /* char *: their names, or those of the run's links */
};

/* Reads a run's names. Returns 0; -1 with one line in `error`. way_ground_free is due in
 * either case, here and below. */
int way_ground_of_run(struct way_ground *ground, const char *folder, struct way_text *error);

/* Reads the captures once, for hosts and services. Standard input cannot be read twice, and
 * is refused. */
int way_ground_of_captures(struct way_ground *ground, char *const paths[], size_t count,
                           struct way_text *error);

void way_ground_free(struct way_ground *ground);

/* Writes the items that come first in a file about it: taps and hosts. Captures are named
 * as they were given, or (`absolute`) so that the file may be anywhere. */
void way_ground_items(const struct way_ground *ground, bool absolute, GString *out);

/* How a filter has the port of a service: "$web.port", "80". */
void way_ground_port(const struct way_ground *ground, const struct way_service *service,
                     GString *out);

/* A file of expectations over it, opened. */
struct way_ground_file {
    struct way_arena arena;
    struct way_program program;
    struct way_inputs inputs;
};

/* Reads the text (which has the items above), and opens its captures if `open` says so.
 * Returns 0; 1 where the text cannot be read; -1 with one line in `error`.
 * way_ground_close is due in every case. */
int way_ground_open(const struct way_ground *ground, const char *text, bool open,
                    struct way_ground_file *file, struct way_text *error);

void way_ground_close(struct way_ground_file *file);

#endif
