/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging the world by the scenario's own files.
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/unit/assert-language.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/inputs.h"
#include "analysis/assert/verdicts.h"
#include "analysis/assert/world.h"

enum { DESCRIPTORS = 8 };

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void tell(const struct way_inputs *inputs, const struct way_verdicts *verdicts)
{
    const struct way_reporting reporting = {.setup = &inputs->setup, .file = ""};

    for (size_t i = 0; i < verdicts->count; i++) {
        if (way_outcome_ruling(&verdicts->outcomes[i]) == WAY_RULED_PASSED)
            continue;
        json_t *object = way_verdict_json(&reporting, &verdicts->outcomes[i]);
        printf("# ");
        json_dumpf(object, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(object);
    }
}

static void judge(const struct way_program *program, const struct way_bindings *bindings,
                  const char *folder, bool explain, char *letters)
{
    static const char of[] = {[WAY_RULED_PASSED] = '.',
                              [WAY_RULED_FAILED] = 'f',
                              [WAY_RULED_INCONCLUSIVE] = 'i',
                              [WAY_RULED_SKIPPED] = 's'};
    struct way_inputs inputs;
    struct way_verdicts verdicts;
    struct way_text error;

    const struct way_inputs_wish wish = {
        .program = program, .bindings = bindings, .folder = folder};
    if (way_inputs_open(&inputs, &wish, &error)) {
        printf("Bail out! %s\n", error.s);
        abort();
    }
    way_judge(&inputs.setup, &verdicts);
    for (size_t i = 0; i < verdicts.count; i++)
        letters[i] = of[way_outcome_ruling(&verdicts.outcomes[i])];
    letters[verdicts.count] = '\0';
    if (explain)
        tell(&inputs, &verdicts);
    way_verdicts_free(&verdicts);
    way_inputs_close(&inputs);
}

/* The scenario's files, and what their $step is. */
static const struct {
    const char *name, *step;
} files[] = {{"redirected", ""}, {"hidden", ""},         {"option", ""},       {"acknowledged", ""},
             {"hit", "hit"},     {"refused", "refused"}, {"silent", "delayed"}};

static void judge_file(size_t n, const struct way_bindings *bindings, const char *folder,
                       bool explain, char *letters)
{
    struct way_arena arena = {0};
    struct way_world_names names = {.arena = &arena};
    struct way_program program;
    const char *top = getenv("top_srcdir");
    char path[512];

    snprintf(path, sizeof path, "%s/scenarios/common/%s.expect", top ? top : ".", files[n].name);
    way_world_add_text(&names, "step", files[n].step);
    way_world_add_bindings(&names, bindings);
    const struct way_world world = {.names = names.names, .count = names.count, .partial = true};
    if (way_program_read(&program, path, &world) == 0) {
        judge(&program, bindings, folder, explain, letters);
    } else {
        memcpy(letters, "?", 2);
        for (size_t i = 0; explain && i < program.complaints.count; i++)
            printf("# %s", program.complaints.texts[i]);
    }
    way_program_free(&program);
    way_arena_free(&arena);
}

const char *folder_rulings(const char *folder, bool explain)
{
    static char letters[64];
    static struct way_bindings bindings;
    struct way_text error;
    char path[512];

    snprintf(path, sizeof path, "%s/bindings.json", folder);
    if (way_bindings_read(&bindings, path, &error)) {
        printf("Bail out! %s\n", error.s);
        abort();
    }
    letters[0] = '\0';
    for (size_t n = 0; n < sizeof files / sizeof files[0]; n++)
        judge_file(n, &bindings, folder, explain, letters + strlen(letters));
    return letters;
}

const char *world_rulings(const struct world *world, bool explain)
{
    char folder[] = "/tmp/waylay-world-XXXXXX";

    if (!mkdtemp(folder))
        abort();
    world_write(world, folder);
    const char *letters = folder_rulings(folder, explain);
    nftw(folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    return letters;
}
