/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list of header or trailer fields (RFC 9110, section 5), in the order in
 * which they came, names compared without case.
 *
 * The list owns only its array. Names and values are spans into the bytes of
 * the message that owns the list. It is bounded: the limit is given at each
 * append, so that one place (the parser's limits) holds the number.
 */
#ifndef WAYLAY_CORE_HTTP_FIELDS_H
#define WAYLAY_CORE_HTTP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/http/text.h"

struct way_http_field {
    struct way_text name;  /* a token, as it was written */
    struct way_text value; /* trimmed; may be empty */
};

struct way_http_fields {
    struct way_http_field *list; /* owned */
    size_t count;
    size_t room;
};

/* Appends a field. 0, -E2BIG when `limit` fields are in the list already, or
 * -ENOMEM. */
int way_http_fields_add(struct way_http_fields *fields, struct way_text name, struct way_text value,
                        size_t limit);

/* How many fields bear the name? */
size_t way_http_fields_count(const struct way_http_fields *fields, const char *name);

/* The first field of the name, or NULL. Valid while the list is. */
const struct way_http_field *way_http_fields_find(const struct way_http_fields *fields,
                                                  const char *name);

/* The value of the first field of the name; {NULL, 0} when there is none. */
struct way_text way_http_fields_value(const struct way_http_fields *fields, const char *name);

/* A walk over the members of all fields of one name, as if they were one list
 * (RFC 9110, 5.2 and 5.3). Start with {.fields = f, .name = "..."}. */
struct way_http_members {
    const struct way_http_fields *fields;
    const char *name;
    size_t next;          /* private: field to look at next */
    struct way_text rest; /* private: what is left of the present one */
};

/* Puts the next member, trimmed and not empty, into *member. False at the
 * end. */
bool way_http_members_next(struct way_http_members *walk, struct way_text *member);

/* Is the token a member of the list-valued field (compared without case)? */
bool way_http_fields_have(const struct way_http_fields *fields, const char *name,
                          const char *token);

/* Frees the array and empties the list. */
void way_http_fields_free(struct way_http_fields *fields);

#endif
