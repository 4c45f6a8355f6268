/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields: the names by which the contents of packets are asked for.
 *
 * There is one table (way_field_groups). A row has Wireshark's name where Wireshark has
 * one, and means what Wireshark means by it; where it has none, the name is ours.
 * docs/fields.md is written from the table.
 *
 * A name may be led by a path, which picks the level (analysis/dissect/view.h):
 * plain names ask the outermost packet, `inner.` the packet that it carries,
 * `icmp.quoted.` the packet that it quotes; both may be repeated and combined
 * (inner.icmp.quoted.ip.dst). Wireshark, on the other hand, gives the fields of
 * all levels under one name.
 *
 * A field is asked of a view. It is absent where its layer is, or where the layer
 * does not have it (an option that was not sent); it is broken where its layer is,
 * or where the bytes that would hold it are not there.
 *
 * The names of layers are fields, too: their value is the bytes of the header
 * (`tcp[13]` is the flags), and `has tcp` asks whether there is one.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FIELD_H
#define WAYLAY_ANALYSIS_DISSECT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/value.h"
#include "analysis/dissect/view.h"

/* What must have been seen before a field can be asked for. */
enum way_field_needs {
    WAY_NEEDS_PACKET, /* the packet alone */
    WAY_NEEDS_FLOW,   /* the earlier packets of its capture: way_flows_see, for every packet */
    WAY_NEEDS_HTTP    /* likewise, with streams reassembled and messages read */
};

enum { WAY_FIELD_PATH_MAX = WAY_VIEW_LEVELS_MAX - 1, WAY_FIELD_NAME_MAX = 64 };

struct way_field;

/* Reads the field of a level whose layer is present; adds its values to `out`. */
typedef enum way_presence way_field_getter(const struct way_field *field,
                                           const struct way_view *view,
                                           const struct way_level *level, struct way_values *out);

/* A row of the table. */
struct way_field_info {
    const char *name;
    enum way_type type;
    bool many;            /* a packet may have several */
    bool keyed;           /* it is asked for with a name: http.header["Age"] */
    bool ours;            /* Wireshark has no such name */
    enum way_layer layer; /* the layer that must be there */
    enum way_field_needs needs;
    const char *about; /* one line for the docs, without a full stop */
    way_field_getter *get;
    uint16_t offset;   /* for getters of fixed fields: byte in the layer's header, */
    uint8_t size;      /* bytes, */
    uint8_t shift;     /* bits to drop at the right, */
    uint32_t mask;     /* and what is left of it then; 0: all */
    const char *text;  /* for getters of named things: a header field's name */
    uint32_t argument; /* for the getters of a family: an option's type and the like */
};

/* The table, in the order of the docs, in groups: about one layer each. */
struct way_field_group {
    const char *title;
    const struct way_field_info *rows;
    size_t count;
};
extern const struct way_field_group *const way_field_groups[]; /* NULL ends them */

/* A field as it is asked for: a row, with its path and its key. */
struct way_field {
    const struct way_field_info *info;
    uint8_t depth;                    /* steps of the path; 0 for plain names */
    uint8_t path[WAY_FIELD_PATH_MAX]; /* enum way_level_how, outermost step first */
    const char *key;                  /* of a keyed field, else NULL; borrowed */
};

/* Finds the field of that name (path included; `len` bytes, no zero needed).
 * Returns false for a name that is none; `out` is then undefined. The key is left
 * NULL: who asks for a keyed field sets it (`info->keyed`). */
bool way_field_find(const char *name, size_t len, struct way_field *out);

/* Whether the row's value lies at a fixed place of its layer's header (offset, size,
 * shift, mask). */
bool way_field_is_fixed(const struct way_field_info *info);

/* The name in the table that is nearest to what was written (path left aside),
 * for messages; NULL when nothing is near. */
const char *way_field_nearest(const char *name, size_t len);

/* Reads the field of the view: fills `out`, which is empty unless the result is
 * WAY_PRESENT. Never reads beyond the record. */
enum way_presence way_field_get(const struct way_field *field, struct way_view *view,
                                struct way_values *out);

/* Whether the view has the field, without reading its values where that is
 * cheaper. */
enum way_presence way_field_has(const struct way_field *field, struct way_view *view);

#endif
