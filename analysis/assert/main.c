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

#include "analysis/assert/check_file.h"
#include "analysis/assert/folder.h"
#include "analysis/assert/living.h"
#include "analysis/assert/mutation.h"
#include "analysis/assert/outputs.h"
#include "analysis/assert/runs.h"
#include "analysis/dissect/field_docs.h"

/* Exit codes. */
enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INCONCLUSIVE = 3 };

struct options {
    bool check, list;
    enum way_format format;
    const char *output; /* a file for the verdicts; NULL: standard output */
    unsigned mutations; /* how many to make; 0: judge */
    unsigned seed;      /* of their choice */
    struct way_expect_options expect;
    char **files; /* names that end in .expect */
    size_t file_count;
    char **folders; /* all others */
    size_t folder_count;
};

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

static int usage(const char *message, const char *argument)
{
    fprintf(stderr, "waylay-assert: %s%s\nTry 'waylay-assert --help'.\n", message, argument);
    return EXIT_USAGE;
}

/* A number from 1 to a million. */
static int read_number(const char *option, const char *text, unsigned *out)
{
    enum { MOST = 1000000 };
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (end == text || *end || text[0] == '-' || number < 1 || number > MOST) {
        fprintf(stderr, "waylay-assert: %s: found '%s', expected a number from 1 to %d\n", option,
                text, MOST);
        return EXIT_USAGE;
    }
    *out = (unsigned)number;
    return EXIT_PASSED;
}

static int read_format(struct options *options, const char *name)
{
    if (way_format_find(name, &options->format))
        return EXIT_PASSED;
    fprintf(stderr, "waylay-assert: --format: found '%s', expected one of %s\n", name,
            way_format_names());
    return EXIT_USAGE;
}

static int add_only(struct options *options, const char *name)
{
    if (options->expect.only_count == WAY_EXPECT_ONLY_MAX)
        return usage("too many --only", "");
    options->expect.only[options->expect.only_count++] = name;
    return EXIT_PASSED;
}

/* NAME=FILE, or NAME=INTERFACE */
static int add_tap(struct options *options, char *argument, bool live)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument || equals[1] == '\0')
        return usage(live ? "--live: expected NAME=INTERFACE, found "
                          : "--tap: expected NAME=FILE, found ",
                     argument);
    if (options->expect.given_count == WAY_EXPECT_GIVEN_MAX)
        return usage("too many --tap", "");
    *equals = '\0';
    options->expect.given[options->expect.given_count++] = (struct way_given_tap){
        .name = argument, .path = equals + 1, .live = live, .deadline = &options->expect.deadline};
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

/* Takes one option, its argument in optarg. Returns EXIT_PASSED to go on, DONE, or the
 * exit code. */
static int take_option(struct options *options, int option)
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
            return usage("--for: expected a duration like 30s, found ", optarg);
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
    default:
        return usage("see above", "");
    }
    return EXIT_PASSED;
}

/* Reads the command line. Returns -1 to go on, or the exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
    int option, code = EXIT_PASSED;

    while (code == EXIT_PASSED && (option = getopt_long(argc, argv, "", option_names, NULL)) != -1)
        code = take_option(options, option);
    if (code == DONE)
        return EXIT_PASSED;
    if (code == EXIT_PASSED)
        code = sort_names(options, argv + optind, argc - optind);
    if (code == EXIT_PASSED && options->file_count + options->folder_count == 0)
        code = usage(options->check ? "--check: expected the names of files"
                                    : "expected a RUN_DIR or a FILE.expect",
                     "");
    return code == EXIT_PASSED ? -1 : code;
}

static int list_all(const struct options *options)
{
    int code = EXIT_PASSED;

    for (size_t i = 0; i < options->file_count; i++)
        if (way_expect_list(options->files[i]))
            code = EXIT_USAGE;
    return code;
}

/* Says of the verdicts from `first` on which run's they are. */
static void name_run(json_t *list, size_t first, const char *folder)
{
    for (size_t n = first; n < json_array_size(list); n++)
        json_object_set_new(json_array_get(list, n), "run", json_string(folder));
}

/* Judges every run that is named. Where there are several, one that cannot be judged
 * is told, and does not keep the others from being judged. */
static int judge_runs(const struct options *options, struct way_runs *runs, json_t *list,
                      struct way_expect_tally *tally)
{
    int result = 0;

    for (size_t i = 0; i < runs->count; i++) {
        struct way_run_entry *run = &runs->entries[i];
        run->first = run->end = json_array_size(list);
        if (runs->count > 1 && !run->is_run)
            continue; /* the table tells */
        if (runs->count > 1 && options->expect.text)
            fprintf(options->expect.text, "== %s\n", run->folder);
        run->wrong = way_folder_judge(run->folder, options->files, options->file_count,
                                      &options->expect, list, tally) != 0;
        result = run->wrong ? -1 : result;
        run->end = json_array_size(list);
        name_run(list, run->first, run->folder);
    }
    return result;
}

