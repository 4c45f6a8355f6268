/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many runs: which folders are runs, which runs belong together, what flakes.
 *
 * A run's folder has a scenario.yaml. One that has none, but has folders that are
 * runs (results/first-fetch), or that hold some (results), stands for these, in the order
 * of their names; links ("latest") are not followed. All others are no runs, which is told.
 *
 * Runs of one scenario with the same parameters and overrides, started as repeats of
 * each other (`run: repeats` in scenario.yaml is more than 1), are a group. What
 * passed in one run of a group and not in another is flaky in those in which it passed:
 * a repeat proves nothing about the rest.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_RUNS_H
#define WAYLAY_ANALYSIS_ASSERT_RUNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct way_run_entry {
    char *folder; /* owned */
    char *group;  /* g_free's; NULL: it is no repeat */
    bool is_run;
    size_t first, end; /* its verdicts in the list of all */
    char *text;        /* owned: its verdicts in words, where they had to wait; else NULL */
    bool wrong;        /* it could not be judged: said on standard error */
};

struct way_runs {
    struct way_run_entry *entries; /* owned */
    size_t count, room;
    size_t run_count; /* of these, those that are runs */
};

/* Finds the runs that a folder stands for, and adds them (or the folder, as none). */
void way_runs_add(struct way_runs *runs, const char *folder);

/* Marks what is flaky in the list of verdicts; returns how many were. Warnings are left
 * alone. */
size_t way_runs_mark_flaky(const struct way_runs *runs, json_t *list);

/* Whether any is a repeat: then no verdict is final before all runs were judged. */
bool way_runs_may_flake(const struct way_runs *runs);

/* Prints the run's folder and its text, in which what is flaky is called so. */
void way_runs_print(FILE *out, const struct way_run_entry *entry, const json_t *list);

/* Prints a line for each folder, with counts; what is flaky; which are no runs. */
void way_runs_table(FILE *out, const struct way_runs *runs, const json_t *list);

void way_runs_free(struct way_runs *runs);

#endif
