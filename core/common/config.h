/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Configuration: a YAML file read into a struct by a table of fields.
 *
 * A program describes each mapping of its file as a table of struct
 * way_config_field: the key, the reader for its value, where the value goes,
 * and what limits it. Readers for the common types are below; a program writes
 * its own for lists and nested mappings, which call way_config_list and
 * way_config_mapping again:
 *
 *     static const struct way_config_field proxy_fields[] = {
 *         WAY_CONFIG_REQUIRED("address", way_config_address, struct proxy, address, NULL),
 *         WAY_CONFIG_END};
 *
 *     struct way_config *file = way_config_open(path, error, sizeof(error));
 *     if (!file || way_config_mapping(way_config_root(file), proxy_fields, &proxy) != 0)
 *         … way_config_error(file) …, exit 2
 *
 * The first error ends the reading. It is one line of the form
 *
 *     FILE:LINE:COLUMN: key 'x.y': found 'VALUE', expected WHAT
 *
 * with line and column counted from 1. Unknown keys, keys given twice, a second
 * document and anything that YAML itself refuses are errors. Values are given
 * as their text says; nothing is guessed from YAML's own types. Defaults are
 * what the object held before the table was read.
 *
 * Not for several threads. Nothing here prints.
 */
#ifndef WAYLAY_CORE_COMMON_CONFIG_H
#define WAYLAY_CORE_COMMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct way_config; /* an open file: owns every string that readers give out */

/* A place in the file: a value, or (node 0) one that is not there. It is passed
 * by value and lives on the stack of its reader; the parents must outlive it. */
struct way_config_at {
    struct way_config *file;
    const struct way_config_at *parent; /* the mapping or list it is in, or NULL */
    const char *key;                    /* its key in a mapping, or NULL */
    int index;                          /* its index in a list, from 0, or -1 */
    int node;                           /* libyaml's node, 0 for absent */
    size_t line, column;                /* from 1 */
};

/* Reads the value at `at` into `target`. Returns 0, or -1 after an error was
 * noted with way_config_refuse. `limits` is the field's. */
typedef int way_config_reader(struct way_config_at at, void *target, const void *limits);

struct way_config_field {
    const char *key;         /* NULL ends the table */
    way_config_reader *read; /* called for a present key, and for an absent required one */
    size_t offset;           /* of the target in the object */
    const void *limits;      /* for the reader, or NULL */
    bool required;
};

/* Rows of such a table: a member of `type`. */
#define WAY_CONFIG_REQUIRED(name, reader, type, member, limit)                                     \
    {                                                                                              \
        name, reader, offsetof(type, member), limit, true                                          \
    }
#define WAY_CONFIG_OPTIONAL(name, reader, type, member, limit)                                     \
    {                                                                                              \
        name, reader, offsetof(type, member), limit, false                                         \
    }
/* A row whose reader gets the whole object as its target. */
#define WAY_CONFIG_WHOLE(name, reader, limit, needed)                                              \
    {                                                                                              \
        name, reader, 0, limit, needed                                                             \
    }
#define WAY_CONFIG_END                                                                             \
    {                                                                                              \
        NULL, NULL, 0, NULL, false                                                                 \
    }

/* Reads and parses the file. Returns it, or NULL with one line in `error`.
 * The caller closes it, after the last use of the strings it gave out. */
struct way_config *way_config_open(const char *path, char *error, size_t error_size);

/* The same, from text; `name` stands for the file in messages. */
struct way_config *way_config_open_text(const char *name, const char *text, size_t length,
                                        char *error, size_t error_size);

/* Frees the file and nulls the pointer. NULL inside is allowed. */
void way_config_close(struct way_config **file);

/* The value of the whole document. */
struct way_config_at way_config_root(struct way_config *file);

/* The first error, one line without a newline; "" when there was none. */
const char *way_config_error(const struct way_config *file);

/* Notes an error at `at` ("found …, expected WHAT", where `expected` is printf's
 * format) unless there is one already. Returns -1. */
int way_config_refuse(struct way_config_at at, const char *expected, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads a mapping into `object` by the table. Returns 0 or -1. */
int way_config_mapping(struct way_config_at at, const struct way_config_field *fields,
                       void *object);

/* Calls `each` for every item of a list, in order. The list must have from
 * `at_least` to `at_most` items, and all items are written down as `what`
 * ("interfaces") in the message. Returns 0 or -1. */
int way_config_list(struct way_config_at at, const char *what, unsigned at_least, unsigned at_most,
                    way_config_reader *each, void *target, const void *limits);

/* The n-th pair, from 0, of a mapping whose keys are not all known beforehand,
 * in the file's order. Returns false (and notes no error) beyond the last, and
 * for what is no mapping. `mapping` must outlive both. */
bool way_config_pair(const struct way_config_at *mapping, size_t n, struct way_config_at *key,
                     struct way_config_at *value);

/* Whether the value is a list (no error is noted). */
bool way_config_is_list(struct way_config_at at);

/* The text of a scalar, or NULL for an absent value, a list or a mapping (no
 * error is noted). The string lives as long as the file. */
const char *way_config_text(struct way_config_at at);

/* Limits of way_config_integer, _size, _duration and _rate. */
struct way_config_range {
    int64_t min, max; /* both allowed */
};

/* An IPv4 prefix, in network byte order; no bit of address outside mask. */
struct way_prefix {
    uint32_t address, mask;
};

/* Whether the address (network byte order) is in the prefix. */
static inline bool way_prefix_has(const struct way_prefix *prefix, uint32_t address)
{
    return (address & prefix->mask) == prefix->address;
}

/* Readers: target type, and limits. Sizes, durations and rates may have a fraction,
 * and are rounded to a whole number of the smallest unit. */
way_config_reader way_config_string;   /* const char * (not empty), NULL */
way_config_reader way_config_integer;  /* int64_t, struct way_config_range */
way_config_reader way_config_size;     /* int64_t bytes: "4096", "10kB", "64KiB", "1.5GiB"; range */
way_config_reader way_config_duration; /* int64_t ns: "250us", "1.5s", "1min", "0"; range */
way_config_reader way_config_rate;     /* int64_t bit/s: "64000", "500kbit", "2.5Gbit"; range */
way_config_reader way_config_probability; /* double, 0 to 1: "1%", "0.01", "1e-6"; NULL */
way_config_reader way_config_address;     /* uint32_t, network byte order; NULL */
way_config_reader way_config_prefix;      /* struct way_prefix; NULL */
way_config_reader way_config_port;        /* uint16_t, host byte order, 1 to 65535; NULL */
way_config_reader way_config_interface;   /* char[IFNAMSIZ]; NULL */
way_config_reader way_config_bool;        /* bool, "true" or "false"; NULL */
way_config_reader way_config_enum;        /* int, the index; const char *const names[], NULL last */

#endif
