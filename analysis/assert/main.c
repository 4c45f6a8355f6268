/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-assert: judges the captures of a kept run.
 *
 * Everything is read and checked before the first verdict is printed, so that
 * a wrong command line or a broken folder yields a message and nothing else.
 */
#include "config.h"

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/check.h"
#include "analysis/assert/check_file.h"
#include "analysis/assert/expectations.h"
#include "analysis/assert/report.h"
#include "analysis/assert/run.h"

/* Exit codes. */
enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INCONCLUSIVE = 3 };

enum { ONLY_MAX = 64 };

struct options {
    bool json;
    const char *only[ONLY_MAX]; /* names; none: all */
    size_t only_count;
    const char *folder;
};

static void print_checks(FILE *out)
{
    for (const struct way_check *check = way_checks; check->name; check++)
        fprintf(out, "  %s%s\n      %s\n", check->name, check->during ? ": {during: STEP}" : "",
                check->words);
}

static void print_help(void)
{
    puts("usage: waylay-assert [--json] [--only NAME]... RUN_DIR\n"
         "       waylay-assert --check FILE.expect...\n"
         "       waylay-assert --list | --help | --version\n"
         "\n"
         "Checks the captures of a run against the expectations of its scenario, and\n"
         "prints a verdict for each: passed, failed or inconclusive. Read are, in RUN_DIR,\n"
         "scenario.yaml (its key 'expectations'), bindings.json, captures/losses.json and\n"
         "the captures of the links between router and client, proxy and origin.\n"
         "\n"
         "  --json       print one JSON object instead of text\n"
         "  --only NAME  evaluate only the expectations of this name (may be repeated)\n"
         "  --check      read expectation files (docs/expectations.md) and say what is wrong\n"
         "  --list       print the checks that an expectation can name\n"
         "\n"
         "Exit code: 0 all passed, 1 one failed, 2 wrong command line or unreadable run,\n"
         "3 none failed but one is inconclusive: the run's own error in time is larger\n"
         "than what was to be seen. What was never examined fails, and so does what would\n"
         "rest on a capture that is missing, empty, cut short, lossy or was not live.");
    printf("\nA capture may have %d frames and %d MiB; a larger one is refused.\n",
           WAY_CAPTURE_FRAMES_MAX, WAY_CAPTURE_BYTES_MAX >> 20);
    puts("\nChecks:");
    print_checks(stdout);
}

static int usage(const char *message, const char *argument)
{
    fprintf(stderr, "waylay-assert: %s%s\nTry 'waylay-assert --help'.\n", message, argument);
    return EXIT_USAGE;
}

/* Notes a name given with --only. */
static int add_only(struct options *options, const char *name)
{
    if (!way_check_find(name)) {
        fprintf(stderr, "waylay-assert: --only: found '%s', expected one of:\n", name);
        print_checks(stderr);
        return EXIT_USAGE;
    }
    if (options->only_count == ONLY_MAX)
        return usage("too many --only", "");
    options->only[options->only_count++] = name;
    return EXIT_PASSED;
}

/* Reads the command line. Returns -1 to go on, or the exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"json", no_argument, NULL, 'j'},
                                          {"check", no_argument, NULL, 'c'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'j':
            options->json = true;
            break;
        case 'o':
            if (add_only(options, optarg) != EXIT_PASSED)
                return EXIT_USAGE;
            break;
        case 'c':
            if (optind == argc)
                return usage("--check: expected the names of files", "");
            return way_check_files(argv + optind, argc - optind) ? EXIT_PASSED : EXIT_USAGE;
        case 'l':
            print_checks(stdout);
            return EXIT_PASSED;
        case 'h':
            print_help();
            return EXIT_PASSED;
        case 'v':
            puts("waylay-assert " PACKAGE_VERSION);
            return EXIT_PASSED;
        default:
            return usage("see above", "");
        }
    }
    if (argc - optind != 1)
        return usage("expected one RUN_DIR", "");
    options->folder = argv[optind];
    return -1;
}

/* Keeps the expectations named by --only. Each name must be among them. */
static int keep_only(struct way_expectations *expectations, const struct options *options)
{
    bool keep[WAY_EXPECTATIONS_MAX] = {false};
    size_t kept = 0;

    for (size_t o = 0; o < options->only_count; o++) {
        bool found = false;
        for (size_t i = 0; i < expectations->count; i++)
            if (strcmp(expectations->items[i].check->name, options->only[o]) == 0)
                keep[i] = found = true;
        if (!found)
            return usage("the run's scenario has no expectation ", options->only[o]);
    }
    for (size_t i = 0; i < expectations->count; i++)
        if (options->only_count == 0 || keep[i])
            expectations->items[kept++] = expectations->items[i];
    expectations->count = kept;
    return EXIT_PASSED;
}

