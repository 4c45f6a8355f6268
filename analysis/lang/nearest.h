/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Did you mean …? The name among many that is nearest to what was written.
 */
#ifndef WAYLAY_ANALYSIS_LANG_NEAREST_H
#define WAYLAY_ANALYSIS_LANG_NEAREST_H

#include <stddef.h>

/* A search: begin with the name that was written, offer all that there are. */
struct way_nearest {
    const char *written;
    const char *best; /* borrowed from an offer; NULL while none is near */
    size_t distance;  /* of the best */
};

/* Begins a search. */
struct way_nearest way_nearest(const char *written);

/* Offers a name. Near is what a third of the letters, wrong, missing, too many or
 * two of them swapped, make out of it. */
void way_nearest_offer(struct way_nearest *nearest, const char *name);

#endif
