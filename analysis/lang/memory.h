/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory for the checks' own tables.
 *
 * What a check allocates is bounded by the captures' bound. If that little
 * lacks there is nothing to judge with: the program ends, with a message and
 * exit code 2, rather than give a verdict on half of the evidence.
 */
#ifndef WAYLAY_ANALYSIS_LANG_MEMORY_H
#define WAYLAY_ANALYSIS_LANG_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

/* An array of `count` zeroed elements of `size` bytes; never NULL, also for a
 * count of 0. The caller frees it. */
static inline void *way_memory_array(size_t count, size_t size)
{
    void *array = calloc(count ? count : 1, size);

    if (!array) {
        fputs("waylay-assert: out of memory\n", stderr);
        exit(2);
    }
    return array;
}

#endif
