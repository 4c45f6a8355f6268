/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many runs.
 */
#include "analysis/assert/runs.h"

#include <dirent.h>
#include <glib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/text.h"
#include "analysis/lang/memory.h"
#include "core/common/config.h"

/* How deep folders of runs (results/first-fetch) and values in a scenario lie. */
enum { FOLDERS_DEPTH_MAX = 2, VALUES_DEPTH_MAX = 4 };

/* ---- groups ---- */

/* Lines, each ended, so that no two lists of texts make the same key. */
static void key_add(GString *key, const char *text)
{
    g_string_append_printf(key, "%zu:%s\n", strlen(text), text);
}

/* All scalars below a value, with their keys. */
static void key_add_all(GString *key, const struct way_config_at *at, int depth)
{
    struct way_config_at name, value;

    if (way_config_text(*at))
        key_add(key, way_config_text(*at));
    for (size_t n = 0; depth < VALUES_DEPTH_MAX && way_config_pair(at, n, &name, &value); n++) {
        key_add(key, name.key ? name.key : "");
        key_add_all(key, &value, depth + 1);
    }
}

/* What scenario.yaml's `run` adds to the key; returns how many repeats there are. */
static long key_of_run(GString *key, const struct way_config_at *run)
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
    long repeats = 1;

    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    struct way_config *file = way_config_open(path, error, sizeof error);
    if (!file)
        return NULL;
    GString *key = g_string_new(NULL);
    root = way_config_root(file);
    for (size_t n = 0; way_config_pair(&root, n, &name, &value); n++) {
        if (name.key && strcmp(name.key, "name") == 0)
            key_add_all(key, &value, 0);
        else if (name.key && strcmp(name.key, "run") == 0)
            repeats = key_of_run(key, &value);
    }
    way_config_close(&file);
    return g_string_free(key, repeats <= 1);
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
    runs->entries =
        way_memory_grown(runs->entries, runs->count, &runs->room, sizeof *runs->entries);
    runs->entries[runs->count++] = (struct way_run_entry){
        .folder = way_memory_text(folder), .is_run = run, .group = run ? group_of(folder) : NULL};
    runs->run_count += run;
}

static int is_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

/* Adds the runs in a folder, and in folders in it. */
static void add_below(struct way_runs *runs, const char *folder, int depth)
{
    struct dirent **names = NULL;
    int count = depth < FOLDERS_DEPTH_MAX ? scandir(folder, &names, is_folder, alphasort) : 0;

    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        int written = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        bool fits = written > 0 && (size_t)written < sizeof path;
        if (fits && is_run(path))
            add(runs, path, true);
        else if (fits && names[i]->d_type == DT_DIR)
            add_below(runs, path, depth + 1);
        free(names[i]);
    }
    free(names);
}

void way_runs_add(struct way_runs *runs, const char *folder)
{
    size_t length = strlen(folder), before = runs->run_count;

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (is_run(folder)) {
        add(runs, folder, true);
        return;
    }
    char *plain = g_strndup(folder, length);
    add_below(runs, plain, 0);
    g_free(plain);
    if (runs->run_count == before)
        add(runs, folder, false);
}

void way_runs_free(struct way_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        free(runs->entries[i].folder);
        g_free(runs->entries[i].group);
        free(runs->entries[i].text);
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

/* What an expectation is called among all groups; freed by g_free. */
static char *name_in_group(const struct way_run_entry *entry, const json_t *object)
{
    return g_strdup_printf("%s%s", entry->group, text_of(object, "name"));
}

/* What failed, or could not be decided, in any run of a group: a set of such names. */
static GHashTable *bad_of(const struct way_runs *runs, const json_t *list)
{
    GHashTable *bad = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t i = 0; i < runs->count; i++) {
        const struct way_run_entry *entry = &runs->entries[i];
        for (size_t n = entry->first; entry->group && n < entry->end; n++)
            if (is_bad(json_array_get(list, n)))
                g_hash_table_add(bad, name_in_group(entry, json_array_get(list, n)));
    }
    return bad;
}

/* Marks the verdict if it passed and is among the bad of its group. */
static bool mark(const struct way_run_entry *entry, json_t *object, GHashTable *bad)
{
    if (strcmp(text_of(object, "verdict"), "passed") != 0 ||
        strcmp(text_of(object, "level"), "warn") == 0)
        return false;
    char *name = name_in_group(entry, object);
    bool flaky = g_hash_table_contains(bad, name);
    g_free(name);
    if (flaky) {
        json_object_set_new(object, "verdict", json_string("flaky"));
        json_object_set_new(object, "detail",
                            json_string("it passed here, but not in every repeat of this run"));
    }
    return flaky;
}

size_t way_runs_mark_flaky(const struct way_runs *runs, json_t *list)
{
    GHashTable *bad = bad_of(runs, list);
    size_t count = 0;

    for (size_t i = 0; i < runs->count; i++) {
        const struct way_run_entry *entry = &runs->entries[i];
        for (size_t n = entry->first; entry->group && n < entry->end; n++)
            count += mark(entry, json_array_get(list, n), bad);
    }
    g_hash_table_destroy(bad);
    return count;
}

bool way_runs_may_flake(const struct way_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->entries[i].group)
            return true;
    return false;
}

/* A line of a verdict begins with the verdict, all others with spaces. */
static void print_line(FILE *out, const char *line, size_t length, const json_t *object)
{
    enum { WORD = 12 }; /* the width of the verdict, see way_verdict_text */
    bool flaky = strcmp(text_of(object, "verdict"), "flaky") == 0 && length > WORD;

    if (flaky)
        fprintf(out, "%-*s%.*s\n", WORD, "flaky", (int)(length - WORD), line + WORD);
    else
        fprintf(out, "%.*s\n", (int)length, line);
}

void way_runs_print(FILE *out, const struct way_run_entry *entry, const json_t *list)
{
    size_t n = entry->first;

    way_text_line(out, "== %s", entry->folder);
    for (const char *line = entry->text; line && *line;) {
        size_t length = strcspn(line, "\n");
        print_line(out, line, length,
                   *line != ' ' && n < entry->end ? json_array_get(list, n) : NULL);
        n += *line != ' ';
        line += length + (line[length] == '\n');
    }
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
        fputs(entry->is_run  ? "could not be judged\n"
              : entry->wrong ? "there is no such run\n"
                             : "no run (no scenario.yaml)\n",
              out);
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
