/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bodies that waylay-origin sends: an endless stream of bytes that anyone
 * can compute again from an object's name and seed.
 *
 * The stream is addressed by a counter, so that any range of it can be made or
 * verified alone, and no body is ever held in memory:
 *
 *     key     = XXH64(name, seed)
 *     word[k] = mix(key + (k + 1) * 0x9e3779b97f4a7c15)      k = 0, 1, 2, ...
 *     stream  = word[0], word[1], ... each as 8 bytes, the lowest first
 *
 * where mix is the finalizer of SplitMix64, so that with the key as its state
 * the words are SplitMix64's own outputs. An object of n bytes is the first n
 * bytes of its stream: objects that differ only in size share a prefix.
 *
 * Pure functions: no state, no allocation, any thread.
 */
#ifndef WAYLAY_EMU_ORIGIN_BODY_H
#define WAYLAY_EMU_ORIGIN_BODY_H

#include <stddef.h>
#include <stdint.h>

/* The key of the stream that belongs to `name` (NUL-terminated) and `seed`. */
uint64_t way_body_key(const char *name, uint64_t seed);

/* Writes the `len` bytes of the stream that begin at byte `offset` to `to`. */
void way_body_fill(uint64_t key, uint64_t offset, uint8_t *to, size_t len);

/* Compares `len` bytes with the stream from byte `offset` on. Returns the index
 * into `bytes` of the first that differs, or `len` when all are right. */
size_t way_body_compare(uint64_t key, uint64_t offset, const uint8_t *bytes, size_t len);

/* A number that changes with the stream and the object's size: the opaque
 * part of an entity tag. */
uint64_t way_body_tag(uint64_t key, uint64_t size);

#endif
