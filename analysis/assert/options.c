/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the command line, one option at a time.
 */
#include "analysis/assert/options.h"

#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/living.h"
#include "analysis/assert/text.h"
#include "analysis/dissect/field_docs.h"

static void print_help(void)
{
    puts("usage: waylay-assert [OPTION]... RUN_DIR...\n"
         "       waylay-assert [OPTION]... FILE.expect... [RUN_DIR...]\n"
         "       waylay-assert --check FILE.expect...\n"
         "       waylay-assert --list FILE.expect... | --fields | --help | --version\n"
         "\n"
         "Judges captures by expectations, and prints a verdict for each: passed, failed,\n"
         "inconclusive or skipped. A run's folder is judged by what its scenario expects, or\n"
         "by the files that are given; without one, the files name the captures themselves\n"
         "(tap NAME = \"FILE\"), or the command line does. docs/expectations.md explains the\n"
         "language.\n"
         "\n"
         "  --tap NAME=FILE  the capture of a tap (may be repeated; '-' is standard input)\n"
         "  --live NAME=INTERFACE  the tap is an interface, judged at the end (may be repeated)\n"
         "  --for DURATION   how long interfaces are captured, e.g. 30s; else until SIGINT\n"
         "  --let NAME=TEXT  what $NAME is in the files (may be repeated)\n"
         "  --only WORDS     judge only expectations with WORDS in theirs (may be repeated)\n"
         "  --explain        show what each rule selected, examined and matched\n"
         "  --evidence DIR   where captures of the packets concerned by failures are written\n"
         "                   (for a run: its folder evidence/; else nowhere)\n"
         "  --no-evidence    write none\n"
         "  --format FORMAT  how verdicts are written: text, tap, junit, json, jsonl\n"
         "  --json           the same as --format json\n"
         "  --output FILE    where to, instead of standard output\n"
         "  --mutate N       spoil N packets of a good run, one at a time, and tell which\n"
         "                   expectations notice (text or json)\n"
         "  --seed N         of the choice of mutations (1)\n"
         "  --check          read the files and say what is wrong with them, nothing else\n"
         "  --list           print the expectations of the files\n"
         "  --fields         print what a packet can be asked for (docs/fields.md)\n"
         "\n"
         "Exit code: 0 all passed, 1 one failed, 2 wrong command line, file or run,\n"
         "3 none failed but one is inconclusive: the run's own error in time is larger\n"
         "than what was to be seen. What was never examined fails, and so does what would\n"
         "rest on a capture that is missing, empty, cut short, lossy or was not live.");
}

int way_assert_complain(const char *message, const char *argument)
{
    way_text_line(stderr, "waylay-assert: %s%s", message, argument);
    fputs("Try 'waylay-assert --help'.\n", stderr);
    return WAY_ASSERT_USAGE;
}

/* A number from 1 to a million. */
static int read_number(const char *option, const char *text, unsigned *out)
{
    enum { MOST = 1000000 };
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (end == text || *end || text[0] == '-' || number < 1 || number > MOST) {
        way_text_line(stderr, "waylay-assert: %s: found '%s', expected a number from 1 to %d",
                      option, text, MOST);
        return WAY_ASSERT_USAGE;
    }
    *out = (unsigned)number;
    return WAY_ASSERT_PASSED;
}

static int read_format(struct way_assert_options *options, const char *name)
{
    if (way_format_find(name, &options->format))
        return WAY_ASSERT_PASSED;
    way_text_line(stderr, "waylay-assert: --format: found '%s', expected one of %s", name,
                  way_format_names());
    return WAY_ASSERT_USAGE;
}

static int add_only(struct way_assert_options *options, const char *name)
{
    if (options->expect.only_count == WAY_EXPECT_ONLY_MAX)
        return way_assert_complain("too many --only", "");
    options->expect.only[options->expect.only_count++] = name;
    return WAY_ASSERT_PASSED;
}

/* NAME=FILE, or NAME=INTERFACE */
static int add_tap(struct way_assert_options *options, char *argument, bool live)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument || equals[1] == '\0')
        return way_assert_complain(live ? "--live: expected NAME=INTERFACE, found "
                                        : "--tap: expected NAME=FILE, found ",
                                   argument);
    if (options->expect.given_count == WAY_EXPECT_GIVEN_MAX)
        return way_assert_complain("too many --tap", "");
    *equals = '\0';
    options->expect.given[options->expect.given_count++] = (struct way_given_tap){
        .name = argument, .path = equals + 1, .live = live, .deadline = &options->expect.deadline};
    return WAY_ASSERT_PASSED;
}

/* NAME=TEXT */
static int add_name(struct way_assert_options *options, char *argument)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument)
        return way_assert_complain("--let: expected NAME=TEXT, found ", argument);
    if (options->expect.name_count == WAY_EXPECT_GIVEN_MAX)
        return way_assert_complain("too many --let", "");
    *equals = '\0';
    options->expect.names[options->expect.name_count++] =
        (struct way_given_name){.name = argument, .text = equals + 1};
    return WAY_ASSERT_PASSED;
}

