/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Buffers that end at an unreadable page.
 *
 * A parser that reads one byte past its input dies at once, in every build,
 * not only under a sanitizer. The byte before the buffer's start is readable.
 */
#ifndef WAYLAY_TESTS_UNIT_GUARD_H
#define WAYLAY_TESTS_UNIT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct way_guard {
    uint8_t *data;  /* `len` writable bytes; data[len] is unreadable */
    size_t len;     /* bytes */
    void *map;      /* the mapping that owns them */
    size_t map_len; /* bytes */
};

/* Makes a buffer of `len` bytes before an unreadable page, with a copy of
 * `from` in it (zeroes where `from` is NULL), and at least `room` readable and
 * writable bytes before it. Aborts when memory lacks. The caller frees it with
 * way_guard_free. */
struct way_guard way_guard_new(const void *from, size_t len, size_t room);

/* Unmaps the buffer and nulls its pointer. */
void way_guard_free(struct way_guard *guard);

#endif
