/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A value is written into a line of bounded length first; when it does not fit, its
 * members get lines of their own.
 */
#include "emu/ctl/tell.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 96, STEP = 2 };

/* A line that is being written; `full` when it would have been longer. */
struct line {
    char text[WIDTH + 1];
    size_t len;
    bool full;
};

static void put(struct line *line, const char *text)
{
    size_t more = strlen(text);
    if (line->len + more > WIDTH) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->len, text, more + 1);
    line->len += more;
}

/* A scalar; the text of a string as it is, control characters apart. */
static void put_scalar(struct line *line, const json_t *value)
{
    char text[WIDTH + 2] = "";
    if (json_is_string(value))
        snprintf(text, sizeof(text), "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof(text), "%.6g", json_real_value(value));
    else
        snprintf(text, sizeof(text), "%s",
                 json_is_true(value)    ? "yes"
                 : json_is_false(value) ? "no"
                                        : "-");
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    put(line, text);
}

static void put_value(struct line *line, const json_t *value);

static void put_members(struct line *line, const json_t *object)
{
    const char *key;
    json_t *value;
    bool first = true;
    json_object_foreach((json_t *)object, key, value)
    {
        put(line, first ? "" : ", ");
        put(line, key);
        put(line, " ");
        put_value(line, value);
        first = false;
    }
}

static void put_items(struct line *line, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && !line->full; i++) {
        put(line, i ? ", " : "");
        put_value(line, json_array_get(list, i));
    }
}

/* Lists and objects in brackets, as in YAML; empty ones are a dash. */
static void put_value(struct line *line, const json_t *value)
{
    if (line->full)
        return;
    if (json_is_array(value) ? json_array_size(value) == 0
                             : json_is_object(value) && json_object_size(value) == 0) {
        put(line, "-");
    } else if (json_is_object(value)) {
        put(line, "{");
        put_members(line, value);
        put(line, "}");
    } else if (json_is_array(value)) {
        put(line, "[");
        put_items(line, value);
        put(line, "]");
    } else {
        put_scalar(line, value);
    }
}

static void tell_members(FILE *out, const json_t *object, int indent);

/* A value behind its label, on the same line where it fits. */
static void tell_value(FILE *out, const char *label, const json_t *value, int indent)
{
    struct line line = {.len = 0};
    if (json_is_object(value) && json_object_size(value) > 0)
        put_members(&line, value);
    else if (json_is_array(value) && json_array_size(value) > 0)
        put_items(&line, value);
    else
        put_value(&line, value);
    fprintf(out, "%*s%s", indent, "", label);
    if (!line.full && (size_t)indent + strlen(label) + line.len <= WIDTH) {
        fprintf(out, " %s\n", line.text);
    } else if (json_is_object(value)) {
        fputc('\n', out);
        tell_members(out, value, indent + STEP);
    } else if (json_is_array(value)) {
        fputc('\n', out);
        for (size_t i = 0; i < json_array_size(value); i++)
            tell_value(out, "-", json_array_get(value, i), indent + STEP);
    } else { /* a long text */
        fprintf(out, " %s\n", json_string_value(value));
    }
}

static void tell_members(FILE *out, const json_t *object, int indent)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        char label[WIDTH];
        snprintf(label, sizeof(label), "%.90s:", key);
        tell_value(out, label, value, indent);
    }
}

void way_tell(FILE *out, const json_t *object)
{
    tell_members(out, object, 0);
}
