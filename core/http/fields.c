/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The field list: an array that grows.
 */
#include "core/http/fields.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_ROOM = 16 };

int way_http_fields_add(struct way_http_fields *fields, struct way_text name, struct way_text value,
                        size_t limit)
{
    if (fields->count >= limit)
        return -E2BIG;
    if (fields->count == fields->room) {
        size_t room = fields->room ? fields->room * 2 : FIRST_ROOM;
        struct way_http_field *list = realloc(fields->list, room * sizeof *list);
        if (!list)
            return -ENOMEM;
        fields->list = list;
        fields->room = room;
    }
    fields->list[fields->count++] = (struct way_http_field){name, value};
    return 0;
}

size_t way_http_fields_count(const struct way_http_fields *fields, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < fields->count; i++)
        count += way_text_is(fields->list[i].name, name);
    return count;
}

const struct way_http_field *way_http_fields_find(const struct way_http_fields *fields,
                                                  const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (way_text_is(fields->list[i].name, name))
            return &fields->list[i];
    return NULL;
}

struct way_text way_http_fields_value(const struct way_http_fields *fields, const char *name)
{
    const struct way_http_field *field = way_http_fields_find(fields, name);
    return field ? field->value : (struct way_text){NULL, 0};
}

bool way_http_members_next(struct way_http_members *walk, struct way_text *member)
{
    while (!way_text_next_member(&walk->rest, member)) {
        while (walk->next < walk->fields->count &&
               !way_text_is(walk->fields->list[walk->next].name, walk->name))
            walk->next++;
        if (walk->next == walk->fields->count)
            return false;
        walk->rest = walk->fields->list[walk->next++].value;
    }
    return true;
}

bool way_http_fields_have(const struct way_http_fields *fields, const char *name, const char *token)
{
    struct way_http_members walk = {.fields = fields, .name = name};
    struct way_text member;
    while (way_http_members_next(&walk, &member))
        if (way_text_is(member, token))
            return true;
    return false;
}

void way_http_fields_free(struct way_http_fields *fields)
{
    free(fields->list);
    *fields = (struct way_http_fields){0};
}
