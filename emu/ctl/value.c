/* SPDX-License-Identifier: BSD-2-Clause
 *
 * YAML, as core/common/config reads it, to JSON.
 */
#include "emu/ctl/value.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/config.h"

enum { DEPTH_MAX = 16, ITEMS_MAX = 1 << 20, DIGITS_MAX = 18 };

/* Whether JSON would write the text as a whole number, too. */
static bool is_integer(const char *text)
{
    const char *digits = text + (text[0] == '-');
    size_t len = strspn(digits, "0123456789");
    return len > 0 && len <= DIGITS_MAX && digits[len] == '\0' && (digits[0] != '0' || len == 1) &&
           strcmp(text, "-0") != 0;
}

/* NULL when it is not UTF-8, or memory lacks. */
static json_t *scalar(const char *text)
{
    if (strcmp(text, "true") == 0)
        return json_true();
    if (strcmp(text, "false") == 0)
        return json_false();
    return is_integer(text) ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
}

static json_t *convert(struct way_config_at at, int depth);

struct list {
    json_t *items;
    int depth;
};

static int append(struct way_config_at at, void *target, const void *limits)
{
    struct list *list = target;
    (void)limits;
    json_t *item = convert(at, list->depth);
    return item && json_array_append_new(list->items, item) == 0 ? 0 : -1;
}

/* Fills the object with the mapping; false with an error noted. */
static bool fill(struct way_config_at at, json_t *object, int depth)
{
    struct way_config_at key, value;
    for (size_t i = 0; way_config_pair(&at, i, &key, &value); i++) {
        if (!key.key || json_object_get(object, key.key)) {
            way_config_refuse(key, "each key once, and a text");
            return false;
        }
        json_t *item = convert(value, depth);
        if (!item || json_object_set_new(object, key.key, item) != 0)
            return false;
    }
    return true;
}

/* The value as JSON, or NULL with an error noted (none where memory lacks). */
static json_t *convert(struct way_config_at at, int depth)
{
    if (way_config_text(at)) {
        json_t *text = scalar(way_config_text(at));
        if (!text)
            way_config_refuse(at, "UTF-8");
        return text;
    }
    if (depth == 0) {
        way_config_refuse(at, "at most %d levels", DEPTH_MAX);
        return NULL;
    }
    bool is_list = way_config_is_list(at);
    struct list list = {.items = is_list ? json_array() : json_object(), .depth = depth - 1};
    bool fine = is_list ? way_config_list(at, "items", 0, ITEMS_MAX, append, &list, NULL) == 0
                        : fill(at, list.items, depth - 1);
    if (fine)
        return list.items;
    json_decref(list.items);
    return NULL;
}

json_t *way_value_read(const char *key, const char *text, char *error, size_t error_size)
{
    json_t *value = NULL;
    if (text[0] != '{' && text[0] != '[') {
        value = scalar(text);
        if (!value)
            snprintf(error, error_size, "%s: expected UTF-8", key);
        return value;
    }
    struct way_config *file = way_config_open_text(key, text, strlen(text), error, error_size);
    if (file)
        value = convert(way_config_root(file), DEPTH_MAX);
    if (file && !value)
        snprintf(error, error_size, "%s", way_config_error(file));
    way_config_close(&file);
    return value;
}
