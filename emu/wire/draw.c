/* SPDX-License-Identifier: BSD-2-Clause
 *
 * XXH3 as a counter-based generator.
 */
#include "emu/wire/draw.h"

#include <string.h>
#include <xxhash.h>

/* Folds a name into a key, its length first. */
static uint64_t fold(uint64_t key, const char *name)
{
    size_t len = strlen(name);
    return XXH3_64bits_withSeed(name, len, way_draw_bits(key, len, 0));
}

uint64_t way_draw_key(const struct way_draw_source *source, const char *element)
{
    uint64_t key = way_draw_bits(source->seed, source->run, 0);
    return fold(fold(fold(key, source->link), source->from), element);
}

uint64_t way_draw_bits(uint64_t key, uint64_t number, uint64_t lane)
{
    uint8_t question[16]; /* the same bytes on every machine */
    for (int i = 0; i < 8; i++) {
        question[i] = (uint8_t)(number >> 8 * i);
        question[8 + i] = (uint8_t)(lane >> 8 * i);
    }
    return XXH3_64bits_withSeed(question, sizeof(question), key);
}

double way_draw_uniform(uint64_t key, uint64_t number, uint64_t lane)
{
    return (double)(way_draw_bits(key, number, lane) >> 11) * 0x1p-53;
}
