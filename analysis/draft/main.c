/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-draft: a first expectation file from a good run, for a person to prune.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/draft/trial.h"
#include "analysis/lang/memory.h"

enum { EXIT_DRAFTED = 0, EXIT_WRONG = 2 };

static const char help[] =
    "usage: waylay-draft [--output FILE] RUN_DIR [RUN_DIR...]\n"
    "       waylay-draft --help | --version\n"
    "\n"
    "Writes expectations that the run in RUN_DIR fulfils, with names of nodes and services in\n"
    "place of addresses and ports: counts of connections and their ends, what headers have in\n"
    "common, what packets become on other links, handshakes, order, HTTP statuses, and which\n"
    "nodes are not seen on which links. With further runs of the same scenario, what changes\n"
    "between them is left out. Read it, strike what is chance, and say in words what is meant.\n"
    "\n"
    "Exit code: 0 a file was written, 2 wrong command line or run.";

static int complain(const char *message, const char *what)
{
    fprintf(stderr, "waylay-draft: %s%s\n", message, what);
    return EXIT_WRONG;
}

static int read_bindings(const char *folder, struct way_bindings *bindings)
{
    struct way_text error;
    char *path = g_strdup_printf("%s/bindings.json", folder);
    int result = way_bindings_read(bindings, path, &error);

    g_free(path);
    return result ? complain(error.s, "") : 0;
}

/* Strikes what any of the runs does not bear out. */
static int try_all(GPtrArray *candidates, char **folders, int count)
{
    struct way_bindings *bindings = way_memory_array(1, sizeof *bindings);
    struct way_text error;
    int result = 0;

    for (int i = 0; !result && i < count; i++) {
        result = read_bindings(folders[i], bindings);
        if (!result && way_trial(candidates, bindings, folders[i], &error))
            result = complain(error.s, "");
    }
    free(bindings);
    return result;
}

/* A group whose conditions were all struck may say nothing any more. */
static void strike_empty(GPtrArray *candidates)
{
    for (guint i = candidates->len; i-- > 0;) {
        const struct way_candidate *one = g_ptr_array_index(candidates, i);
        if (one->needs_condition && !one->condition)
            g_ptr_array_remove_index(candidates, i);
    }
}

static void write_file(FILE *out, const GPtrArray *candidates, char **folders, int count)
{
    const char *tap = "";
    GString *text =
        g_string_new("# A draft, by waylay-draft, of what these runs have in common:\n");

    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "#   %s\n", folders[i]);
    g_string_append(text, "# Strike what is chance, and say in words what is meant.\n\n");
    way_draft_words(text);
    for (guint i = 0; i < candidates->len; i++) {
        const struct way_candidate *one = g_ptr_array_index(candidates, i);
        if (strcmp(one->tap, tap) != 0)
            g_string_append_printf(text, "\n# ---- %s ----\n", one->tap);
        tap = one->tap;
        g_string_append_c(text, '\n');
        way_candidate_write(one, "", text);
    }
    fputs(text->str, out);
    g_string_free(text, TRUE);
}

static int draft(FILE *out, char **folders, int count)
{
    struct way_bindings *bindings = way_memory_array(1, sizeof *bindings);
    struct way_survey survey;
    struct way_text error;
    int result = read_bindings(folders[0], bindings);

    if (result) {
        free(bindings);
        return result;
    }
    if (way_survey_read(&survey, bindings, folders[0], &error)) {
        result = complain(error.s, "");
    } else {
        GPtrArray *candidates = way_candidates_of(&survey, bindings);
        result = try_all(candidates, folders, count);
        GPtrArray *merged = way_candidates_merge(candidates);
        strike_empty(merged);
        result = result ? result : try_all(merged, folders, count);
        if (!result && merged->len == 0)
            result = complain(folders[0], ": nothing holds that could be drafted: are its captures "
                                          "whole and lossless?");
        else if (!result)
            write_file(out, merged, folders, count);
        g_ptr_array_free(merged, TRUE);
        g_ptr_array_free(candidates, TRUE);
    }
    way_survey_free(&survey);
    free(bindings);
    return result;
}

static int draft_to(const char *output, char **folders, int count)
{
    FILE *out = output ? fopen(output, "w") : stdout;

    if (!out)
        return complain("--output: cannot be written: ", output);
    int result = draft(out, folders, count);
    bool bad = ferror(out) != 0;
    if ((output ? fclose(out) : fflush(out)) != 0 || bad)
        return complain("the draft cannot be written", "");
    return result;
}

int main(int argc, char **argv)
{
    static const struct option names[] = {{"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    const char *output = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'o':
            output = optarg;
            break;
        case 'h':
            puts(help);
            return EXIT_DRAFTED;
        case 'v':
            puts("waylay-draft " PACKAGE_VERSION);
            return EXIT_DRAFTED;
        default:
            return complain("see above; --help explains", "");
        }
    }
    if (optind == argc)
        return complain("expected a RUN_DIR; --help explains", "");
    return draft_to(output, argv + optind, argc - optind);
}
