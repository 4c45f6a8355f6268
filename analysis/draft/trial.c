/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging candidates.
 */
#include "analysis/draft/trial.h"

#include <string.h>

#include "analysis/assert/inputs.h"
#include "analysis/assert/world.h"
#include "analysis/judge/judge.h"

/* Whether the file can be read in the world. */
static bool can_be_said(const char *text, const struct way_world *world)
{
    struct way_program program;
    bool good = way_program_read_text(&program, "draft", text, strlen(text), world) == 0;

    way_program_free(&program);
    return good;
}

static void strike_unsayable(GPtrArray *candidates, const struct way_world *world)
{
    for (guint i = candidates->len; i-- > 0;) {
        GString *text = g_string_new(NULL);
        way_draft_words(text);
        way_candidate_write(g_ptr_array_index(candidates, i), "", text);
        if (!can_be_said(text->str, world))
            g_ptr_array_remove_index(candidates, i);
        g_string_free(text, TRUE);
    }
}

/* All of them as one file; the words are numbered, since no two may be equal. */
static char *text_of(const GPtrArray *candidates)
{
    GString *text = g_string_new(NULL);
    char prefix[32];

    way_draft_words(text);
    for (guint i = 0; i < candidates->len; i++) {
        g_snprintf(prefix, sizeof prefix, "%u ", i);
        way_candidate_write(g_ptr_array_index(candidates, i), prefix, text);
    }
    return g_string_free(text, FALSE);
}

static int judge(GPtrArray *candidates, const struct way_program *program,
                 const struct way_bindings *bindings, const char *folder, struct way_text *error)
{
    struct way_inputs inputs;
    struct way_verdicts verdicts;
    const struct way_inputs_wish wish = {
        .program = program, .bindings = bindings, .folder = folder};
    int result = way_inputs_open(&inputs, &wish, error);

    if (!result) {
        way_judge(&inputs.setup, &verdicts);
        for (guint i = candidates->len; i-- > 0;)
            if (way_outcome_ruling(&verdicts.outcomes[i]) != WAY_RULED_PASSED)
                g_ptr_array_remove_index(candidates, i);
        way_verdicts_free(&verdicts);
    }
    way_inputs_close(&inputs);
    return result;
}

int way_trial(GPtrArray *candidates, const struct way_bindings *bindings, const char *folder,
              struct way_text *error)
{
    struct way_arena arena = {0};
    struct way_world_names names = {.arena = &arena};
    struct way_program program;
    int result = 0;

    way_world_add_bindings(&names, bindings);
    const struct way_world world = {.names = names.names, .count = names.count};
    strike_unsayable(candidates, &world);
    char *text = text_of(candidates);
    result = way_program_read_text(&program, "draft", text, strlen(text), &world);
    if (result)
        *error = way_text("%s: too many expectations for one file", folder);
    else if (candidates->len)
        result = judge(candidates, &program, bindings, folder, error);
    way_program_free(&program);
    way_arena_free(&arena);
    g_free(text);
    return result;
}
