/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many runs.
 */
#include "analysis/assert/runs.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/text.h"
#include "analysis/lang/memory.h"
#include "core/common/config.h"

/* ---- groups ---- */

/* A text under construction. */
struct key {
    char text[4096];
    size_t length;
};

static void key_add(struct key *key, const char *text)
{
    for (; *text && key->length + 2 < sizeof key->text; text++)
        key->text[key->length++] = *text;
    key->text[key->length++] = '\n';
    key->text[key->length] = '\0';
    key->length = key->length + 1 < sizeof key->text ? key->length : sizeof key->text - 2;
}

/* All scalars below a value, with their keys. */
static void key_add_all(struct key *key, const struct way_config_at *at, int depth)
{
    struct way_config_at name, value;

    if (way_config_text(*at))
        key_add(key, way_config_text(*at));
    for (size_t n = 0; depth < 4 && way_config_pair(at, n, &name, &value); n++) {
        key_add(key, name.key ? name.key : "");
        key_add_all(key, &value, depth + 1);
    }
}

/* What scenario.yaml's `run` adds to the key; returns how many repeats there are. */
static long key_of_run(struct key *key, const struct way_config_at *run)
{
    struct way_config_at name, value;
    long repeats = 1;

    for (size_t n = 0; way_config_pair(run, n, &name, &value); n++) {
        if (!name.key)
            continue;
        if (strcmp(name.key, "parameters") == 0 || strcmp(name.key, "overrides") == 0) {
            key_add(key, name.key);
            key_add_all(key, &value, 0);
        } else if (strcmp(name.key, "repeats") == 0 && way_config_text(value)) {
            repeats = strtol(way_config_text(value), NULL, 10);
        }
    }
    return repeats;
}

/* The group of the run; NULL where it is no repeat, or its file is none (which judging
 * it complains of). */
static char *group_of(const char *folder)
{
    char path[PATH_MAX], error[WAY_TEXT_MAX];
    struct way_config_at root, name, value;
    struct key key = {.length = 0};
    long repeats = 1;

    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    struct way_config *file = way_config_open(path, error, sizeof error);
    if (!file)
        return NULL;
    root = way_config_root(file);
    for (size_t n = 0; way_config_pair(&root, n, &name, &value); n++) {
        if (name.key && strcmp(name.key, "name") == 0)
            key_add_all(&key, &value, 0);
        else if (name.key && strcmp(name.key, "run") == 0)
            repeats = key_of_run(&key, &value);
    }
    way_config_close(&file);
    return repeats > 1 ? strdup(key.text) : NULL;
}

/* ---- folders ---- */

static bool is_run(const char *folder)
{
    char path[PATH_MAX];

    int length = snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    return length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
}

static void add(struct way_runs *runs, const char *folder, bool run)
{
    if (runs->count == runs->room) {
        runs->room = runs->room ? 2 * runs->room : 16;
        runs->entries = reallocarray(runs->entries, runs->room, sizeof *runs->entries);
    }
    char *copy = strdup(folder);
    if (!runs->entries || !copy) {
        fputs("waylay-assert: out of memory\n", stderr);
        exit(2);
    }
    runs->entries[runs->count++] = (struct way_run_entry){
        .folder = copy, .is_run = run, .group = run ? group_of(folder) : NULL};
    runs->run_count += run;
}

static int is_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

void way_runs_add(struct way_runs *runs, const char *folder)
{
    struct dirent **names = NULL;
    size_t length = strlen(folder), before = runs->run_count;

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (is_run(folder)) {
        add(runs, folder, true);
        return;
    }
    int count = scandir(folder, &names, is_folder, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        int written = snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, names[i]->d_name);
        if (written > 0 && (size_t)written < sizeof path && is_run(path))
            add(runs, path, true);
        free(names[i]);
    }
    free(names);
    if (runs->run_count == before)
        add(runs, folder, false);
}

void way_runs_free(struct way_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        free(runs->entries[i].folder);
        free(runs->entries[i].group);
    }
    free(runs->entries);
    *runs = (struct way_runs){0};
}

/* ---- what flakes ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_bad(const json_t *object)
{
    return strcmp(text_of(object, "verdict"), "failed") == 0 ||
           strcmp(text_of(object, "verdict"), "inconclusive") == 0;
}

/* Whether another run of the group says otherwise of the rule. */
static bool flakes(const struct way_runs *runs, const struct way_run_entry *entry,
                   const json_t *list, const json_t *object)
{
    for (size_t i = 0; i < runs->count; i++) {
        const struct way_run_entry *other = &runs->entries[i];
        if (other == entry || !other->group || strcmp(other->group, entry->group) != 0)
            continue;
        for (size_t n = other->first; n < other->end; n++) {
            const json_t *one = json_array_get(list, n);
            if (strcmp(text_of(one, "name"), text_of(object, "name")) == 0 && is_bad(one))
                return true;
        }
    }
    return false;
}

size_t way_runs_mark_flaky(const struct way_runs *runs, json_t *list)
{
    size_t count = 0;

    for (size_t i = 0; i < runs->count; i++) {
        const struct way_run_entry *entry = &runs->entries[i];
        for (size_t n = entry->first; entry->group && n < entry->end; n++) {
            json_t *object = json_array_get(list, n);
            if (strcmp(text_of(object, "verdict"), "passed") != 0 ||
                strcmp(text_of(object, "level"), "warn") == 0 || !flakes(runs, entry, list, object))
                continue;
            json_object_set_new(object, "verdict", json_string("flaky"));
            json_object_set_new(object, "detail",
                                json_string("it passed here, but not in every repeat of this run"));
            count++;
        }
    }
    return count;
}

/* ---- the table ---- */

/* What the table counts it as: a warning that came true fails nothing. */
static const char *word_of(const json_t *object)
{
    bool warned = strcmp(text_of(object, "level"), "warn") == 0 && is_bad(object);
    return warned ? "warnings" : text_of(object, "verdict");
}

static void print_run(FILE *out, const struct way_run_entry *entry, const json_t *list)
{
    static const char *const verdicts[] = {"passed", "failed",  "inconclusive",
                                           "flaky",  "skipped", "warnings"};
    const char *comma = "";

    char *folder = way_text_clean(entry->folder);

    fprintf(out, "  %s: ", folder);
    free(folder);
    if (entry->wrong || !entry->is_run) {
        fputs(entry->is_run ? "could not be judged\n" : "no run (no scenario.yaml)\n", out);
        return;
    }
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        size_t count = 0;
        for (size_t n = entry->first; n < entry->end; n++)
            count += strcmp(word_of(json_array_get(list, n)), verdicts[i]) == 0;
        if (count)
            fprintf(out, "%s%zu %s", comma, count, verdicts[i]);
        comma = count ? ", " : comma;
    }
    fputs(entry->first == entry->end ? "nothing to judge\n" : "\n", out);
}

void way_runs_table(FILE *out, const struct way_runs *runs, const json_t *list)
{
    size_t n;
    json_t *object;
    bool told = false;

    fprintf(out, "\n%zu runs:\n", runs->run_count);
    for (size_t i = 0; i < runs->count; i++)
        print_run(out, &runs->entries[i], list);
    json_array_foreach(list, n, object)
    {
        if (strcmp(text_of(object, "verdict"), "flaky") != 0)
            continue;
        fputs(told ? "" : "flaky: passed in some repeats only\n", out);
        told = true;
        way_text_line(out, "  %s: %s", text_of(object, "run"), text_of(object, "name"));
    }
}
