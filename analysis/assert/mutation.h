/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mutations: packets of a good run spoilt one at a time, to learn which expectations
 * notice, and what nobody notices.
 *
 * Every input (an expectation file over its captures) is shown twice:
 *
 *      way_mutation_take     each input: keeps its packets, and which of them any tap sees
 *      way_mutation_choose   draws the mutations
 *      way_mutation_take     each input again: judges it with each mutation
 *      way_mutation_report
 *
 * A mutation drops, duplicates, swaps with the next of its capture, delays (by
 * WAY_MUTATION_DELAY) or edits (analysis/assert/alter.h) one packet of one capture. The
 * kinds, and of edits the fields, take turns, so that few mutations try many fields;
 * packets are drawn by a generator with a seed: the same seed makes the same mutations.
 * What an expectation that passed says otherwise of afterwards, it has noticed. Files
 * are not written: the packets are held in memory and judged from there.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_MUTATION_H
#define WAYLAY_ANALYSIS_ASSERT_MUTATION_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/judge/judge.h"

enum {
    WAY_MUTATION_BYTES_MAX = 256 * 1024 * 1024 /* of packets in memory */
};
#define WAY_MUTATION_DELAY INT64_C(1500000000) /* ns */

struct way_mutation;

/* Room for `wanted` mutations. Freed by way_mutation_free. */
struct way_mutation *way_mutation_new(unsigned wanted, unsigned seed);

/* See above. Returns 0; -1 after a message on standard error. */
int way_mutation_take(struct way_mutation *mutation, const struct way_judge_setup *setup);
int way_mutation_choose(struct way_mutation *mutation);

/* Writes who noticed what; as text, or as one JSON object. Returns 0 or -1. */
int way_mutation_report(const struct way_mutation *mutation, FILE *out, bool json);

void way_mutation_free(struct way_mutation **mutation);

#endif
