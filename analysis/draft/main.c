/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-draft: a first expectation file from a good run, or from captures, for a person
 * to prune.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/draft/trial.h"
#include "analysis/lang/memory.h"

enum { EXIT_DRAFTED = 0, EXIT_WRONG = 2 };
enum { LINES = 190 }; /* that a person may be asked to read */

static const char help[] =
    "usage: waylay-draft [--all] [--output FILE] RUN_DIR [RUN_DIR...]\n"
    "       waylay-draft [--all] [--output FILE] CAPTURE [CAPTURE...]\n"
    "       waylay-draft --help | --version\n"
    "\n"
    "Writes expectations that the run in RUN_DIR fulfils, with names of nodes and services in\n"
    "place of addresses and ports: whose addresses are not seen where, what headers have in\n"
    "common, what packets become on other links, counts and handshakes of connections, HTTP\n"
    "statuses, and the order in which things begin. With further runs of the same scenario,\n"
    "what changes between them is left out. Captures without a run are taken as taps of one\n"
    "network. Read it, strike what is chance, and say in words what is meant.\n"
    "\n"
    "  --all          write all that holds, and not what says most in some 190 lines\n"
    "  --output FILE  where to, instead of standard output\n"
    "\n"
    "Exit code: 0 a file was written, 2 wrong command line, run or capture.";

struct options {
    bool all;
    const char *output;
    char **names; /* runs or captures */
    size_t count;
};

static int complain(const char *message, const char *what)
{
    way_text_line(stderr, "waylay-draft: %s%s", message, what);
    return EXIT_WRONG;
}

/* ---- drafting ---- */

static void write_file(FILE *out, const GPtrArray *candidates, const struct way_survey *survey,
                       const struct options *options, guint left_out)
{
    GString *rules = g_string_new(NULL);
    GString *text = g_string_new("# A draft, by waylay-draft, of what was seen in\n");

    way_candidates_write(candidates, rules);
    for (size_t i = 0; i < options->count; i++) {
        char *name = way_text_clean(options->names[i]);
        g_string_append_printf(text, "#   %s\n", name);
        g_free(name);
    }
    g_string_append(text, "# Strike what is chance, and say in words what is meant.\n");
    if (left_out)
        g_string_append_printf(text, "# %u rules more hold, which say less: --all writes them.\n",
                               left_out);
    g_string_append_c(text, '\n');
    /* A file names captures relative to itself. */
    way_ground_items(survey->ground, options->output && strchr(options->output, '/'), text);
    way_kind_items(rules->str, text);
    way_survey_items(survey, rules->str, text);
    fputs(text->str, out);
    fputs(rules->str, out);
    g_string_free(rules, TRUE);
    g_string_free(text, TRUE);
}

/* Strikes what any of the further runs does not bear out. */
static int try_others(GPtrArray *candidates, const struct way_survey *survey,
                      const struct options *options)
{
    struct way_text error;
    int result = 0;

    for (size_t i = 1; !result && i < options->count && survey->ground->folder; i++) {
        struct way_ground other;
        result = way_ground_of_run(&other, options->names[i], &error);
        if (!result)
            result = way_trial(candidates, &other, survey, &error);
        if (result)
            complain(error.s, "");
        way_ground_free(&other);
    }
    return result;
}

/* Strikes rules until they and the names that they need are short enough to be read. Returns
 * how many were struck. */
static guint shorten(GPtrArray *candidates, const struct way_survey *survey)
{
    guint struck = 0, room, before;

    do { /* fewer rules need fewer names */
        GString *rules = g_string_new(NULL), *items = g_string_new(NULL);
        way_candidates_write(candidates, rules);
        way_ground_items(survey->ground, false, items);
        way_survey_items(survey, rules->str, items);
        guint lines = 0;
        for (const char *c = items->str; *c; c++)
            lines += *c == '\n';
        g_string_free(rules, TRUE);
        g_string_free(items, TRUE);
        room = lines < LINES / 2 ? LINES - lines : LINES / 2;
        before = struck;
        struck += way_candidates_shorten(candidates, room);
    } while (struck > before);
    return struck;
}

/* Tries candidates, and writes what is left of them. */
static int try_and_write(FILE *out, GPtrArray *candidates, const struct way_survey *survey,
                         const struct options *options)
{
    struct way_text error;

    if (way_trial(candidates, survey->ground, survey, &error))
        return complain(error.s, "");
    if (try_others(candidates, survey, options))
        return EXIT_WRONG;
    way_candidates_prune(candidates);
    GPtrArray *merged = way_candidates_merge(candidates);
    guint left_out = options->all ? 0 : shorten(merged, survey);
    int result = merged->len ? EXIT_DRAFTED
                             : complain(options->names[0],
                                        ": nothing holds that could be drafted: are the captures "
                                        "whole and lossless?");
    if (!result)
        write_file(out, merged, survey, options, left_out);
    g_ptr_array_free(merged, TRUE);
    return result;
}

static int draft_of(FILE *out, const struct way_ground *ground, const struct options *options)
{
    struct way_survey survey;
    struct way_text error;
    int result;

    if (way_survey_read(&survey, ground, &error)) {
        result = complain(error.s, "");
    } else {
        GPtrArray *candidates = way_candidates_of(&survey);
        result = try_and_write(out, candidates, &survey, options);
        g_ptr_array_free(candidates, TRUE);
    }
    way_survey_free(&survey);
    return result;
}

/* ---- the command line ---- */

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int draft(FILE *out, const struct options *options)
{
    struct way_ground ground;
    struct way_text error;
    size_t folders = 0;

    for (size_t i = 0; i < options->count; i++)
        folders += is_folder(options->names[i]);
    if (folders && folders < options->count)
        return complain("expected runs or captures, found both", "");
    int result = folders ? way_ground_of_run(&ground, options->names[0], &error)
                         : way_ground_of_captures(&ground, options->names, options->count, &error);
    result = result ? complain(error.s, "") : draft_of(out, &ground, options);
    way_ground_free(&ground);
    return result;
}

static int draft_to(const struct options *options)
{
    FILE *out = options->output ? fopen(options->output, "w") : stdout;

    if (!out)
        return complain("--output: cannot be written: ", options->output);
    int result = draft(out, options);
    bool bad = ferror(out) != 0;
    if ((options->output ? fclose(out) : fflush(out)) != 0 || bad)
        return complain("the draft cannot be written", "");
    return result;
}

/* Something was printed instead. */
static int printed(const char *text)
{
    puts(text);
    return fflush(stdout) == 0 ? EXIT_DRAFTED : complain("what was to be printed is not", "");
}

int main(int argc, char **argv)
{
    static const struct option names[] = {{"all", no_argument, NULL, 'a'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.all = false};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'a':
            options.all = true;
            break;
        case 'o':
            options.output = optarg;
            break;
        case 'h':
            return printed(help);
        case 'v':
            return printed("waylay-draft " PACKAGE_VERSION);
        default:
            return complain("see above; --help explains", "");
        }
    }
    if (optind == argc)
        return complain("expected a RUN_DIR or a CAPTURE; --help explains", "");
    options.names = argv + optind;
    options.count = (size_t)(argc - optind);
    return draft_to(&options);
}
