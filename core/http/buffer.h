/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A growing, bounded output buffer.
 *
 * Writers append without looking at results: the first append that passes the
 * limit or finds no memory sets `failed`, and all later ones do nothing. The
 * caller asks once, at the end, with way_buffer_ok.
 */
#ifndef WAYLAY_CORE_HTTP_BUFFER_H
#define WAYLAY_CORE_HTTP_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/http/text.h"

struct way_buffer {
    char *data;   /* owned; not NUL-terminated */
    size_t len;   /* bytes written */
    size_t room;  /* bytes allocated */
    size_t limit; /* most bytes that it may hold; 0 means WAY_BUFFER_LIMIT */
    bool failed;  /* something did not fit: the content is useless */
};

enum { WAY_BUFFER_LIMIT = 1 << 20 };

/* An empty buffer is {0} or {.limit = n}: nothing to initialise. */

/* Appends bytes. */
void way_buffer_bytes(struct way_buffer *buffer, const void *data, size_t len);

/* Appends a span. */
void way_buffer_text(struct way_buffer *buffer, struct way_text text);

/* Appends a string without its NUL. */
void way_buffer_string(struct way_buffer *buffer, const char *string);

/* Appends a number in decimal. */
void way_buffer_number(struct way_buffer *buffer, int64_t number);

/* Did everything fit? */
bool way_buffer_ok(const struct way_buffer *buffer);

/* The content as a span, valid until the next append. */
struct way_text way_buffer_view(const struct way_buffer *buffer);

/* Empties it and clears `failed`; keeps the memory. */
void way_buffer_clear(struct way_buffer *buffer);

/* Frees the memory; the buffer is empty and usable again, its limit kept. */
void way_buffer_free(struct way_buffer *buffer);

#endif
