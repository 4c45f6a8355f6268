/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding fields by name, and reading them.
 */
#include "analysis/dissect/field.h"

#include <string.h>

#include "analysis/dissect/field_table.h"

const struct way_field_group *const way_field_groups[] = {
    &way_fields_frame, &way_fields_link, &way_fields_ip,          &way_fields_ip_options,
    &way_fields_icmp,  &way_fields_tcp,  &way_fields_tcp_options, &way_fields_tcp_flow,
    &way_fields_udp,   &way_fields_gre,  &way_fields_http,        NULL};

/* The steps of a path, as they are written. */
static const struct {
    const char *prefix;
    enum way_level_how how;
} steps[] = {{"inner.", WAY_LEVEL_INNER}, {"icmp.quoted.", WAY_LEVEL_QUOTED}};

/* Takes the path off the front of a name. Returns false when it is too long. */
static bool take_path(const char **name, size_t *len, struct way_field *out)
{
    out->depth = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        size_t prefix_len = strlen(steps[i].prefix);
        if (*len <= prefix_len || memcmp(*name, steps[i].prefix, prefix_len) != 0)
            continue;
        if (out->depth == WAY_FIELD_PATH_MAX)
            return false;
        out->path[out->depth++] = (uint8_t)steps[i].how;
        *name += prefix_len;
        *len -= prefix_len;
        i = SIZE_MAX; /* from the first again */
    }
    return true;
}

static const struct way_field_info *find_row(const char *name, size_t len)
{
    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            const struct way_field_info *row = &(*group)->rows[i];
            if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
                return row;
        }
    return NULL;
}

/* Does a row mean anything on a level that is not the outermost? */
static bool may_be_nested(const struct way_field_info *row)
{
    return row->layer != WAY_LAYER_FRAME && row->layer != WAY_LAYER_SLL &&
           row->needs == WAY_NEEDS_PACKET;
}

bool way_field_find(const char *name, size_t len, struct way_field *out)
{
    *out = (struct way_field){0};
    if (len > WAY_FIELD_NAME_MAX || !take_path(&name, &len, out))
        return false;
    out->info = find_row(name, len);
    return out->info && (out->depth == 0 || may_be_nested(out->info));
}

/* Levenshtein's distance between two names, at most WAY_FIELD_NAME_MAX long. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned row[WAY_FIELD_NAME_MAX + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned above = row[j], least = above < row[j - 1] ? above : row[j - 1];
            unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = replaced < least + 1 ? replaced : least + 1;
            diagonal = above;
        }
    }
    return row[b_len];
}

/* What people call fields that have another name, nearer to a third. */
static const char *known_as(const char *name, size_t len)
{
    static const char *const names[][2] = {{"tcp.flags.rst", "tcp.flags.reset"},
                                           {"tcp.flags.psh", "tcp.flags.push"},
                                           {"http.status", "http.response.code"},
                                           {"http.response.status", "http.response.code"},
                                           {"http.method", "http.request.method"},
                                           {"http.uri", "http.request.uri"},
                                           {"ip.tos", "ip.dsfield"},
                                           {"ip.dscp", "ip.dsfield.dscp"},
                                           {"tcp.window", "tcp.window_size"},
                                           {"icmp.id", "icmp.ident"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i][0]) == len && memcmp(names[i][0], name, len) == 0)
            return names[i][1];
    return NULL;
}

const char *way_field_nearest(const char *name, size_t len)
{
    struct way_field path;
    const char *nearest = NULL;

    if (len > WAY_FIELD_NAME_MAX || !take_path(&name, &len, &path))
        return NULL;
    if (known_as(name, len))
        return known_as(name, len);
    unsigned least = (unsigned)(len / 3 + 2); /* further away it is no slip of the pen */
    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            const char *row = (*group)->rows[i].name;
            unsigned d = distance(name, len, row, strlen(row));
            if (d < least) {
                least = d;
                nearest = row;
            }
        }
    return nearest;
}

/* The level that the field's path leads to, or NULL. */
static const struct way_level *find_level(const struct way_field *field, struct way_view *view)
{
    const struct way_level *level = way_view_level(view, 0);

    for (unsigned step = 0; level && step < field->depth; step++) {
        level = way_view_level(view, step + 1);
        if (level && level->how != field->path[step])
            return NULL;
    }
    return level;
}

static enum way_presence find_layer(const struct way_field *field, struct way_view *view,
                                    const struct way_level **level)
{
    *level = find_level(field, view);
    if (!*level)
        return WAY_ABSENT;
    if (field->info->layer == WAY_LAYER_HTTP) /* what there is of it, the getter says */
        return way_level_has(*level, WAY_LAYER_TCP);
    return way_level_has(*level, field->info->layer);
}

enum way_presence way_field_get(const struct way_field *field, struct way_view *view,
                                struct way_values *out)
{
    const struct way_level *level;
    enum way_presence presence = find_layer(field, view, &level);

    out->count = 0;
    out->more = false;
    if (presence == WAY_PRESENT)
        presence = field->info->get(field, view, level, out);
    if (presence != WAY_PRESENT)
        out->count = 0;
    return presence;
}

enum way_presence way_field_has(const struct way_field *field, struct way_view *view)
{
    const struct way_level *level;
    struct way_values values;

    if (field->info->get == way_get_header)
        return find_layer(field, view, &level);
    return way_field_get(field, view, &values);
}

enum way_presence way_get_fixed(const struct way_field *field, const struct way_view *view,
                                const struct way_level *level, struct way_values *out)
{
    const struct way_field_info *info = field->info;
    const struct way_cursor *header = &level->header[info->layer];
    (void)view;

    if ((size_t)info->offset + info->size > way_cursor_left(header))
        return WAY_BROKEN;
    uint64_t number = way_number_at(header->at + info->offset, info->size) >> info->shift;
    number = info->mask ? number & info->mask : number;
    return way_values_one(out, info->type, info->type == WAY_TYPE_BOOL ? number != 0 : number);
}

enum way_presence way_get_pair(const struct way_field *field, const struct way_view *view,
                               const struct way_level *level, struct way_values *out)
{
    const struct way_field_info *info = field->info;
    const struct way_cursor *header = &level->header[info->layer];
    (void)view;

    for (size_t n = 0; n < 2; n++) {
        size_t at = info->offset + n * info->size;
        if (at + info->size > way_cursor_left(header))
            return WAY_BROKEN;
        way_values_add(out, info->type, way_number_at(header->at + at, info->size));
    }
    return WAY_PRESENT;
}

enum way_presence way_get_header(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *header = &level->header[field->info->layer];
    (void)view;

    way_values_add_span(out, WAY_TYPE_BYTES, header->at, way_cursor_left(header));
    return WAY_PRESENT;
}

bool way_field_is_fixed(const struct way_field_info *info)
{
    return info->get == way_get_fixed;
}
