/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The document: loading it, walking mappings and lists, the first error.
 *
 * libyaml composes the whole document, with a start mark at every node; all
 * positions in messages come from these marks. An absent value bears the
 * position of the mapping that lacks it.
 */
#include "core/common/config.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "core/common/cleanup.h"

enum {
    ERROR_MAX = 512,          /* a message, cut to this */
    FILE_MAX_BYTES = 8 << 20, /* of a configuration */
    PATH_MAX_BYTES = 160      /* of a key's full name in a message */
};

struct way_config {
    char *name;
    yaml_document_t document;
    bool loaded;
    char error[ERROR_MAX];
};

/* ---- errors ---- */

/* Writes "clients[0].prefixes[1]"; returns its length. */
static size_t write_path(const struct way_config_at *at, char *out, size_t size)
{
    size_t length = at->parent ? write_path(at->parent, out, size) : 0;
    int more = 0;
    if (at->key)
        more = snprintf(out + length, size - length, "%s%s", length ? "." : "", at->key);
    else if (at->index >= 0)
        more = snprintf(out + length, size - length, "[%d]", at->index);
    if (more < 0)
        return length;
    return length + (size_t)more < size ? length + (size_t)more : size - 1;
}

static const char *describe(struct way_config_at at, char *out, size_t size)
{
    yaml_node_t *node = yaml_document_get_node(&at.file->document, at.node);
    if (!node || node->type == YAML_NO_NODE)
        return "nothing";
    if (node->type == YAML_SEQUENCE_NODE)
        return "a list";
    if (node->type == YAML_MAPPING_NODE)
        return "a mapping";
    snprintf(out, size, "'%s'", (const char *)node->data.scalar.value);
    return out;
}

/* Notes the first error: where, which key, what was found, what was expected. */
static int note(struct way_config_at at, const char *found, const char *expected)
{
    struct way_config *file = at.file;
    if (file->error[0])
        return -1;
    char path[PATH_MAX_BYTES] = "";
    char key[PATH_MAX_BYTES + 16] = "";
    write_path(&at, path, sizeof(path));
    if (path[0])
        snprintf(key, sizeof(key), "key '%s': ", path);
    snprintf(file->error, sizeof(file->error), "%s:%zu:%zu: %sfound %s, expected %s", file->name,
             at.line, at.column, key, found, expected);
    return -1;
}

int way_config_refuse(struct way_config_at at, const char *expected, ...)
{
    char text[ERROR_MAX];
    char found[ERROR_MAX];
    va_list arguments;
    va_start(arguments, expected);
    vsnprintf(text, sizeof(text), expected, arguments);
    va_end(arguments);
    return note(at, describe(at, found, sizeof(found)), text);
}

const char *way_config_error(const struct way_config *file)
{
    return file->error;
}

/* ---- loading ---- */

static void note_yaml(struct way_config *file, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    yaml_mark_t mark = parser->problem_mark;
    snprintf(file->error, sizeof(file->error), "%s:%zu:%zu: not YAML: %s", file->name,
             mark.line + 1, mark.column + 1, problem);
}

/* Whether a second document follows; an error in it counts as one. */
static bool has_second(yaml_parser_t *parser, yaml_mark_t *where)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) {
        *where = parser->problem_mark;
        return true;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    if (root)
        *where = root->start_mark;
    yaml_document_delete(&second);
    return root != NULL;
}

static void load(struct way_config *file, const char *text, size_t length)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        snprintf(file->error, sizeof(file->error), "%s: out of memory", file->name);
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (yaml_parser_load(&parser, &file->document)) {
        file->loaded = true;
        yaml_mark_t mark;
        if (yaml_document_get_root_node(&file->document) && has_second(&parser, &mark))
            snprintf(file->error, sizeof(file->error),
                     "%s:%zu:%zu: found a second document, expected one", file->name, mark.line + 1,
                     mark.column + 1);
    } else {
        note_yaml(file, &parser);
    }
    yaml_parser_delete(&parser);
}

struct way_config *way_config_open_text(const char *name, const char *text, size_t length,
                                        char *error, size_t error_size)
{
    struct way_config *file = calloc(1, sizeof(*file));
    if (file)
        file->name = strdup(name);
    if (!file || !file->name) {
        snprintf(error, error_size, "%s: out of memory", name);
        free(file);
        return NULL;
    }
    load(file, text, length);
    if (file->error[0]) {
        snprintf(error, error_size, "%s", file->error);
        way_config_close(&file);
    }
    return file;
}

