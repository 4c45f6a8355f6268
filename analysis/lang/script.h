/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of expectation files, places in it, and complaints about them.
 *
 * Every token and every node of the tree has a place, so that a message can
 * show the line and a caret under what it speaks of:
 *
 *     mechanism.expect:12:34: there is no field 'ip.tll'; did you mean 'ip.ttl'?
 *         each "tcp" on c1-r1 with ip.tll == 3
 *                                  ^~~~~~
 *
 * Complaints are collected: the parser stops at its first one, the resolver
 * goes on and notes more. Sources live in the arena that they were read with.
 */
#ifndef WAYLAY_ANALYSIS_LANG_SCRIPT_H
#define WAYLAY_ANALYSIS_LANG_SCRIPT_H

#include <stddef.h>

#include "analysis/lang/arena.h"

enum way_script_limits {
    WAY_SCRIPT_BYTES_MAX = 1024 * 1024, /* of one file */
    WAY_SCRIPT_COMPLAINTS_MAX = 20,     /* that are kept; further ones are counted */
};

struct way_script {
    const char *name; /* as messages write it: the path as it was given or included */
    const char *text; /* terminated */
    size_t length;    /* bytes */
    struct way_script *next;
};

/* A stretch of one line (the first, where it spans several). A zeroed place is
 * nowhere: messages about it have no line. */
struct way_place {
    const struct way_script *script;
    unsigned line, column; /* from 1; columns count bytes */
    unsigned length;       /* bytes, at least 1 */
    size_t begin, end;     /* offsets of the whole stretch in the text */
};

struct way_complaints {
    struct way_arena *arena;
    char *texts[WAY_SCRIPT_COMPLAINTS_MAX]; /* each with its lines, ending in a newline */
    size_t count;                           /* of all, also of those not kept */
};

/* Notes a message about a place, with its line and a caret. */
void way_complain(struct way_complaints *complaints, struct way_place place, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

/* Reads the file at `path` into the arena. Returns it; NULL (and a complaint at
 * `from`, the place that asked for it) when it cannot be read, is too large, or
 * holds a zero byte. */
struct way_script *way_script_read(struct way_arena *arena, const char *path, struct way_place from,
                                   struct way_complaints *complaints);

/* A source from text, which is copied. */
struct way_script *way_script_text(struct way_arena *arena, const char *name, const char *text,
                                   size_t length);

/* The place from the start of `first` to the end of `last`. */
struct way_place way_place_span(struct way_place first, struct way_place last);

/* The text at a place, on one line: white space and comments become one space; at most
 * `most` bytes of it, then "...". Macros may show one place often, so it is kept short. */
enum { WAY_PLACE_PART = 300, WAY_PLACE_WHOLE = 2000 };
char *way_place_text(struct way_arena *arena, struct way_place place, size_t most);

#endif
