/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs and captures, as one.
 */
#include "analysis/draft/ground.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/assert/world.h"
#include "analysis/draft/hosts.h"
#include "analysis/lang/memory.h"

static void ground_new(struct way_ground *ground)
{
    *ground = (struct way_ground){
        .bindings = way_memory_array(1, sizeof *ground->bindings),
        .taps = g_ptr_array_new_with_free_func(g_free),
    };
}

void way_ground_free(struct way_ground *ground)
{
    free(ground->bindings);
    g_ptr_array_unref(ground->taps);
}

int way_ground_of_run(struct way_ground *ground, const char *folder, struct way_text *error)
{
    ground_new(ground);
    ground->folder = folder;
    char *path = g_strdup_printf("%s/bindings.json", folder);
    int result = way_bindings_read(ground->bindings, path, error);
    g_free(path);
    if (result)
        return -1;
    for (size_t i = 0; i < ground->bindings->link_count; i++)
        if (ground->bindings->links[i].capture_count)
            g_ptr_array_add(ground->taps, g_strdup(ground->bindings->links[i].name));
    if (ground->taps->len)
        return 0;
    *error = way_text("%s: the run has no captures", folder);
    return -1;
}

/* ---- captures ---- */

static bool is_taken(const GPtrArray *taps, const char *name)
{
    for (guint i = 0; i < taps->len; i++)
        if (strcmp(g_ptr_array_index(taps, i), name) == 0)
            return true;
    return false;
}

/* The name of a file without folder and endings, of letters that a tap's name may have;
 * numbered where another has it. */
static char *tap_of(const GPtrArray *taps, const char *path)
{
    const char *slash = strrchr(path, '/');
    GString *base = g_string_new(NULL);

    for (const char *c = slash ? slash + 1 : path; *c && *c != '.'; c++)
        g_string_append_c(base, g_ascii_isalnum(*c) || *c == '_' || *c == '-' ? *c : '_');
    if (base->len == 0 || !g_ascii_isalnum(base->str[0]))
        g_string_prepend(base, "tap");
    while (base->str[base->len - 1] == '-')
        g_string_truncate(base, base->len - 1);
    char *name = g_strdup(base->str);
    for (unsigned n = 2; is_taken(taps, name); n++) {
        g_free(name);
        name = g_strdup_printf("%s%u", base->str, n);
    }
    g_string_free(base, TRUE);
    return name;
}

int way_ground_of_captures(struct way_ground *ground, char *const paths[], size_t count,
                           struct way_text *error)
{
    ground_new(ground);
    ground->paths = paths;
    if (count > WAY_GROUND_CAPTURES_MAX) {
        *error =
            way_text("found %zu captures, expected at most %d", count, WAY_GROUND_CAPTURES_MAX);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        g_ptr_array_add(ground->taps, tap_of(ground->taps, paths[i]));
        if (strcmp(paths[i], "-") == 0) {
            *error = way_text("standard input cannot be read twice: expected a file");
            return -1;
        }
    }
    return way_hosts_read(ground->bindings, paths, count, error);
}

/* ---- items ---- */

/* A text in quotes, as the language reads it. */
static void put_quoted(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        if (g_ascii_iscntrl(*text))
            g_string_append_printf(out, "\\x%02x", (unsigned char)*text);
        else
            g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

void way_ground_items(const struct way_ground *ground, bool absolute, GString *out)
{
    if (ground->folder)
        return;
    for (guint i = 0; i < ground->taps->len; i++) {
        g_string_append_printf(out, "tap %s = ", (char *)g_ptr_array_index(ground->taps, i));
        char *path = absolute ? realpath(ground->paths[i], NULL) : NULL;
        put_quoted(out, path ? path : ground->paths[i]);
        free(path);
        g_string_append_c(out, '\n');
    }
    for (size_t i = 0; i < ground->bindings->node_count; i++)
        g_string_append_printf(out, "let $%s = %s\n", ground->bindings->nodes[i].name,
                               way_text_address(ground->bindings->nodes[i].addresses[0]).s);
}

void way_ground_port(const struct way_ground *ground, const struct way_service *service,
                     GString *out)
{
    if (ground->folder)
        g_string_append_printf(out, "$%s.port", service->name);
    else
        g_string_append_printf(out, "%u", service->port);
}

/* ---- files over it ---- */

int way_ground_open(const struct way_ground *ground, const char *text, bool open,
                    struct way_ground_file *file, struct way_text *error)
{
    const struct way_bindings *bindings = ground->folder ? ground->bindings : NULL;
    const struct way_inputs_wish wish = {
        .program = &file->program, .bindings = bindings, .folder = ground->folder};

    *file = (struct way_ground_file){.arena = {0}};
    struct way_world_names names = {.arena = &file->arena};
    if (bindings)
        way_world_add_bindings(&names, bindings);
    const struct way_world world = {.names = names.names, .count = names.count};
    if (way_program_read_text(&file->program, "draft", text, strlen(text), &world))
        return 1;
    return open ? way_inputs_open(&file->inputs, &wish, error) : 0;
}

void way_ground_close(struct way_ground_file *file)
{
    if (file->inputs.setup.program)
        way_inputs_close(&file->inputs);
    way_program_free(&file->program);
    way_arena_free(&file->arena);
}
