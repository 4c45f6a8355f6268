/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-assert: judges captures by expectations.
 *
 * Everything is read and checked before the first verdict is printed, so that
 * a wrong command line or a broken folder yields a message and nothing else.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/check_file.h"
#include "analysis/assert/folder.h"
#include "analysis/assert/json.h"
#include "analysis/assert/mutation.h"
#include "analysis/assert/options.h"
#include "analysis/assert/runs.h"
#include "analysis/assert/text.h"

static int list_all(const struct way_assert_options *options)
{
    int code = WAY_ASSERT_PASSED;

    for (size_t i = 0; i < options->file_count; i++)
        if (way_expect_list(options->files[i]))
            code = WAY_ASSERT_USAGE;
    return code;
}

/* Says of the verdicts from `first` on which run's they are. */
static void name_run(json_t *list, size_t first, const char *folder)
{
    for (size_t n = first; n < json_array_size(list); n++)
        json_object_set_new(json_array_get(list, n), "run", way_json_of_text(folder));
}

/* What machines read of a run among several that could not be judged: its suite is not to
 * look as if all had passed. */
static json_t *not_judged(void)
{
    return json_pack("{ss ss ss ss si si}", "name", "the run can be judged", "verdict",
                     way_ruling_name(WAY_RULED_FAILED), "level", "fail", "detail",
                     "it could not be: standard error says why", "examined", 0, "matched", 0);
}

/* Judges one run. Its words go where the options say; or, where verdicts may yet become
 * others, to the run's entry. */
static int judge_run(const struct way_assert_options *options, struct way_run_entry *run,
                     bool may_flake, json_t *list, struct way_expect_tally *tally)
{
    struct way_expect_options expect = options->expect;
    FILE *kept = NULL;
    size_t size = 0;

    if (expect.text && may_flake)
        expect.text = kept = open_memstream(&run->text, &size);
    if (expect.text == NULL && options->expect.text)
        return -way_assert_complain("out of memory", "");
    int result =
        way_folder_judge(run->folder, options->files, options->file_count, &expect, list, tally);
    if (kept && fclose(kept) != 0)
        return -way_assert_complain("out of memory", "");
    return result;
}

/* Judges every run that is named. Where there are several, one that cannot be judged
 * is told, and does not keep the others from being judged. */
static int judge_runs(const struct way_assert_options *options, struct way_runs *runs, json_t *list,
                      struct way_expect_tally *tally)
{
    bool may_flake = runs->count > 1 && way_runs_may_flake(runs);
    int result = 0;

    for (size_t i = 0; i < runs->count; i++) {
        struct way_run_entry *run = &runs->entries[i];
        run->first = run->end = json_array_size(list);
        if (runs->count > 1 && !run->is_run && access(run->folder, F_OK) == 0)
            continue; /* the table tells */
        if (runs->count > 1 && !run->is_run) {
            way_assert_complain("there is no such run: ", run->folder);
            run->wrong = true;
        }
        if (runs->count > 1 && options->expect.text && !may_flake && !run->wrong)
            way_text_line(options->expect.text, "== %s", run->folder);
        run->wrong = run->wrong || judge_run(options, run, may_flake, list, tally) != 0;
        result = run->wrong ? -1 : result;
        run->end = json_array_size(list);
        if (run->wrong && runs->count > 1)
            json_array_append_new(list, not_judged());
        name_run(list, run->first, run->folder);
    }
    return result;
}

/* Judges everything that is named. Returns 0, or -1 after a message. */
static int judge(const struct way_assert_options *options, struct way_runs *runs, json_t *list,
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
static int conclude(const struct way_assert_options *options, FILE *out, struct way_runs *runs,
                    json_t *list, const struct way_expect_tally *tally, int result)
{
    size_t flaky = way_runs_mark_flaky(runs, list);

    if (!result && tally->all == 0 && options->expect.only_count)
        result = way_assert_complain("--only: no expectation has in its words: ",
                                     options->expect.only[0]);
    else if (!result && tally->all == 0)
        result = way_assert_complain(
            "nothing to judge: no run, or no expectation, in what was named", "");
    if (options->format != WAY_FORMAT_TEXT && (!result || runs->count > 1)) {
        if (way_outputs_write(out, options->format, list))
            return way_assert_complain("the verdicts cannot be written", "");
    } else if (!result || runs->count > 1) {
        for (size_t i = 0; i < runs->count; i++)
            if (runs->entries[i].text)
                way_runs_print(out, &runs->entries[i], list);
        if (runs->count > 1)
            way_runs_table(out, runs, list);
        print_tally(out, tally, flaky);
    }
    return result                                   ? WAY_ASSERT_USAGE
           : tally->rulings[WAY_RULED_FAILED]       ? WAY_ASSERT_FAILED
           : tally->rulings[WAY_RULED_INCONCLUSIVE] ? WAY_ASSERT_INCONCLUSIVE
                                                    : WAY_ASSERT_PASSED;
}

/* Makes mutations of what is named, and reports who noticed; returns the exit code. */
static int mutate(struct way_assert_options *options, struct way_runs *runs, FILE *out,
                  json_t *list)
{
    struct way_expect_tally tally = {.all = 0};
    struct way_mutation *mutation = way_mutation_new(options->mutations, options->seed);

    options->expect.mutation = mutation;
    options->expect.text = NULL;
    int result = runs->run_count > 1
                     ? way_assert_complain("--mutate: expected one run, found several", "")
                     : judge(options, runs, list, &tally);
    if (!result)
        result = way_mutation_choose(mutation);
    if (!result)
        result = judge(options, runs, list, &tally);
    if (!result)
        result = way_mutation_report(mutation, out, options->format == WAY_FORMAT_JSON);
    way_mutation_free(&mutation);
    return result ? WAY_ASSERT_USAGE : WAY_ASSERT_PASSED;
}

static int evaluate(struct way_assert_options *options, FILE *out)
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
static int evaluate_to(struct way_assert_options *options)
{
    FILE *out = options->output ? fopen(options->output, "w") : stdout;

    if (!out) {
        way_text_line(stderr, "waylay-assert: --output: '%s' cannot be written: %s",
                      options->output, strerror(errno));
        return WAY_ASSERT_USAGE;
    }
    int code = evaluate(options, out);
    if (!options->output)
        return code;
    bool bad = ferror(out) != 0;
    return fclose(out) != 0 || bad
               ? way_assert_complain("--output: cannot be written: ", options->output)
               : code;
}

/* Whether nobody reads standard output any more, as behind `| head`. */
static bool is_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP));
}

/* What was printed may not have arrived: a full disk; or a reader who has seen enough, of
 * which the program ends as the signal has it, also where whoever started it ignores that. */
static int check_printed(int code)
{
    bool bad = ferror(stdout) != 0;

    if (fflush(stdout) == 0 && !bad)
        return code;
    if (is_left()) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return way_assert_complain("what was to be printed cannot be written", "");
}

int main(int argc, char **argv)
{
    struct way_assert_options options = {.format = WAY_FORMAT_TEXT, .seed = 1};
    int code = way_assert_options_read(argc, argv, &options);

    if (code < 0 && options.check)
        code = way_check_files(argv + optind, argc - optind) ? WAY_ASSERT_PASSED : WAY_ASSERT_USAGE;
    else if (code < 0 && options.list)
        code = list_all(&options);
    else if (code < 0)
        code = evaluate_to(&options);
    free(options.files);
    return check_printed(code);
}
