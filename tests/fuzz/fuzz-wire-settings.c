/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the wire is told: its configuration, and control requests (they begin with
 * '{"'). Each is read, or refused with a line; whatever was read gives its memory
 * back, can be written in the same words and read again; and every answer is one line
 * of JSON. No file is there that a text could name, but for an unreadable few.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/request.h"
#include "emu/wire/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct way_materials materials;

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* ---- words ---- */

static bool reread(json_t *words, struct way_direction *out)
{
    char error[512];
    char *text = json_dumps(words, 0);
    struct way_config *file = way_config_open_text("w", text, strlen(text), error, sizeof(error));
    demand(file != NULL);
    bool fine = way_direction_read(way_config_root(file), &materials, out) == 0;
    way_config_close(&file);
    free(text);
    return fine;
}

/* What was read is written in words that mean the same. */
static void check_direction(const struct way_direction *direction)
{
    struct way_direction again = way_direction_new();
    demand(way_parameters_wrong(&direction->parameters) == NULL);
    json_t *words = way_direction_json(direction);
    demand(reread(words, &again));
    json_t *same = way_direction_json(&again);
    demand(json_equal(words, same));
    json_decref(words);
    json_decref(same);
    way_direction_release(&again);
}

static void check_settings(const char *text, size_t len)
{
    char error[512] = "";
    struct way_wire_settings settings = {.seed = 0};
    struct way_config *file = way_config_open_text("f", text, len, error, sizeof(error));
    demand(file || error[0]);
    if (file && way_wire_settings_read(file, &materials, &settings) != 0)
        demand(way_config_error(file)[0]);
    else if (file)
        for (size_t i = 0; i < settings.link_count; i++)
            for (int end = 0; end < 2; end++)
                check_direction(&settings.links[i].from[end]);
    way_wire_settings_free(&settings);
    way_config_close(&file);
}

/* ---- requests ---- */

static void nothing(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)request;
    (void)answer;
}

static void set(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_direction direction = way_direction_new();
    (void)context;
    if (way_request_change(request, &materials, &direction, answer) == 0)
        check_direction(&direction);
    way_direction_release(&direction);
}

static void add(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_link_settings link;
    (void)context;
    if (way_request_link(request, &materials, &link, answer) == 0)
        check_direction(&link.from[0]);
    way_link_settings_free(&link);
}

static void check_request(const char *line, size_t len)
{
    static const struct way_request_handlers handlers = {
        .handle = {nothing, set, add, nothing, nothing, nothing, nothing, nothing}};
    struct way_answer answer = {.body = NULL};
    way_request_serve(line, len, &handlers, &answer);
    char *out = way_answer_line(&answer, 1);
    demand(out && strchr(out, '\n') == out + strlen(out) - 1);
    json_t *object = json_loads(out, 0, NULL);
    demand(json_is_boolean(json_object_get(object, "ok")));
    json_decref(object);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    if (len > 1 && text[0] == '{' && text[1] == '"')
        check_request(text, len);
    else
        check_settings(text, len);
    demand(materials.first == NULL);
    return 0;
}
