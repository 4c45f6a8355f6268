/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a file's names can stand for: the world in which it is read.
 *
 * Of a run these are the names in bindings.json: the links as taps; of a node n
 * `$n`, the set of its addresses, and `$n.<link>`, one of them; of a service s
 * `$s.port`, `$s.node` and the like; the marks; numbers that programs counted.
 * Where a file is checked without a run the world is open: whatever it does
 * not know may exist, and nothing is known of it.
 */
#ifndef WAYLAY_ANALYSIS_LANG_WORLD_H
#define WAYLAY_ANALYSIS_LANG_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/lang/datum.h"

enum way_world_kind { WAY_WORLD_TAP, WAY_WORLD_VARIABLE, WAY_WORLD_MARK };

struct way_world_name {
    enum way_world_kind kind;
    const char *name;       /* without the $; borrowed */
    struct way_datum datum; /* of a VARIABLE, and of a MARK its TIME */
};

struct way_world {
    const struct way_world_name *names; /* borrowed */
    size_t count;
    bool open;    /* a name that is not among them may exist all the same */
    bool partial; /* marks and numbers may lack, of a run: the expectation that needs them fails */
};

/* The entry of that kind and name; NULL when there is none. */
const struct way_world_name *way_world_find(const struct way_world *world, enum way_world_kind kind,
                                            const char *name);

/* The name of that kind nearest to what was written; NULL when none is near. */
const char *way_world_nearest(const struct way_world *world, enum way_world_kind kind,
                              const char *name);

#endif
