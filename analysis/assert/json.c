/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading JSON that cannot be trusted: jansson takes the text apart, and each
 * value is asked for by key, with its kind and its bounds.
 */
#include "analysis/assert/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/common/cleanup.h"

char *way_json_load(const char *path, size_t most, size_t *length, struct way_text *error)
{
    struct stat status;
    WAY_AUTO_FILE FILE *file = NULL;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) { /* opening a pipe would wait */
        *error = way_text("%s: it is no regular file", path);
        return NULL;
    }
    if (!(file = fopen(path, "rbe"))) {
        *error = way_text("%s: %s", path, strerror(errno));
        return NULL;
    }
    WAY_AUTO_FREE char *text = malloc(most + 1);
    if (!text) {
        *error = way_text("%s: %s", path, strerror(ENOMEM));
        return NULL;
    }
    *length = fread(text, 1, most + 1, file);
    if (ferror(file) || *length > most) {
        *error = ferror(file) ? way_text("%s: cannot be read", path)
                              : way_text("%s: larger than %zu bytes", path, most);
        return NULL;
    }
    return WAY_TAKE_POINTER(text);
}

json_t *way_json_parse(struct way_json *json, const char *text, size_t length)
{
    json_error_t error;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);

    if (!root) {
        *json->error = way_text("%s:%d:%d: %s", json->file, error.line, error.column, error.text);
        return NULL;
    }
    if (!json_is_object(root)) {
        *json->error = way_text("%s: expected an object", json->file);
        json_decref(root);
        return NULL;
    }
    return root;
}

int way_json_line(struct way_json *json, struct way_json_lines *lines, json_t **out)
{
    if (!fgets(lines->text, (int)lines->size, lines->file)) {
        if (!ferror(lines->file))
            return 0;
        *json->error = way_text("%s: cannot be read: %s", lines->name, strerror(errno));
        return -1;
    }
    size_t length = strlen(lines->text);
    bool ended = length > 0 && lines->text[length - 1] == '\n';
    snprintf(lines->place, sizeof lines->place, "%s:%u", lines->name, ++lines->number);
    json->file = lines->place;
    bool last = !ended && feof(lines->file) && length + 1 < lines->size;
    if (!ended && !last) {
        *json->error = way_text("%s: found a line with a zero byte, or longer than %zu bytes, "
                                "expected an object in a line",
                                lines->place, lines->size - 1);
        return -1;
    }
    *out = way_json_parse(json, lines->text, length);
    return *out ? 1 : last ? 2 : -1;
}

json_t *way_json_of_text(const char *text)
{
    char *clean = way_text_clean(text);
    json_t *string = json_string(clean);

    free(clean);
    return string;
}

int way_json_refuse(struct way_json *json, const char *key, const char *found,
                    struct way_text expected)
{
    const char *item = json->item == key ? NULL : json->item; /* not "marks.hit.end.hit.end" */

    *json->error = way_text("%s: key '%s%s%s%s%.100s': found %s%.100s%s, expected %s", json->file,
                            json->scope ? json->scope : "", json->scope ? "." : "",
                            item ? item : "", item ? "." : "", key, found ? "'" : "",
                            found ? found : "nothing of the kind", found ? "'" : "", expected.s);
    return -EINVAL;
}

int way_json_string(struct way_json *json, json_t *object, const char *key, const char **out)
{
    *out = json_string_value(json_object_get(object, key));
    return *out ? 0 : way_json_refuse(json, key, NULL, way_text("a string"));
}

int way_json_integer(struct way_json *json, json_t *object, const char *key, int64_t min,
                     int64_t max, int64_t *out)
{
    json_t *value = json_object_get(object, key);

    *out = json_integer_value(value);
    if (json_is_integer(value) && *out >= min && *out <= max)
        return 0;
    struct way_text found = way_text("%" PRId64, *out);
    return way_json_refuse(json, key, json_is_integer(value) ? found.s : NULL,
                           way_text("a whole number from %" PRId64 " to %" PRId64, min, max));
}

int way_json_object(struct way_json *json, json_t *object, const char *key, json_t **out)
{
    *out = json_object_get(object, key);
    return json_is_object(*out) ? 0 : way_json_refuse(json, key, NULL, way_text("an object"));
}

int way_json_each(struct way_json *json, json_t *root, const char *key, size_t most,
                  int (*read)(struct way_json *json, const char *name, json_t *value,
                              void *context),
                  void *context)
{
    json_t *object, *value;
    const char *name;
    int error = way_json_object(json, root, key, &object);

    if (error)
        return error;
    if (json_object_size(object) > most)
        return way_json_refuse(json, key, NULL, way_text("at most %zu items", most));
    json->scope = key;
    json_object_foreach(object, name, value)
    {
        json->item = name;
        if ((error = read(json, name, value, context)))
            return error;
    }
    json->scope = json->item = NULL;
    return 0;
}
