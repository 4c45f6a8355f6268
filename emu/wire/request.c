/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests from lines, and answers to lines.
 *
 * A table says which keys each request has; the key `do` chooses the row.
 */
#include "emu/wire/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REAL_DIGITS = 15, /* 0.01 is not to become 0.010000000000000000208 */
    BRACKETS_MAX = 256
};

/* ---- answers ---- */

void way_answer_refuse(struct way_answer *answer, const char *format, ...)
{
    if (answer->error[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(answer->error, sizeof(answer->error), format, arguments);
    va_end(arguments);
}

void way_answer_add(struct way_answer *answer, const char *key, json_t *value)
{
    if (!answer->body)
        answer->body = json_object();
    if (json_object_set_new(answer->body, key, value) != 0)
        way_answer_refuse(answer, "out of memory");
}

/* Text of a request may be quoted in an error, and need not be UTF-8. */
static json_t *printable(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return json_string(text);
}

char *way_answer_line(struct way_answer *answer, int64_t time)
{
    json_t *line = json_object();
    if (answer->error[0]) {
        json_object_set_new(line, "ok", json_false());
        json_object_set_new(line, "error", printable(answer->error));
    } else {
        json_object_set_new(line, "ok", json_true());
        json_object_set_new(line, "time", json_integer(time));
        if (answer->body)
            json_object_update(line, answer->body);
    }
    json_decref(answer->body);
    *answer = (struct way_answer){.body = NULL};
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(line);
    size_t len = text ? strlen(text) : 0;
    char *whole = text ? realloc(text, len + 2) : NULL;
    if (!whole) {
        free(text);
        return NULL;
    }
    memcpy(whole + len, "\n", 2);
    return whole;
}

/* ---- reading ---- */

static int read_kind(struct way_config_at at, void *target, const void *limits)
{
#define X(name, text) text,
    static const char *const names[] = {WAY_REQUESTS(X) NULL};
#undef X
    int index;
    (void)limits;
    if (way_config_enum(at, &index, names) != 0)
        return -1;
    ((struct way_request *)target)->kind = (enum way_request_kind)index;
    return 0;
}

/* What is read with the parameters, or the link, that it is about. */
static int read_later(struct way_config_at at, void *target, const void *limits)
{
    (void)target;
    (void)limits;
    return at.node ? 0 : way_config_refuse(at, "a mapping");
}

/* What any request may have. */
#define DO                                                                                         \
    WAY_CONFIG_WHOLE("do", read_kind, NULL, true),                                                 \
        WAY_CONFIG_OPTIONAL("by", way_wire_name, struct way_request, by, NULL)
#define LINK WAY_CONFIG_REQUIRED("link", way_wire_name, struct way_request, link, NULL)

static const struct way_config_field alone[] = {DO, WAY_CONFIG_END};
static const struct way_config_field about_link[] = {DO, LINK, WAY_CONFIG_END};
static const struct way_config_field set_fields[] = {
    DO, LINK, WAY_CONFIG_OPTIONAL("from", way_wire_name, struct way_request, from, NULL),
    WAY_CONFIG_WHOLE("to", read_later, NULL, true), WAY_CONFIG_END};
static const struct way_config_field add_fields[] = {
    DO, WAY_CONFIG_WHOLE("link", read_later, NULL, true), WAY_CONFIG_END};
static const struct way_config_field capture_fields[] = {
    DO, LINK, WAY_CONFIG_REQUIRED("on", way_config_bool, struct way_request, on, NULL),
    WAY_CONFIG_END};
static const struct way_config_field show_fields[] = {
    DO, WAY_CONFIG_OPTIONAL("link", way_wire_name, struct way_request, link, NULL), WAY_CONFIG_END};

/* The keys of each request, and the one whose value is read by the handler. */
static const struct {
    const struct way_config_field *fields;
    const char *later;
} shapes[WAY_REQUEST_COUNT] = {
    [WAY_REQUEST_PING] = {alone, NULL},
    [WAY_REQUEST_SET] = {set_fields, "to"},
    [WAY_REQUEST_ADD] = {add_fields, "link"},
    [WAY_REQUEST_REMOVE] = {about_link, NULL},
    [WAY_REQUEST_CAPTURE] = {capture_fields, NULL},
    [WAY_REQUEST_FLUSH] = {alone, NULL},
    [WAY_REQUEST_FIDELITY] = {alone, NULL},
    [WAY_REQUEST_SHOW] = {show_fields, NULL},
};

/* The value of a key at the top; false when it is not there. */
static bool find(const struct way_request *request, const char *name, struct way_config_at *value)
{
    struct way_config_at key;
    for (size_t i = 0; way_config_pair(&request->root, i, &key, value); i++)
        if (key.key && strcmp(key.key, name) == 0)
            return true;
    return false;
}

/* Reads the open document; returns 0, or -1 after an error was noted. */
static int read_request(struct way_request *request)
{
    static const struct way_config_field only_do[] = {DO, WAY_CONFIG_END};
    struct way_config_at kind;
    if (!find(request, "do", &kind))
        return way_config_mapping(request->root, only_do, request) != 0
                   ? -1
                   : way_config_refuse(request->root, "a request");
    if (read_kind(kind, request, NULL) != 0 ||
        way_config_mapping(request->root, shapes[request->kind].fields, request) != 0)
        return -1;
    if (shapes[request->kind].later)
        find(request, shapes[request->kind].later, &request->value);
    return 0;
}

int way_request_change(const struct way_request *request, struct way_materials *materials,
                       struct way_direction *direction, struct way_answer *answer)
{
    if (way_direction_read(request->value, materials, direction) == 0)
        return 0;
    way_answer_refuse(answer, "%s", way_config_error(request->file));
    return -1;
}

int way_request_link(const struct way_request *request, struct way_materials *materials,
                     struct way_link_settings *out, struct way_answer *answer)
{
    if (way_link_settings_read(request->value, materials, out) == 0)
        return 0;
    way_answer_refuse(answer, "%s", way_config_error(request->file));
    return -1;
}

/* What nests deeply takes the reader the square of its length: quarter of a minute for a line
 * of nothing else, in which no frame moves. No request has nearly as many. */
static bool has_many_brackets(const char *line, size_t len)
{
    unsigned opened = 0;
    for (size_t i = 0; i < len; i++)
        opened += line[i] == '[' || line[i] == '{';
    return opened > BRACKETS_MAX;
}

void way_request_serve(const char *line, size_t len, const struct way_request_handlers *handlers,
                       struct way_answer *answer)
{
    struct way_request request = {.kind = WAY_REQUEST_COUNT, .text = line, .text_len = len};
    char error[512];
    if (has_many_brackets(line, len)) {
        way_answer_refuse(answer, "found more than %d brackets that open, expected fewer",
                          BRACKETS_MAX);
        return;
    }
    request.file = way_config_open_text("request", line, len, error, sizeof(error));
    if (!request.file) {
        way_answer_refuse(answer, "%s", error);
        return;
    }
    request.root = way_config_root(request.file);
    if (read_request(&request) == 0)
        handlers->handle[request.kind](handlers->context, &request, answer);
    else
        way_answer_refuse(answer, "%s", way_config_error(request.file));
    way_config_close(&request.file);
}