/* Judges everything that is named. Returns 0, or -1 after a message. */
static int judge(const struct options *options, struct way_runs *runs, json_t *list,
                 struct way_expect_tally *tally)
{
    int result = judge_runs(options, runs, list, tally);

    for (size_t i = 0; !result && options->folder_count == 0 && i < options->file_count; i++)
        result = way_expect_file(options->files[i], NULL, NULL, &options->expect, list, tally);
    return result;
}

static void print_tally(FILE *out, const struct way_expect_tally *tally, size_t flaky)
{
    fprintf(out, "%zu expectations: %zu passed, %zu failed, %zu inconclusive", tally->all,
            tally->rulings[WAY_RULED_PASSED] - flaky, tally->rulings[WAY_RULED_FAILED],
            tally->rulings[WAY_RULED_INCONCLUSIVE]);
    if (flaky)
        fprintf(out, ", %zu flaky", flaky);
    if (tally->rulings[WAY_RULED_SKIPPED])
        fprintf(out, ", %zu skipped", tally->rulings[WAY_RULED_SKIPPED]);
    if (tally->warned)
        fprintf(out, ", %zu warnings", tally->warned);
    fputc('\n', out);
}

/* Writes what was judged; returns the exit code. */
static int conclude(const struct options *options, FILE *out, struct way_runs *runs, json_t *list,
                    const struct way_expect_tally *tally, int result)
{
    size_t flaky = way_runs_mark_flaky(runs, list);

    if (!result && tally->all == 0 && options->expect.only_count)
        result = usage("--only: no expectation has in its words: ", options->expect.only[0]);
    else if (!result && tally->all == 0)
        result = usage("nothing to judge: no run, or no expectation, in what was named", "");
    if (options->format != WAY_FORMAT_TEXT && (!result || runs->count > 1)) {
        if (way_outputs_write(out, options->format, list))
            return usage("the verdicts cannot be written", "");
    } else if (!result || runs->count > 1) {
        if (runs->count > 1)
            way_runs_table(out, runs, list);
        print_tally(out, tally, flaky);
    }
    return result                                   ? EXIT_USAGE
           : tally->rulings[WAY_RULED_FAILED]       ? EXIT_FAILED
           : tally->rulings[WAY_RULED_INCONCLUSIVE] ? EXIT_INCONCLUSIVE
                                                    : EXIT_PASSED;
}

/* Makes mutations of what is named, and reports who noticed; returns the exit code. */
static int mutate(struct options *options, struct way_runs *runs, FILE *out, json_t *list)
{
    struct way_expect_tally tally = {.all = 0};
    struct way_mutation *mutation = way_mutation_new(options->mutations, options->seed);

    options->expect.mutation = mutation;
    options->expect.text = NULL;
    int result = options->folder_count > 1 ? usage("--mutate: expected one run, found several", "")
                                           : judge(options, runs, list, &tally);
    if (!result)
        result = way_mutation_choose(mutation);
    if (!result)
        result = judge(options, runs, list, &tally);
    if (!result)
        result = way_mutation_report(mutation, out, options->format == WAY_FORMAT_JSON);
    way_mutation_free(&mutation);
    return result ? EXIT_USAGE : EXIT_PASSED;
}

static int evaluate(struct options *options, FILE *out)
{
    struct way_expect_tally tally = {.all = 0};
    struct way_runs runs = {.count = 0};
    json_t *list = json_array();
    int code;

    for (size_t i = 0; i < options->folder_count; i++)
        way_runs_add(&runs, options->folders[i]);
    options->expect.text = options->format == WAY_FORMAT_TEXT ? out : NULL;
    if (options->mutations)
        code = mutate(options, &runs, out, list);
    else
        code = conclude(options, out, &runs, list, &tally, judge(options, &runs, list, &tally));
    json_decref(list);
    way_runs_free(&runs);
    return code;
}

/* The same, to the file that the options name. */
static int evaluate_to(struct options *options)
{
    FILE *out = options->output ? fopen(options->output, "w") : stdout;

    if (!out)
        return usage("--output: cannot be written: ", options->output);
    int code = evaluate(options, out);
    bool bad = ferror(out) != 0;
    if ((options->output ? fclose(out) : fflush(out)) != 0 || bad)
        return usage("the verdicts cannot be written", "");
    return code;
}

int main(int argc, char **argv)
{
    struct options options = {.format = WAY_FORMAT_TEXT, .seed = 1};
    int code = read_options(argc, argv, &options);

    if (code < 0 && options.check)
        code = way_check_files(argv + optind, argc - optind) ? EXIT_PASSED : EXIT_USAGE;
    else if (code < 0 && options.list)
        code = list_all(&options);
    else if (code < 0)
        code = evaluate_to(&options);
    free(options.files);
    return code;
}
