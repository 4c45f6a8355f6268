/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-assert: judges captures by expectations.
 *
 * Everything is read and checked before the first verdict is printed, so that
 * a wrong command line or a broken folder yields a message and nothing else.
 */
#include "config.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/check.h"
#include "analysis/assert/check_file.h"
#include "analysis/assert/folder.h"
#include "analysis/dissect/field_docs.h"

/* Exit codes. */
enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INCONCLUSIVE = 3 };

struct options {
    bool json, check, list;
    struct way_expect_options expect;
    char **files; /* names that end in .expect */
    size_t file_count;
    char **folders; /* all others */
    size_t folder_count;
};

static void print_checks(FILE *out)
{
    for (const struct way_check *check = way_checks; check->name; check++)
        fprintf(out, "  %s%s\n      %s\n", check->name, check->during ? ": {during: STEP}" : "",
                check->words);
}

static void print_help(void)
{
    puts("usage: waylay-assert [OPTION]... RUN_DIR...\n"
         "       waylay-assert [OPTION]... FILE.expect... [RUN_DIR...]\n"
         "       waylay-assert --check FILE.expect...\n"
         "       waylay-assert --list [FILE.expect...] | --fields | --help | --version\n"
         "\n"
         "Judges captures by expectations, and prints a verdict for each: passed, failed,\n"
         "inconclusive or skipped. A run's folder is judged by what its scenario expects, or\n"
         "by the files that are given; without one, the files name the captures themselves\n"
         "(tap NAME = \"FILE\"), or the command line does. docs/expectations.md explains the\n"
         "language.\n"
         "\n"
         "  --tap NAME=FILE  the capture of a tap (may be repeated; '-' is standard input)\n"
         "  --let NAME=TEXT  what $NAME is in the files (may be repeated)\n"
         "  --only WORDS     judge only expectations with WORDS in theirs (may be repeated)\n"
         "  --explain        show what each rule selected, examined and matched\n"
         "  --json           print one JSON object instead of text\n"
         "  --check          read the files and say what is wrong with them, nothing else\n"
         "  --list           print the expectations of the files; without files, the checks\n"
         "                   that a scenario can name\n"
         "  --fields         print what a packet can be asked for (docs/fields.md)\n"
         "\n"
         "Exit code: 0 all passed, 1 one failed, 2 wrong command line, file or run,\n"
         "3 none failed but one is inconclusive: the run's own error in time is larger\n"
         "than what was to be seen. What was never examined fails, and so does what would\n"
         "rest on a capture that is missing, empty, cut short, lossy or was not live.");
    puts("\nChecks:");
    print_checks(stdout);
}

static int usage(const char *message, const char *argument)
{
    fprintf(stderr, "waylay-assert: %s%s\nTry 'waylay-assert --help'.\n", message, argument);
    return EXIT_USAGE;
}

static int add_only(struct options *options, const char *name)
{
    if (options->expect.only_count == WAY_EXPECT_ONLY_MAX)
        return usage("too many --only", "");
    options->expect.only[options->expect.only_count++] = name;
    return EXIT_PASSED;
}

/* NAME=FILE */
static int add_tap(struct options *options, char *argument)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument || equals[1] == '\0')
        return usage("--tap: expected NAME=FILE, found ", argument);
    if (options->expect.given_count == WAY_EXPECT_GIVEN_MAX)
        return usage("too many --tap", "");
    *equals = '\0';
    options->expect.given[options->expect.given_count++] =
        (struct way_given_tap){.name = argument, .path = equals + 1};
    return EXIT_PASSED;
}

/* NAME=TEXT */
static int add_name(struct options *options, char *argument)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument)
        return usage("--let: expected NAME=TEXT, found ", argument);
    if (options->expect.name_count == WAY_EXPECT_GIVEN_MAX)
        return usage("too many --let", "");
    *equals = '\0';
    options->expect.names[options->expect.name_count++] =
        (struct way_given_name){.name = argument, .text = equals + 1};
    return EXIT_PASSED;
}

