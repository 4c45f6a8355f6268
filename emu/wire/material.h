/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Material: what parameters only point to. Tables of distributions, traces of
 * delivery opportunities, lists of frames to lose.
 *
 * One piece may serve many directions, and is changed for another while frames
 * are on their way. So each piece counts its users: who got it from a function
 * below is one, and gives it back with way_material_release; the last one frees
 * it. A file that is in use already, and has not changed since, is not read a
 * second time, and is the same piece: a trace that is set again does not begin
 * anew.
 *
 * One thread. Files are untrusted text, of at most WAY_MATERIAL_BYTES.
 *
 * A table is what netem's files in /usr/lib/tc are: integers from -32768 to 32767
 * between blanks, deviations in 1/8192; lines that begin with '#' are comments. A
 * trace is Mahimahi's (emu/wire/trace.h).
 */
#ifndef WAYLAY_EMU_WIRE_MATERIAL_H
#define WAYLAY_EMU_WIRE_MATERIAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "emu/wire/trace.h"

enum {
    WAY_MATERIAL_BYTES = 64 << 20,    /* of a file */
    WAY_MATERIAL_TABLE_MAX = 1 << 20, /* values of a table */
    WAY_MATERIAL_LIST_MAX = 1 << 20   /* frames of a list */
};

enum way_material_kind { WAY_MATERIAL_TABLE, WAY_MATERIAL_TRACE, WAY_MATERIAL_LIST };

/* The files that are in use. {0} at first; outlives what came out of it. */
struct way_materials {
    struct way_material *first;
};

/* Only the member of its kind is filled. Constant once it is made. */
struct way_material {
    enum way_material_kind kind;
    unsigned users;
    char *path; /* the file; NULL for a list */
    int16_t *table;
    uint64_t *list; /* ascending, from 1 */
    size_t count;   /* of the table or list */
    struct way_trace trace;
    /* this module's: */
    struct way_materials *home;
    struct way_material *next;
    struct stat seen; /* of the file, when it was read */
};

/* The file as a table or trace; NULL with one line in `error`, without the
 * file's name ("line 3: expected …"). */
struct way_material *way_material_load(struct way_materials *materials, enum way_material_kind kind,
                                       const char *path, char *error, size_t error_size);

/* A list; takes the numbers (from malloc, ascending), and frees them also when it
 * returns NULL because memory lacks. */
struct way_material *way_material_list(uint64_t *numbers, size_t count);

/* One user more; returns the piece. NULL is allowed. */
struct way_material *way_material_share(struct way_material *material);

/* One user less, and nulls the pointer. NULL in it is allowed. */
void way_material_release(struct way_material **material);

/* Reads a table from text. Returns 0 and what the caller frees, or -1 with one
 * line in `error` ("line 3: …"). */
int way_table_read(const char *text, size_t len, int16_t **table, size_t *count, char *error,
                   size_t error_size);

#endif
