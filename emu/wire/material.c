/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loading material, and counting who uses it.
 */
#include "emu/wire/material.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/cleanup.h"
#include "emu/wire/textfile.h"

/* ---- files ---- */

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* ---- tables ---- */

/* The next value of a line; false at its end. `*wrong` says that there was none. */
static bool next_value(const char **at, const char *end, int16_t *value, bool *wrong)
{
    const char *text = *at;
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\r'))
        text++;
    if (text == end || *text == '#')
        return false;
    bool negative = *text == '-';
    const char *digits = text + (*text == '-' || *text == '+');
    int32_t number = 0;
    for (text = digits; text < end && *text >= '0' && *text <= '9'; text++)
        number = number < 1 << 20 ? number * 10 + (*text - '0') : number;
    number = negative ? -number : number;
    *wrong = text == digits || number < INT16_MIN || number > INT16_MAX ||
             (text < end && !strchr(" \t\r", *text));
    *value = (int16_t)number;
    *at = text;
    return true;
}

/* Appends a value; false when there are too many or memory lacks. */
static bool append(int16_t **table, size_t *count, int16_t value)
{
    bool full = (*count & (*count - 1)) == 0; /* room is doubled at each power of two */
    if (*count == WAY_MATERIAL_TABLE_MAX)
        return false;
    if (full) {
        int16_t *more = realloc(*table, (*count ? 2 * *count : 1) * sizeof(*more));
        if (!more)
            return false;
        *table = more;
    }
    (*table)[(*count)++] = value;
    return true;
}

static int refuse_table(int16_t **table, char *error, size_t size, size_t line, const char *what)
{
    snprintf(error, size, "line %zu: expected %s", line, what);
    free(*table);
    *table = NULL;
    return -1;
}

int way_table_read(const char *text, size_t len, int16_t **table, size_t *count, char *error,
                   size_t error_size)
{
    const char *end = text + len;
    size_t number = 0;
    *table = NULL;
    *count = 0;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        int16_t value;
        bool wrong = false;
        line_end = line_end ? line_end : end;
        number++;
        while (next_value(&text, line_end, &value, &wrong)) {
            if (wrong)
                return refuse_table(table, error, error_size, number,
                                    "integers from -32768 to 32767 between blanks");
            if (!append(table, count, value))
                return refuse_table(table, error, error_size, number,
                                    "at most a million values, and memory for them");
        }
        text = line_end + (line_end < end);
    }
    if (*count == 0)
        return refuse_table(table, error, error_size, number, "a value");
    return 0;
}

/* ---- pieces ---- */

static void destroy(struct way_material *material)
{
    free(material->path);
    free(material->table);
    free(material->list);
    way_trace_free(&material->trace);
    free(material);
}

static int fill(struct way_material *material, const char *text, size_t len, char *error,
                size_t error_size)
{
    if (material->kind == WAY_MATERIAL_TRACE)
        return way_trace_read(text, len, &material->trace, error, error_size);
    return way_table_read(text, len, &material->table, &material->count, error, error_size);
}

/* A new piece, read from the open file; NULL with what is wrong in `error`. */
static struct way_material *read_file(int fd, const struct way_material *plan, char *error,
                                      size_t error_size)
{
    size_t len;
    WAY_AUTO_FREE char *text = way_textfile_read(fd, WAY_MATERIAL_BYTES, &len, error, error_size);
    struct way_material *material = text ? malloc(sizeof(*material)) : NULL;
    if (!material)
        return NULL;
    *material = *plan;
    material->path = strdup(plan->path);
    if (material->path && fill(material, text, len, error, error_size) == 0)
        return material;
    destroy(material);
    return NULL;
}

/* The piece that was read from this file, as it is still, or NULL. */
static struct way_material *find(struct way_materials *materials, enum way_material_kind kind,
                                 const struct stat *now)
{
    for (struct way_material *each = materials->first; each; each = each->next)
        if (each->kind == kind && is_same(&each->seen, now))
            return each;
    return NULL;
}

struct way_material *way_material_load(struct way_materials *materials, enum way_material_kind kind,
                                       const char *path, char *error, size_t error_size)
{
    struct way_material plan = {.kind = kind, .users = 1, .path = (char *)path, .home = materials};
    snprintf(error, error_size, "out of memory");
    WAY_AUTO_FD int fd = way_textfile_open(path, &plan.seen, error, error_size);
    struct way_material *known = fd >= 0 ? find(materials, kind, &plan.seen) : NULL;
    if (known || fd < 0)
        return way_material_share(known);
    struct way_material *fresh = read_file(fd, &plan, error, error_size);
    if (fresh) {
        fresh->next = materials->first;
        materials->first = fresh;
    }
    return fresh;
}

struct way_material *way_material_list(uint64_t *numbers, size_t count)
{
    struct way_material *material = malloc(sizeof(*material));
    if (!material) {
        free(numbers);
        return NULL;
    }
    *material = (struct way_material){
        .kind = WAY_MATERIAL_LIST, .users = 1, .list = numbers, .count = count};
    return material;
}

struct way_material *way_material_share(struct way_material *material)
{
    if (material)
        material->users++;
    return material;
}

void way_material_release(struct way_material **material)
{
    struct way_material *gone = *material;
    *material = NULL;
    if (!gone || --gone->users > 0)
        return;
    struct way_material **at = gone->home ? &gone->home->first : NULL;
    while (at && *at != gone)
        at = &(*at)->next;
    if (at)
        *at = gone->next;
    destroy(gone);
}