/* Evaluates all, and prints each verdict as text or adds it to `list`. */
static int judge(const struct way_run *run, const struct way_expectations *expectations,
                 json_t *list, size_t tally[])
{
    for (size_t i = 0; i < expectations->count; i++) {
        struct way_finding finding;
        way_check_evaluate(run, &expectations->items[i], &finding);
        tally[way_finding_verdict(&finding)]++;
        if (!list)
            way_report_text(stdout, &expectations->items[i], &finding);
        else if (json_array_append_new(list, way_report_json(&expectations->items[i], &finding)))
            return -1;
    }
    return 0;
}

static int print_json(const struct way_run *run, const struct way_expectations *expectations,
                      size_t tally[])
{
    json_t *list = json_array();
    json_t *root = json_pack("{s:O?}", "expectations", list);
    int error = list && root ? judge(run, expectations, list, tally) : -1;

    if (!error && (error = json_dumpf(root, stdout, JSON_INDENT(2))) == 0)
        putchar('\n');
    json_decref(list);
    json_decref(root);
    return error;
}

static int print_text(const struct way_run *run, const struct way_expectations *expectations,
                      size_t tally[])
{
    int error = judge(run, expectations, NULL, tally);

    printf("%zu expectations: %zu passed, %zu failed, %zu inconclusive\n", expectations->count,
           tally[WAY_PASSED], tally[WAY_FAILED], tally[WAY_INCONCLUSIVE]);
    return error;
}

static int evaluate(const struct options *options, struct way_run *run,
                    struct way_expectations *expectations)
{
    size_t tally[] = {[WAY_PASSED] = 0, [WAY_FAILED] = 0, [WAY_INCONCLUSIVE] = 0};
    char scenario[PATH_MAX];
    struct way_text error;

    if (snprintf(scenario, sizeof scenario, "%s/scenario.yaml", options->folder) >=
        (int)sizeof scenario)
        return usage("the path is too long: ", options->folder);
    if (way_expectations_read(expectations, scenario, &error) == 0) {
        if (keep_only(expectations, options) != EXIT_PASSED)
            return EXIT_USAGE;
        if (way_run_load(run, options->folder, &error) == 0) {
            int failed = options->json ? print_json(run, expectations, tally)
                                       : print_text(run, expectations, tally);
            if (failed || fflush(stdout) != 0)
                return usage("the verdicts cannot be written", "");
            return tally[WAY_FAILED]         ? EXIT_FAILED
                   : tally[WAY_INCONCLUSIVE] ? EXIT_INCONCLUSIVE
                                             : EXIT_PASSED;
        }
    }
    fprintf(stderr, "waylay-assert: %s\n", error.s);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    int code = read_options(argc, argv, &options);

    if (code >= 0)
        return code;
    struct way_run *run = calloc(1, sizeof *run);
    struct way_expectations *expectations = calloc(1, sizeof *expectations);
    if (run && expectations) {
        code = evaluate(&options, run, expectations);
        way_run_free(run);
    } else {
        code = usage("out of memory", "");
    }
    free(run);
    free(expectations);
    return code;
}
