/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stream, a word at a time: whole words take the short way, the ragged
 * ends of a range take single bytes out of their word.
 */
#include "emu/origin/body.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { WORD = sizeof(uint64_t) };

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t word_at(uint64_t key, uint64_t index)
{
    return mix(key + (index + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

static void store_word(uint8_t *to, uint64_t word)
{
    for (unsigned i = 0; i < WORD; i++)
        to[i] = (uint8_t)(word >> (8 * i));
}

uint64_t way_body_key(const char *name, uint64_t seed)
{
    return XXH64(name, strlen(name), seed);
}

void way_body_fill(uint64_t key, uint64_t offset, uint8_t *to, size_t len)
{
    while (len > 0) {
        uint64_t word = word_at(key, offset / WORD);
        size_t skip = offset % WORD;
        size_t take = WORD - skip < len ? WORD - skip : len;
        if (take == WORD) {
            store_word(to, word);
        } else {
            uint8_t bytes[WORD];
            store_word(bytes, word);
            memcpy(to, bytes + skip, take);
        }
        to += take;
        offset += take;
        len -= take;
    }
}

size_t way_body_compare(uint64_t key, uint64_t offset, const uint8_t *bytes, size_t len)
{
    uint8_t right[4096];
    for (size_t done = 0; done < len;) {
        size_t take = len - done < sizeof right ? len - done : sizeof right;
        way_body_fill(key, offset + done, right, take);
        if (memcmp(right, bytes + done, take) != 0) {
            size_t i = 0;
            while (right[i] == bytes[done + i])
                i++;
            return done + i;
        }
        done += take;
    }
    return len;
}

uint64_t way_body_tag(uint64_t key, uint64_t size)
{
    return mix(key ^ mix(size));
}
