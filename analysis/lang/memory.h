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
#include <string.h>

static inline _Noreturn void way_memory_exhausted(void)
{
    fputs("waylay-assert: out of memory\n", stderr);
    exit(2);
}

/* An array of `count` zeroed elements of `size` bytes; never NULL, also for a
 * count of 0. The caller frees it. */
static inline void *way_memory_array(size_t count, size_t size)
{
    void *array = calloc(count ? count : 1, size);

    if (!array)
        way_memory_exhausted();
    return array;
}

/* An array of `count` elements of `size` bytes that has room for one more; *room, for how many
 * it has room, doubles where it is full. Takes the array, NULL at first, and returns it or
 * what is there instead; the caller frees that. */
static inline void *way_memory_grown(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? 2 * *room : 64;
    void *larger = reallocarray(array, *room, size);
    if (!larger)
        way_memory_exhausted();
    return larger;
}

/* A copy of the text, the caller's. */
static inline char *way_memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return (char *)memcpy(way_memory_array(size, 1), text, size);
}

#endif
