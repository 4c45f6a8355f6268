/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging a run's folder.
 */
#include "analysis/assert/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/assert/expectations.h"
#include "analysis/assert/text.h"
#include "analysis/lang/memory.h"

static int complain(const char *message, const char *what)
{
    way_text_line(stderr, "waylay-assert: %s%s", message, what);
    return -1;
}

/* Where a file that the scenario names is: names are relative to the run's folder. */
static void locate(const char *folder, const char *name, char *path, size_t size)
{
    if (name[0] == '/')
        snprintf(path, size, "%s", name);
    else
        snprintf(path, size, "%s/%s", folder, name);
}

static int judge_files(const char *folder, const struct way_bindings *bindings,
                       const struct way_expectations *expectations,
                       const struct way_expect_options *options, json_t *list,
                       struct way_expect_tally *tally)
{
    for (size_t i = 0; i < expectations->file_count; i++) {
        char path[PATH_MAX];
        const struct way_expectation_file *file = &expectations->files[i];
        struct way_expect_options with = *options;
        for (size_t n = 0; n < file->count && with.name_count < WAY_EXPECT_GIVEN_MAX; n++)
            with.names[with.name_count++] =
                (struct way_given_name){expectations->parameters[file->first + n].name,
                                        expectations->parameters[file->first + n].value};
        locate(folder, file->path, path, sizeof path);
        if (way_expect_file(path, bindings, folder, &with, list, tally))
            return -1;
    }
    return 0;
}

/* Says what is named where a run's folder should be, if it is none at all. */
static int check_folder(const char *folder)
{
    struct stat status;

    if (stat(folder, &status) != 0) {
        way_text_line(stderr, "waylay-assert: %s: %s", folder, strerror(errno));
        return -1;
    }
    if (S_ISDIR(status.st_mode))
        return 0;
    way_text_line(
        stderr,
        "waylay-assert: found the file '%s', expected the folder of a run, or FILE.expect; "
        "a capture is given by --tap NAME=%s",
        folder, folder);
    return -1;
}

/* Reads the names of the run; an interrupted one has none. */
static int read_bindings(const char *folder, struct way_bindings *bindings)
{
    char path[PATH_MAX];
    struct way_text error;

    snprintf(path, sizeof path, "%s/results.json", folder);
    bool unfinished = access(path, F_OK) != 0;
    snprintf(path, sizeof path, "%s/bindings.json", folder);
    if (access(path, F_OK) != 0)
        return complain(folder, unfinished ? ": this run was interrupted (no bindings.json, no "
                                             "results.json)"
                                           : ": this run was interrupted (no bindings.json)");
    return way_bindings_read(bindings, path, &error) ? complain(error.s, "") : 0;
}

static int judge_scenario(const char *folder, struct way_bindings *bindings,
                          const struct way_expect_options *options, json_t *list,
                          struct way_expect_tally *tally)
{
    struct way_expectations *expectations = way_memory_array(1, sizeof *expectations);
    char scenario[PATH_MAX];
    struct way_text error;

    snprintf(scenario, sizeof scenario, "%s/scenario.yaml", folder);
    int result = way_expectations_read(expectations, scenario, &error);
    if (result)
        complain(error.s, "");
    else
        result = read_bindings(folder, bindings);
    if (!result)
        result = judge_files(folder, bindings, expectations, options, list, tally);
    free(expectations);
    return result;
}

int way_folder_judge(const char *folder, char *const files[], size_t file_count,
                     const struct way_expect_options *options, json_t *list,
                     struct way_expect_tally *tally)
{
    struct way_bindings *bindings = way_memory_array(1, sizeof *bindings);
    int result = 0;

    if (strlen(folder) > PATH_MAX - WAY_BINDINGS_PATH_MAX - 64)
        result = complain("the path is too long: ", folder);
    else if (check_folder(folder))
        result = -1;
    else if (file_count == 0)
        result = judge_scenario(folder, bindings, options, list, tally);
    else
        result = read_bindings(folder, bindings);
    for (size_t i = 0; !result && i < file_count; i++)
        result = way_expect_file(files[i], bindings, folder, options, list, tally);
    free(bindings);
    return result;
}
