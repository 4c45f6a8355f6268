/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading JSON that cannot be trusted, with errors that name the key.
 *
 * Thin over jansson: a text that is no JSON, has a key twice or nests too
 * deeply is refused by jansson, with line and column; a value of the wrong
 * kind is refused here, with its key (and the item it belongs to).
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_JSON_H
#define WAYLAY_ANALYSIS_ASSERT_JSON_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/assert/text.h"

/* Where we are, for messages. */
struct way_json {
    const char *file;       /* borrowed */
    const char *scope;      /* the object being read ("nodes"), or NULL at the root; borrowed */
    const char *item;       /* its item being read ("c1"), or NULL; borrowed */
    struct way_text *error; /* where the message goes */
};

/* The whole file at `path`, of at most `most` bytes, which the caller frees;
 * NULL with one line in `error`. */
char *way_json_load(const char *path, size_t most, size_t *length, struct way_text *error);

/* Parses a text whose root must be an object. Returns a new reference; NULL
 * with the error noted. */
json_t *way_json_parse(struct way_json *json, const char *text, size_t length);

/* Lines of a file, each one object. */
struct way_json_lines {
    FILE *file;       /* borrowed */
    const char *name; /* of the file, for messages; borrowed */
    char *text;       /* room for a line of `size` bytes, with the zero; borrowed */
    size_t size;
    unsigned number; /* of the line that was read last, from 1 */
    char place[PATH_MAX + 16];
};

/* Reads the next line into *out, a new reference, and makes "NAME:NUMBER" the place of
 * messages. Returns 1; 0 at the end of the file; -1 with the error noted; 2, with the
 * error as well, where the file ends in the midst of the object. An error is
 * also a line that is too long or has a zero byte in it. */
int way_json_line(struct way_json *json, struct way_json_lines *lines, json_t **out);

/* A string of the text, cleaned (analysis/assert/text.h). A new reference. */
json_t *way_json_of_text(const char *text);

/* Notes "FILE: key 'KEY': found FOUND, expected EXPECTED"; a NULL `found` is
 * "nothing of the kind". Returns -EINVAL. */
int way_json_refuse(struct way_json *json, const char *key, const char *found,
                    struct way_text expected);

/* The string under `key` of an object, borrowed from it. Returns 0, or -EINVAL
 * with the error noted. */
int way_json_string(struct way_json *json, json_t *object, const char *key, const char **out);

/* The integer under `key`, from `min` to `max`. Returns as above. */
int way_json_integer(struct way_json *json, json_t *object, const char *key, int64_t min,
                     int64_t max, int64_t *out);

/* The object under `key`, borrowed from its parent. Returns as above. */
int way_json_object(struct way_json *json, json_t *object, const char *key, json_t **out);

/* Calls `read` for each member of the object under `key`, of which there may
 * be at most `most`. Stops at the first that is not 0, and returns it. */
int way_json_each(struct way_json *json, json_t *root, const char *key, size_t most,
                  int (*read)(struct way_json *json, const char *name, json_t *value,
                              void *context),
                  void *context);

#endif