static bool is_file(const char *name)
{
    static const char ending[] = ".expect";
    size_t length = strlen(name);

    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* Files to the front, folders behind them, each kind in its order. */
static int sort_names(struct options *options, char **names, int count)
{
    char **sorted = calloc((size_t)count + 1, sizeof(char *));

    if (!sorted)
        return usage("out of memory", "");
    for (int i = 0; i < count; i++)
        if (is_file(names[i]))
            sorted[options->file_count++] = names[i];
    for (int i = 0; i < count; i++)
        if (!is_file(names[i]))
            sorted[options->file_count + options->folder_count++] = names[i];
    options->files = sorted;
    options->folders = sorted + options->file_count;
    return EXIT_PASSED;
}

/* Reads the command line. Returns -1 to go on, or the exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"json", no_argument, NULL, 'j'},
                                          {"check", no_argument, NULL, 'c'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"tap", required_argument, NULL, 't'},
                                          {"let", required_argument, NULL, 'n'},
                                          {"explain", no_argument, NULL, 'e'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"fields", no_argument, NULL, 'f'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    int option, code = EXIT_PASSED;

    while (code == EXIT_PASSED && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'j':
            options->json = true;
            break;
        case 'c':
            options->check = true;
            break;
        case 'e':
            options->expect.explain = true;
            break;
        case 'l':
            options->list = true;
            break;
        case 'o':
            code = add_only(options, optarg);
            break;
        case 't':
            code = add_tap(options, optarg);
            break;
        case 'n':
            code = add_name(options, optarg);
            break;
        case 'f':
            way_field_docs_write(stdout);
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
    if (code == EXIT_PASSED)
        code = sort_names(options, argv + optind, argc - optind);
    if (code == EXIT_PASSED && !options->list && options->file_count + options->folder_count == 0)
        code = usage(options->check ? "--check: expected the names of files"
                                    : "expected a RUN_DIR or a FILE.expect",
                     "");
    return code == EXIT_PASSED ? -1 : code;
}

static int list_all(const struct options *options)
{
    int code = EXIT_PASSED;

    if (options->file_count == 0)
        print_checks(stdout);
    for (size_t i = 0; i < options->file_count; i++)
        if (way_expect_list(options->files[i]))
            code = EXIT_USAGE;
    return code;
}

/* Judges everything that is named. Returns 0, or -1 after a message. */
static int judge(const struct options *options, json_t *list, struct way_expect_tally *tally)
{
    int result = 0;

    for (size_t i = 0; !result && i < options->folder_count; i++) {
        if (options->folder_count > 1 && !list)
            printf("== %s\n", options->folders[i]);
        result = way_folder_judge(options->folders[i], options->files, options->file_count,
                                  &options->expect, list, tally);
    }
    for (size_t i = 0; !result && options->folder_count == 0 && i < options->file_count; i++)
        result = way_expect_file(options->files[i], NULL, NULL, &options->expect, list, tally);
    return result;
}

static void print_tally(const struct way_expect_tally *tally)
{
    printf("%zu expectations: %zu passed, %zu failed, %zu inconclusive", tally->all,
           tally->rulings[WAY_RULED_PASSED], tally->rulings[WAY_RULED_FAILED],
           tally->rulings[WAY_RULED_INCONCLUSIVE]);
    if (tally->rulings[WAY_RULED_SKIPPED])
        printf(", %zu skipped", tally->rulings[WAY_RULED_SKIPPED]);
    if (tally->warned)
        printf(", %zu warnings", tally->warned);
    putchar('\n');
}

static int evaluate(const struct options *options)
{
    struct way_expect_tally tally = {.all = 0};
    json_t *list = options->json ? json_array() : NULL;
    json_t *root = list ? json_pack("{s:O}", "expectations", list) : NULL;
    int result = judge(options, list, &tally);

    if (!result && tally.all == 0)
        result = usage("--only: no expectation has in its words: ",
                       options->expect.only_count ? options->expect.only[0] : "");
    if (!result && options->json) {
        result = json_dumpf(root, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!result) {
        print_tally(&tally);
    }
    json_decref(list);
    json_decref(root);
    if (!result && fflush(stdout) != 0)
        return usage("the verdicts cannot be written", "");
    return result                                  ? EXIT_USAGE
           : tally.rulings[WAY_RULED_FAILED]       ? EXIT_FAILED
           : tally.rulings[WAY_RULED_INCONCLUSIVE] ? EXIT_INCONCLUSIVE
                                                   : EXIT_PASSED;
}

int main(int argc, char **argv)
{
    struct options options = {.json = false};
    int code = read_options(argc, argv, &options);

    if (code < 0 && options.check)
        code = way_check_files(argv + optind, argc - optind) ? EXIT_PASSED : EXIT_USAGE;
    else if (code < 0 && options.list)
        code = list_all(&options);
    else if (code < 0)
        code = evaluate(&options);
    free(options.files);
    return code;
}
