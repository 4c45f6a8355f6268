/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The arena: blocks in a list, the newest is filled from its front.
 */
#include "analysis/lang/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/memory.h"

enum { BLOCK_BYTES = 32 * 1024, ALIGNMENT = 16 };

struct way_arena_block {
    struct way_arena_block *older;
    size_t room;
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

void *way_arena_take(struct way_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        way_memory_exhausted();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!arena->blocks || arena->blocks->room - arena->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        struct way_arena_block *block = calloc(1, sizeof *block + room);
        if (!block) {
            way_memory_exhausted();
            return NULL;
        }
        block->older = arena->blocks;
        block->room = room;
        arena->blocks = block;
        arena->used = 0;
    }
    void *taken = &arena->blocks->bytes[arena->used];
    arena->used += size;
    return taken;
}

char *way_arena_text(struct way_arena *arena, const char *text, size_t length)
{
    char *copy = way_arena_take(arena, length + 1);

    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *way_arena_format(struct way_arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        way_memory_exhausted();
    char *text = way_arena_take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void way_arena_free(struct way_arena *arena)
{
    while (arena->blocks) {
        struct way_arena_block *older = arena->blocks->older;
        free(arena->blocks);
        arena->blocks = older;
    }
    arena->used = 0;
}
