/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory that is freed all at once: a tree, its texts and its tables.
 *
 * Whatever belongs to one expectation file's program is allocated here and
 * lives until the arena is freed; nothing is freed alone. When memory lacks the
 * program ends with a message and exit code 2 (as analysis/lang/memory.h
 * does): there is nothing to judge with.
 */
#ifndef WAYLAY_ANALYSIS_LANG_ARENA_H
#define WAYLAY_ANALYSIS_LANG_ARENA_H

#include <stddef.h>

struct way_arena_block;

/* Zeroed memory is an empty arena. */
struct way_arena {
    struct way_arena_block *blocks;
    size_t used; /* bytes of the newest block */
};

/* `size` zeroed bytes, aligned for any type; never NULL. */
void *way_arena_take(struct way_arena *arena, size_t size);

/* A terminated copy of `length` bytes. */
char *way_arena_text(struct way_arena *arena, const char *text, size_t length);

/* The text that printf would write. */
char *way_arena_format(struct way_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty again. */
void way_arena_free(struct way_arena *arena);

#endif