static bool is_file(const char *name)
{
    static const char ending[] = ".expect";
    size_t length = strlen(name);

    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* Files to the front, folders behind them, each kind in its order. */
static int sort_names(struct way_assert_options *options, char **names, int count)
{
    char **sorted = calloc((size_t)count + 1, sizeof(char *));

    if (!sorted)
        return way_assert_complain("out of memory", "");
    for (int i = 0; i < count; i++)
        if (is_file(names[i]))
            sorted[options->file_count++] = names[i];
    for (int i = 0; i < count; i++)
        if (!is_file(names[i]))
            sorted[options->file_count + options->folder_count++] = names[i];
    options->files = sorted;
    options->folders = sorted + options->file_count;
    return WAY_ASSERT_PASSED;
}

/* What an option may say beside an exit code: all is said, there is nothing to do. */
enum { DONE = -1 };

static const struct option option_names[] = {{"format", required_argument, NULL, 'F'},
                                             {"output", required_argument, NULL, 'O'},
                                             {"mutate", required_argument, NULL, 'm'},
                                             {"seed", required_argument, NULL, 's'},
                                             {"json", no_argument, NULL, 'j'},
                                             {"check", no_argument, NULL, 'c'},
                                             {"only", required_argument, NULL, 'o'},
                                             {"evidence", required_argument, NULL, 'E'},
                                             {"no-evidence", no_argument, NULL, 'N'},
                                             {"tap", required_argument, NULL, 't'},
                                             {"live", required_argument, NULL, 'L'},
                                             {"for", required_argument, NULL, 'd'},
                                             {"let", required_argument, NULL, 'n'},
                                             {"explain", no_argument, NULL, 'e'},
                                             {"list", no_argument, NULL, 'l'},
                                             {"fields", no_argument, NULL, 'f'},
                                             {"help", no_argument, NULL, 'h'},
                                             {"version", no_argument, NULL, 'v'},
                                             {NULL, 0, NULL, 0}};

/* Takes one option, its argument in optarg. Returns WAY_ASSERT_PASSED to go on, DONE, or the
 * exit code. */
static int take_option(struct way_assert_options *options, int option)
{
    switch (option) {
    case 'j':
        options->format = WAY_FORMAT_JSON;
        break;
    case 'F':
        return read_format(options, optarg);
    case 'O':
        options->output = optarg;
        break;
    case 'm':
        return read_number("--mutate", optarg, &options->mutations);
    case 's':
        return read_number("--seed", optarg, &options->seed);
    case 'c':
        options->check = true;
        break;
    case 'e':
        options->expect.explain = true;
        break;
    case 'E':
        options->expect.evidence = optarg;
        break;
    case 'N':
        options->expect.no_evidence = true;
        break;
    case 'l':
        options->list = true;
        break;
    case 'o':
        return add_only(options, optarg);
    case 'L':
    case 't':
        return add_tap(options, optarg, option == 'L');
    case 'd':
        if (!way_living_duration(optarg, &options->expect.deadline))
            return way_assert_complain("--for: expected a duration like 30s, found ", optarg);
        break;
    case 'n':
        return add_name(options, optarg);
    case 'f':
        way_field_docs_write(stdout);
        return DONE;
    case 'h':
        print_help();
        return DONE;
    case 'v':
        puts("waylay-assert " PACKAGE_VERSION);
        return DONE;
    default: /* getopt has said what is wrong */
        fputs("Try 'waylay-assert --help'.\n", stderr);
        return WAY_ASSERT_USAGE;
    }
    return WAY_ASSERT_PASSED;
}

/* What goes together: taps are files or interfaces, and only these have an end in time. */
static int check_taps(const struct way_expect_options *expect)
{
    bool live = false;

    for (size_t i = 0; i < expect->given_count; i++) {
        live |= expect->given[i].live;
        for (size_t j = 0; j < i; j++)
            if (expect->given[i].live != expect->given[j].live &&
                strcmp(expect->given[i].name, expect->given[j].name) == 0)
                return way_assert_complain("expected --tap or --live, found both, of the tap ",
                                           expect->given[i].name);
    }
    return expect->deadline && !live
               ? way_assert_complain("--for: expected --live NAME=INTERFACE beside it", "")
               : WAY_ASSERT_PASSED;
}

static bool asks_standard_input(const struct way_assert_options *options)
{
    for (size_t i = 0; i < options->expect.given_count; i++)
        if (!options->expect.given[i].live && strcmp(options->expect.given[i].path, "-") == 0)
            return true;
    return false;
}

int way_assert_options_read(int argc, char **argv, struct way_assert_options *options)
{
    int option, code = WAY_ASSERT_PASSED;

    while (code == WAY_ASSERT_PASSED &&
           (option = getopt_long(argc, argv, "", option_names, NULL)) != -1)
        code = take_option(options, option);
    if (code == DONE)
        return WAY_ASSERT_PASSED;
    if (code == WAY_ASSERT_PASSED)
        code = sort_names(options, argv + optind, argc - optind);
    if (code == WAY_ASSERT_PASSED && options->file_count > 1 && asks_standard_input(options))
        code = way_assert_complain("--tap: standard input can be read for one file alone, found "
                                   "several",
                                   "");
    if (code == WAY_ASSERT_PASSED && options->file_count + options->folder_count == 0)
        code = way_assert_complain(options->check ? "--check: expected the names of files"
                                                  : "expected a RUN_DIR or a FILE.expect",
                                   "");
    if (code == WAY_ASSERT_PASSED && options->mutations && options->format != WAY_FORMAT_TEXT &&
        options->format != WAY_FORMAT_JSON)
        code = way_assert_complain("--mutate: expected --format text or json", "");
    if (code == WAY_ASSERT_PASSED && options->list && options->folder_count)
        code = way_assert_complain("--list: expected the names of files (.expect), found ",
                                   options->folders[0]);
    if (code == WAY_ASSERT_PASSED)
        code = check_taps(&options->expect);
    return code == WAY_ASSERT_PASSED ? -1 : code;
}
