/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging candidates, some hundreds at a time.
 */
#include "analysis/draft/trial.h"

#include <string.h>

#include "analysis/judge/judge.h"

enum { TOGETHER_MAX = 1000 }; /* in one file: a pass over the packets for each */

/* Those from `first` on, as one file; their words are numbers, since no two may be equal. */
static char *text_of(const GPtrArray *candidates, guint first, guint count,
                     const struct way_ground *ground, const struct way_survey *survey)
{
    GString *rules = g_string_new(NULL), *text = g_string_new(NULL);
    char words[32];

    for (guint i = first; i < first + count; i++) {
        g_snprintf(words, sizeof words, "%u", i);
        way_candidate_write(g_ptr_array_index(candidates, i), words, rules);
    }
    way_ground_items(ground, false, text);
    way_kind_items(rules->str, text);
    way_survey_items(survey, rules->str, text);
    g_string_append(text, rules->str);
    g_string_free(rules, TRUE);
    return g_string_free(text, FALSE);
}

/* Strikes, of those from `first` on, the ones that cannot be said; returns how many are left. */
static guint strike_unsayable(GPtrArray *candidates, guint first, guint count,
                              const struct way_ground *ground, const struct way_survey *survey)
{
    struct way_ground_file file;
    struct way_text error;

    for (guint i = first + count; i-- > first;) {
        char *text = text_of(candidates, i, 1, ground, survey);
        if (way_ground_open(ground, text, false, &file, &error)) {
            g_ptr_array_remove_index(candidates, i);
            count--;
        }
        way_ground_close(&file);
        g_free(text);
    }
    return count;
}

/* Strikes, of those from `first` on, the ones that do not pass. */
static guint judge(GPtrArray *candidates, guint first, guint count,
                   const struct way_judge_setup *setup)
{
    struct way_verdicts verdicts;

    way_judge(setup, &verdicts);
    for (guint i = count; i-- > 0;) {
        if (way_outcome_ruling(&verdicts.outcomes[i]) == WAY_RULED_PASSED)
            continue;
        g_ptr_array_remove_index(candidates, first + i);
        count--;
    }
    way_verdicts_free(&verdicts);
    return count;
}

/* Tries `count` candidates from `first` on. Returns how many are left, or -1. */
static int try_some(GPtrArray *candidates, guint first, guint count,
                    const struct way_ground *ground, const struct way_survey *survey,
                    struct way_text *error)
{
    struct way_ground_file file;
    char *text = text_of(candidates, first, count, ground, survey);
    int result = way_ground_open(ground, text, true, &file, error);

    if (result == 0)
        count = judge(candidates, first, count, &file.inputs.setup);
    way_ground_close(&file);
    g_free(text);
    if (result > 0) {
        guint left = strike_unsayable(candidates, first, count, ground, survey);
        if (left == 0)
            return 0;
        if (left < count)
            return try_some(candidates, first, left, ground, survey, error);
        *error = way_text("the draft cannot be read together");
    }
    return result ? -1 : (int)count;
}

int way_trial(GPtrArray *candidates, const struct way_ground *ground,
              const struct way_survey *survey, struct way_text *error)
{
    guint first = 0;

    while (first < candidates->len) {
        guint count = candidates->len - first;
        count = count < TOGETHER_MAX ? count : TOGETHER_MAX;
        int left = try_some(candidates, first, count, ground, survey, error);
        if (left < 0)
            return -1;
        first += (guint)left;
    }
    return 0;
}
