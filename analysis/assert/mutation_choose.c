/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which packets are spoilt, and how: the kinds take turns, packets are drawn.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/assert/mutation_state.h"
#include "analysis/lang/memory.h"

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t draw(struct way_mutation *mutation)
{
    uint64_t z = mutation->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void aim(struct way_mutation *mutation, enum way_mutation_kind kind, const char *name,
                struct way_mutation_target target)
{
    size_t i = 0;

    while (i < mutation->bucket_count &&
           (mutation->buckets[i].kind != kind || strcmp(mutation->buckets[i].name, name) != 0))
        i++;
    if (i == mutation->bucket_count) {
        mutation->buckets = way_memory_grown(mutation->buckets, mutation->bucket_count,
                                             &mutation->bucket_room, sizeof *mutation->buckets);
        mutation->buckets[mutation->bucket_count] = (struct way_mutation_bucket){.kind = kind};
        snprintf(mutation->buckets[mutation->bucket_count++].name, WAY_SPOT_NAME_MAX, "%s", name);
    }
    struct way_mutation_bucket *bucket = &mutation->buckets[i];
    bucket->targets =
        way_memory_grown(bucket->targets, bucket->count, &bucket->room, sizeof *bucket->targets);
    bucket->targets[bucket->count++] = target;
}

static void aim_at(struct way_mutation *mutation, struct way_mutation_target target)
{
    const struct way_mutation_capture *capture = &mutation->captures[target.capture];
    struct way_spot spots[WAY_SPOTS_MAX];
    size_t count = way_spots_of(&capture->packets[target.packet].record, spots);

    aim(mutation, WAY_DROP, "drop", target);
    aim(mutation, WAY_DUPLICATE, "duplicate", target);
    if (target.packet + 1 < capture->count)
        aim(mutation, WAY_SWAP, "swap", target);
    aim(mutation, WAY_DELAY, "delay", target);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(spots[i].name, spots[i - 1].name) != 0)
            aim(mutation, WAY_EDIT, spots[i].name, target);
}

/* Draws one that is left in the bucket. */
static void choose_from(struct way_mutation *mutation, size_t n)
{
    struct way_mutation_bucket *bucket = &mutation->buckets[n];
    size_t left = bucket->count - bucket->made;
    size_t drawn = bucket->made + (size_t)(draw(mutation) % left);
    struct way_mutation_target target = bucket->targets[drawn];

    bucket->targets[drawn] = bucket->targets[bucket->made];
    bucket->targets[bucket->made++] = target;
    mutation->changes[mutation->change_count++] =
        (struct way_mutation_change){.bucket = n, .target = target, .random = draw(mutation)};
}

int way_mutation_choose(struct way_mutation *mutation)
{
    bool any = true;

    for (uint32_t i = 0; i < mutation->capture_count; i++)
        for (uint32_t k = 0; k < mutation->captures[i].count; k++)
            if (mutation->captures[i].packets[k].seen)
                aim_at(mutation, (struct way_mutation_target){i, k});
    mutation->changes = way_memory_array(mutation->wanted, sizeof *mutation->changes);
    while (any && mutation->change_count < mutation->wanted) {
        any = false;
        for (size_t n = 0; n < mutation->bucket_count; n++) {
            if (mutation->buckets[n].made == mutation->buckets[n].count ||
                mutation->change_count == mutation->wanted)
                continue;
            choose_from(mutation, n);
            any = true;
        }
    }
    mutation->chosen = true;
    if (mutation->change_count)
        return 0;
    fputs("waylay-assert: --mutate: no tap of any expectation file sees a packet\n", stderr);
    return -1;
}
