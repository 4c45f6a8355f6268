/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The one way to walk over bytes from outside: a cursor that gives up n bytes,
 * or nothing.
 *
 * A parser makes a cursor over its input once and peels typed headers off its
 * front. What a peel returned is valid for exactly the bytes that were asked
 * for; a NULL means that the input ended first, and the cursor is unmoved. No
 * parser adds to a pointer on its own account, so the bound of every access is
 * decided in this file.
 *
 * A cursor borrows: it owns nothing and is good for as long as its bytes are.
 */
#ifndef WAYLAY_CORE_PACKET_CURSOR_H
#define WAYLAY_CORE_PACKET_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct way_cursor {
    const uint8_t *at;  /* the next byte; at == end: nothing is left */
    const uint8_t *end; /* one past the last byte */
};

/* A cursor over `len` bytes at `data`. NULL is allowed where `len` is 0. */
static inline struct way_cursor way_cursor_over(const uint8_t *data, size_t len)
{
    return (struct way_cursor){.at = data, .end = len ? data + len : data};
}

/* Bytes that are left. */
static inline size_t way_cursor_left(const struct way_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* Peels `n` bytes off the front and returns where they begin, or returns NULL
 * and moves nothing when fewer are left. */
static inline const uint8_t *way_cursor_peel(struct way_cursor *cursor, size_t n)
{
    if (n > way_cursor_left(cursor))
        return NULL;
    const uint8_t *peeled = cursor->at;
    cursor->at = n ? peeled + n : peeled;
    return peeled;
}

/* The first `n` bytes of what is left, as a cursor of their own (all of it when
 * fewer are left); `cursor` is unmoved. */
static inline struct way_cursor way_cursor_first(const struct way_cursor *cursor, size_t n)
{
    size_t left = way_cursor_left(cursor);
    return way_cursor_over(cursor->at, n < left ? n : left);
}

#endif
