/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging each input, and each mutation of it.
 */
#include "analysis/assert/mutation.h"

#include <stdio.h>
#include <stdlib.h>

#include "analysis/assert/mutation_state.h"
#include "analysis/lang/memory.h"

struct way_mutation *way_mutation_new(unsigned wanted, unsigned seed)
{
    struct way_mutation *mutation = way_memory_array(1, sizeof *mutation);

    mutation->wanted = wanted;
    mutation->state = seed;
    return mutation;
}

/* Adds the expectations of an input; returns the index of the first. */
static size_t add_expectations(struct way_mutation *mutation, const struct way_verdicts *verdicts)
{
    size_t first = mutation->expectation_count;

    mutation->expectations = reallocarray(mutation->expectations, first + verdicts->count + 1,
                                          sizeof *mutation->expectations);
    if (!mutation->expectations)
        way_memory_exhausted();
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct way_expected *expected = verdicts->outcomes[i].expected;
        mutation->expectations[mutation->expectation_count++] = (struct way_mutation_expectation){
            .file = way_memory_text(expected->place.script->name),
            .words = way_memory_text(expected->words),
            .line = expected->place.line,
            .ruling = way_outcome_ruling(&verdicts->outcomes[i]),
            .noticed = way_memory_array(mutation->bucket_count, sizeof(size_t))};
    }
    return first;
}

static void judge_change(struct way_mutation_replay *replay, const struct way_judge_setup *setup,
                         size_t first, struct way_mutation_change *change)
{
    struct way_mutation *mutation = replay->mutation;
    struct way_verdicts verdicts;

    way_judge(setup, &verdicts);
    for (size_t i = 0; i < verdicts.count; i++) {
        struct way_mutation_expectation *one = &mutation->expectations[first + i];
        if (one->ruling != WAY_RULED_PASSED ||
            way_outcome_ruling(&verdicts.outcomes[i]) == WAY_RULED_PASSED)
            continue;
        one->noticed[change->bucket]++;
        mutation->buckets[change->bucket].noticed += change->noticed == 0;
        change->noticed++;
    }
    way_verdicts_free(&verdicts);
}

int way_mutation_take(struct way_mutation *mutation, const struct way_judge_setup *setup)
{
    struct way_mutation_replay replay = {.mutation = mutation, .setup = setup};
    struct way_judge_setup replaying = *setup;
    struct way_verdicts verdicts;
    unsigned sources = way_merge_count(setup->merge);

    replay.captures = way_memory_array(sources, sizeof *replay.captures);
    for (unsigned i = 0; i < sources; i++)
        replay.captures[i] = way_mutation_capture_of(
            mutation, way_source_facts(way_merge_source(setup->merge, i))->name);
    replaying.next = way_mutation_read;
    replaying.reader = &replay;
    way_judge(&replaying, &verdicts);
    if (replay.overflow) {
        fprintf(stderr, "waylay-assert: --mutate: more than %d MB of packets\n",
                WAY_MUTATION_BYTES_MAX / 1000000);
    } else if (mutation->chosen) {
        size_t first = add_expectations(mutation, &verdicts);
        replaying.next = way_mutation_next;
        for (size_t i = 0; i < mutation->change_count; i++)
            if (way_mutation_arm(&replay, &mutation->changes[i]))
                judge_change(&replay, &replaying, first, &mutation->changes[i]);
    }
    way_verdicts_free(&verdicts);
    free(replay.captures);
    free(replay.records);
    free(replay.edited);
    return replay.overflow ? -1 : 0;
}

void way_mutation_free(struct way_mutation **slot)
{
    struct way_mutation *mutation = *slot;

    for (size_t i = 0; i < mutation->capture_count; i++) {
        for (size_t k = 0; k < mutation->captures[i].count; k++)
            free(mutation->captures[i].packets[k].bytes);
        free(mutation->captures[i].packets);
        free(mutation->captures[i].path);
    }
    for (size_t i = 0; i < mutation->bucket_count; i++)
        free(mutation->buckets[i].targets);
    for (size_t i = 0; i < mutation->expectation_count; i++) {
        free(mutation->expectations[i].file);
        free(mutation->expectations[i].words);
        free(mutation->expectations[i].noticed);
    }
    free(mutation->captures);
    free(mutation->buckets);
    free(mutation->changes);
    free(mutation->expectations);
    free(mutation);
    *slot = NULL;
}
