/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of known requests, and what goes where.
 */
#include "emu/ctl/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/ctl/value.h"

enum { BARE_MAX = 2, KEY_MAX = 256 };

struct shape {
    const char *name;
    const char *bare[BARE_MAX]; /* keys of the bare words, in order */
    const char *above;          /* a key that stays at the top, or NULL */
    const char *below;          /* where the other keys go; NULL: the top */
    const char *help;
};

static const struct shape shapes[] = {
    {"ping", {NULL}, NULL, NULL, "ping                                whether it is there"},
    {"set",
     {"link"},
     "from",
     "to",
     "set LINK [from=NODE] KEY=VALUE…     change parameters: of both directions, or of one"},
    {"add", {NULL}, NULL, "link", "add name=LINK ends='[{…}, {…}]' …   add a link"},
    {"remove", {"link"}, NULL, NULL, "remove LINK                         take a link away"},
    {"capture",
     {"link", "on"},
     NULL,
     NULL,
     "capture LINK on|off                 turn the captures of a link on or off"},
    {"flush",
     {NULL},
     NULL,
     NULL,
     "flush                               wait until what was captured stands in the files"},
    {"fidelity",
     {NULL},
     NULL,
     NULL,
     "fidelity                            how exact it has been so far"},
    {"show", {"link"}, NULL, NULL, "show [LINK]                         parameters and counts"},
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static const struct shape unknown = {.name = NULL};

const char *way_words_help(size_t n)
{
    return n < SHAPES ? shapes[n].help : NULL;
}

static const struct shape *shape_of(const char *name)
{
    for (size_t i = 0; i < SHAPES; i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return &unknown;
}

/* ---- keys ---- */

/* Puts the value at a key with dots, making the mappings on the way; takes the reference.
 * Returns false, with the error, when something else is there. */
static bool put(json_t *object, const char *key, json_t *value, char *error, size_t error_size)
{
    char part[KEY_MAX];
    const char *dot;
    const char *whole = key;
    while ((dot = strchr(key, '.')) && dot > key && (size_t)(dot - key) < sizeof(part)) {
        memcpy(part, key, (size_t)(dot - key));
        part[dot - key] = '\0';
        json_t *inner = json_object_get(object, part);
        if (!inner) {
            inner = json_object();
            json_object_set_new(object, part, inner);
        }
        object = inner;
        key = dot + 1;
    }
    if (key[0] && !dot && json_is_object(object) && !json_object_get(object, key))
        return json_object_set_new(object, key, value) == 0;
    json_decref(value);
    snprintf(error, error_size, "key '%s': expected each key once, as KEY or KEY.KEY", whole);
    return false;
}

/* A word KEY=VALUE, put where the shape wants it. */
static bool put_pair(json_t *request, const struct shape *shape, const char *word,
                     const char *equals, char *error, size_t error_size)
{
    char key[KEY_MAX];
    size_t len = (size_t)(equals - word);
    if (len == 0 || len >= sizeof(key)) {
        snprintf(error, error_size, "found '%s', expected KEY=VALUE", word);
        return false;
    }
    memcpy(key, word, len);
    key[len] = '\0';
    json_t *value = way_value_read(key, equals + 1, error, error_size);
    if (!value)
        return false;
    json_t *where = request;
    if (shape->below && !(shape->above && strcmp(shape->above, key) == 0))
        where = json_object_get(request, shape->below);
    return put(where, key, value, error, error_size);
}

/* ---- bare words ---- */

static json_t *bare_value(const char *key, const char *word)
{
    if (strcmp(key, "on") == 0 && strcmp(word, "on") == 0)
        return json_true();
    if (strcmp(key, "on") == 0 && strcmp(word, "off") == 0)
        return json_false();
    return json_string(word);
}

static bool put_bare(json_t *request, const struct shape *shape, unsigned *used, const char *word,
                     char *error, size_t error_size)
{
    const char *key = *used < BARE_MAX ? shape->bare[*used] : NULL;
    if (!key) {
        snprintf(error, error_size, "found '%s', expected KEY=VALUE", word);
        return false;
    }
    (*used)++;
    return put(request, key, bare_value(key, word), error, error_size);
}

/* ---- the whole ---- */

/* A request that is written out. */
static json_t *written(int count, const char *text, char *error, size_t error_size)
{
    if (count == 1)
        return way_value_read("request", text, error, error_size);
    snprintf(error, error_size, "expected no words behind a request that is written out");
    return NULL;
}

json_t *way_words_request(int count, char *const *words, char *error, size_t error_size)
{
    if (words[0][0] == '{')
        return written(count, words[0], error, error_size);
    const struct shape *shape = shape_of(words[0]);
    json_t *request = json_object();
    unsigned used = 0;
    bool fine = put(request, "do", json_string(words[0]), error, error_size);
    if (shape->below)
        json_object_set_new(request, shape->below, json_object());
    for (int i = 1; fine && i < count; i++) {
        const char *equals = strchr(words[i], '=');
        fine = equals ? put_pair(request, shape, words[i], equals, error, error_size)
                      : put_bare(request, shape, &used, words[i], error, error_size);
    }
    if (fine)
        return request;
    json_decref(request);
    return NULL;
}