struct way_config *way_config_open(const char *path, char *error, size_t error_size)
{
    WAY_AUTO_FILE FILE *in = fopen(path, "re");
    if (!in) {
        snprintf(error, error_size, "%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    WAY_AUTO_FREE char *text = malloc(FILE_MAX_BYTES);
    size_t length = text ? fread(text, 1, FILE_MAX_BYTES, in) : 0;
    if (!text || ferror(in)) {
        snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    if (length == FILE_MAX_BYTES) {
        snprintf(error, error_size, "%s: found %d bytes or more, expected fewer", path,
                 FILE_MAX_BYTES);
        return NULL;
    }
    return way_config_open_text(path, text, length, error, error_size);
}

void way_config_close(struct way_config **file)
{
    if (!*file)
        return;
    if ((*file)->loaded)
        yaml_document_delete(&(*file)->document);
    free((*file)->name);
    free(*file);
    *file = NULL;
}

/* ---- walking ---- */

static struct way_config_at child(const struct way_config_at *parent, int node, const char *key,
                                  int index)
{
    struct way_config_at at = {.file = parent->file,
                               .parent = parent,
                               .key = key,
                               .index = index,
                               .node = node,
                               .line = parent->line,
                               .column = parent->column};
    const yaml_node_t *found = yaml_document_get_node(&parent->file->document, node);
    if (found) {
        at.line = found->start_mark.line + 1;
        at.column = found->start_mark.column + 1;
    }
    return at;
}

struct way_config_at way_config_root(struct way_config *file)
{
    struct way_config_at top = {.file = file, .index = -1, .line = 1, .column = 1};
    struct way_config_at at =
        child(&top, yaml_document_get_root_node(&file->document) ? 1 : 0, NULL, -1);
    at.parent = NULL;
    return at;
}

static yaml_node_t *node_of(struct way_config_at at, yaml_node_type_t type)
{
    yaml_node_t *node = yaml_document_get_node(&at.file->document, at.node);
    return node && node->type == type ? node : NULL;
}

bool way_config_is_list(struct way_config_at at)
{
    return node_of(at, YAML_SEQUENCE_NODE) != NULL;
}

const char *way_config_text(struct way_config_at at)
{
    const yaml_node_t *node = node_of(at, YAML_SCALAR_NODE);
    return node ? (const char *)node->data.scalar.value : NULL;
}

static int refuse_key(struct way_config_at key, const struct way_config_field *fields)
{
    char names[ERROR_MAX / 2] = "";
    size_t length = 0;
    for (const struct way_config_field *f = fields; f->key && length < sizeof(names) - 1; f++) {
        int more =
            snprintf(names + length, sizeof(names) - length, "%s%s", length ? ", " : "", f->key);
        length += more > 0 ? (size_t)more : 0;
    }
    return way_config_refuse(key, "one of: %s", names);
}

/* The field of a key that is known and was not given before; else NULL, and an
 * error was noted. `seen` has a flag for each field. */
static const struct way_config_field *field_of(struct way_config_at key,
                                               const struct way_config_field *fields, bool *seen)
{
    for (const struct way_config_field *f = fields; key.key && f->key; f++) {
        if (strcmp(f->key, key.key) != 0)
            continue;
        if (!seen[f - fields]) {
            seen[f - fields] = true;
            return f;
        }
        note(key, "it a second time", "it once");
        return NULL;
    }
    if (!key.key)
        way_config_refuse(key, "a key");
    else
        refuse_key(key, fields);
    return NULL;
}

bool way_config_pair(const struct way_config_at *mapping, size_t n, struct way_config_at *key,
                     struct way_config_at *value)
{
    const yaml_node_t *node = node_of(*mapping, YAML_MAPPING_NODE);
    if (!node || n >= (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start))
        return false;
    const yaml_node_pair_t *pair = &node->data.mapping.pairs.start[n];
    *key = child(mapping, pair->key, NULL, -1);
    key->key = way_config_text(*key);
    *value = child(mapping, pair->value, key->key, -1);
    return true;
}

int way_config_mapping(struct way_config_at at, const struct way_config_field *fields, void *object)
{
    enum { FIELDS_MAX = 32 };
    bool seen[FIELDS_MAX] = {false};
    const yaml_node_t *node = node_of(at, YAML_MAPPING_NODE);
    if (!node)
        return way_config_refuse(at, "a mapping");
    const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
    for (; pairs < node->data.mapping.pairs.top; pairs++) {
        struct way_config_at key = child(&at, pairs->key, NULL, -1);
        key.key = way_config_text(key);
        const struct way_config_field *field = field_of(key, fields, seen);
        if (!field)
            return -1;
        struct way_config_at value = child(&at, pairs->value, field->key, -1);
        if (field->read(value, (char *)object + field->offset, field->limits) != 0)
            return -1;
    }
    for (const struct way_config_field *f = fields; f->key; f++) {
        assert(f - fields < FIELDS_MAX);
        if (f->required && !seen[f - fields])
            return f->read(child(&at, 0, f->key, -1), (char *)object + f->offset, f->limits);
    }
    return 0;
}

int way_config_list(struct way_config_at at, const char *what, unsigned at_least, unsigned at_most,
                    way_config_reader *each, void *target, const void *limits)
{
    const yaml_node_t *node = node_of(at, YAML_SEQUENCE_NODE);
    if (!node)
        return way_config_refuse(at, "a list of %s", what);
    const yaml_node_item_t *items = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - items);
    if (count < at_least || count > at_most)
        return way_config_refuse(at, "%u to %u %s (there are %zu)", at_least, at_most, what, count);
    for (size_t i = 0; i < count; i++)
        if (each(child(&at, items[i], NULL, (int)i), target, limits) != 0)
            return -1;
    return 0;
}
