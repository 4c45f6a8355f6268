/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loss, duplication and corruption: shares within 4 standard deviations (an
 * honest generator fails that once in 16,000), and draws that belong to frames.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tests/unit/wire_line.h"

enum { MANY = 100000 };

static struct way_line *run_line(const struct way_parameters *parameters, uint64_t seed,
                                 const char *link, unsigned count)
{
    struct way_line *line = way_line_new(parameters, seed, link, NULL);
    way_line_send_many(line, count, 100, 0, 1000);
    return line;
}

/* Whether `count` of `of` is what a probability of p makes. */
static bool is_share(uint64_t count, double of, double p)
{
    return fabs((double)count - of * p) <= 4 * sqrt(of * p * (1 - p));
}

static void bernoulli_loses_its_share(void)
{
    static const double shares[] = {0, 0.001, 0.02, 0.5, 1};
    for (int i = 0; i < 5; i++) {
        const struct way_parameters parameters = {
            .loss = {.kind = WAY_LOSS_BERNOULLI, .probability = shares[i]}};
        struct way_line *line = run_line(&parameters, 3, "l", MANY);
        const struct way_chain_counts *counts = way_chain_counts(line->chain);
        CU_ASSERT_TRUE(is_share(counts->dropped, MANY, shares[i]));
        CU_ASSERT_EQUAL(counts->dropped, counts->dropped_because[WAY_BECAUSE_BERNOULLI]);
        CU_ASSERT_EQUAL(counts->dropped + line->arrival_count, MANY);
        way_line_free(&line);
    }
}

/* In the bad state everything is lost: a burst is a stay there, of 1 / to_good
 * frames on average, geometrically distributed (variance (1 - r) / r^2), and the
 * share of loss is to_bad / (to_bad + to_good). */
static void gilbert_elliott_loses_in_bursts(void)
{
    const double to_bad = 0.02, to_good = 0.25;
    const struct way_parameters parameters = {.loss = {.kind = WAY_LOSS_GILBERT_ELLIOTT,
                                                       .to_bad = to_bad,
                                                       .to_good = to_good,
                                                       .loss_in_bad = 1}};
    struct way_line *line = run_line(&parameters, 3, "l", MANY);
    double bursts = 0, alone = 0, lost = (double)line->decision_count;
    for (size_t i = 0; i < line->decision_count; i++) {
        const struct way_decision *d = &line->decisions[i];
        bool begins = i == 0 || d[-1].frame + 1 != d->frame;
        bool ends = i + 1 == line->decision_count || d[1].frame != d->frame + 1;
        bursts += begins;
        alone += begins && ends;
    }
    double deviation = sqrt((1 - to_good) / (to_good * to_good) / bursts);
    CU_ASSERT_TRUE(fabs(lost / bursts - 1 / to_good) < 4 * deviation);
    CU_ASSERT_TRUE(is_share((uint64_t)alone, bursts, to_good));
    CU_ASSERT_TRUE(fabs(lost / MANY - to_bad / (to_bad + to_good)) < 0.01);
    way_line_free(&line);
}

static void a_list_loses_who_is_on_it(void)
{
    static const uint64_t list[] = {1, 4, 5, 10};
    const struct way_parameters parameters = {
        .loss = {.kind = WAY_LOSS_LIST, .list = list, .list_count = 4}};
    struct way_line *line = run_line(&parameters, 3, "l", 10);
    CU_ASSERT_EQUAL_FATAL(line->decision_count, 4);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(line->decisions[i].frame, list[i]);
    way_line_free(&line);
}

static void the_gate_stops_what_may_not_pass(void)
{
    struct way_parameters parameters = {.mtu = 1500};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send(line, 1514, 0);
    way_line_send(line, 1515, 0);
    parameters.down = true;
    way_chain_change(line->chain, &parameters, 1);
    way_line_send(line, 64, 2);
    const struct way_chain_counts *counts = way_chain_counts(line->chain);
    CU_ASSERT_EQUAL(line->arrival_count, 1);
    CU_ASSERT_EQUAL(counts->dropped_because[WAY_BECAUSE_MTU], 1);
    CU_ASSERT_EQUAL(counts->dropped_because[WAY_BECAUSE_DOWN], 1);
    way_line_free(&line);
}

static void copies_are_the_same_and_follow(void)
{
    const struct way_parameters parameters = {.duplicate = 0.1};
    struct way_line *line = run_line(&parameters, 3, "l", 10000);
    uint64_t copies = way_chain_counts(line->chain)->duplicated;
    CU_ASSERT_TRUE(is_share(copies, 10000, 0.1));
    CU_ASSERT_EQUAL(line->arrival_count, 10000 + copies);
    for (size_t i = 1; i < line->arrival_count; i++)
        if (line->arrivals[i].copy == 1) {
            CU_ASSERT_EQUAL(line->arrivals[i].number, line->arrivals[i - 1].number);
            CU_ASSERT_EQUAL(line->arrivals[i].hash, line->arrivals[i - 1].hash);
        }
    way_line_free(&line);
}

/* The same frames, with and without corruption, differ where it was reported;
 * every bit behind the Ethernet header is flipped some time. */
static void one_bit_of_the_corrupted_is_flipped(void)
{
    const struct way_parameters plain = {.mtu = 0};
    const struct way_parameters parameters = {.corrupt = 0.5};
    struct way_line *clean = run_line(&plain, 3, "l", 20000);
    struct way_line *line = run_line(&parameters, 3, "l", 20000);
    size_t next = 0;
    bool bit_seen[800] = {false};
    CU_ASSERT_TRUE(is_share(line->decision_count, 20000, 0.5));
    for (size_t i = 0; i < line->arrival_count; i++) {
        bool told =
            next < line->decision_count && line->decisions[next].frame == line->arrivals[i].number;
        CU_ASSERT_EQUAL(told, line->arrivals[i].hash != clean->arrivals[i].hash);
        if (told)
            bit_seen[line->decisions[next++].value] = true;
    }
    for (int i = 0; i < 800; i++)
        CU_ASSERT_EQUAL(bit_seen[i], i >= WAY_FRAME_ETHERNET * 8);
    way_line_free(&clean);
    way_line_free(&line);
}

/* ---- whose draws ---- */

static const struct way_parameters everything = {
    .loss = {.kind = WAY_LOSS_BERNOULLI, .probability = 0.05},
    .duplicate = 0.05,
    .corrupt = 0.05,
    .delay = {.base = 5000000,
              .jitter = {.distribution = WAY_DISTRIBUTION_NORMAL, .deviation = 1000000}},
    .reorder = {.probability = 0.05, .by = 100000},
};

static void the_same_seed_decides_the_same_twice(void)
{
    struct way_line *first = run_line(&everything, 5, "l", 5000);
    struct way_line *second = run_line(&everything, 5, "l", 5000);
    struct way_line *other = run_line(&everything, 6, "l", 5000);
    CU_ASSERT_TRUE(way_line_same(first, second));
    CU_ASSERT_FALSE(way_line_same(first, other));
    way_line_free(&first);
    way_line_free(&second);
    way_line_free(&other);
}

/* Two links at once, each frame of one between two of the other. */
static void another_link_shifts_nobodys_draws(void)
{
    struct way_line *alone = run_line(&everything, 5, "l", 1000);
    struct way_line *line = way_line_new(&everything, 5, "l", NULL);
    struct way_line *other = way_line_new(&everything, 5, "m", NULL);
    for (int i = 0; i < 1000; i++) {
        way_line_send(other, 100, INT64_C(1000) * i);
        way_line_send(line, 100, INT64_C(1000) * i);
    }
    way_line_drain(line);
    way_line_drain(other);
    CU_ASSERT_TRUE(way_line_same(alone, line));
    CU_ASSERT_FALSE(way_line_same(alone, other));
    way_line_free(&alone);
    way_line_free(&line);
    way_line_free(&other);
}

/* The losses of a line are the same with and without duplication and corruption. */
static void another_element_shifts_nobodys_draws(void)
{
    struct way_parameters only = {.loss = everything.loss};
    struct way_line *with = run_line(&everything, 5, "l", 5000);
    struct way_line *without = run_line(&only, 5, "l", 5000);
    size_t next = 0;
    for (size_t i = 0; i < with->decision_count; i++)
        if (with->decisions[i].what == WAY_DECIDED_DROP) {
            CU_ASSERT_TRUE_FATAL(next < without->decision_count);
            CU_ASSERT_EQUAL(with->decisions[i].frame, without->decisions[next++].frame);
        }
    CU_ASSERT_EQUAL(next, without->decision_count);
    way_line_free(&with);
    way_line_free(&without);
}

static void names_do_not_run_together(void)
{
    const struct way_draw_source ab = {1, 1, "ab", "c"}, a = {1, 1, "a", "bc"};
    CU_ASSERT_NOT_EQUAL(way_draw_key(&ab, "loss"), way_draw_key(&a, "loss"));
    CU_ASSERT_NOT_EQUAL(way_draw_key(&a, "loss"), way_draw_key(&a, "delay"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the gate stops what may not pass", the_gate_stops_what_may_not_pass},
        {"Bernoulli loses its share", bernoulli_loses_its_share},
        {"Gilbert-Elliott loses in bursts", gilbert_elliott_loses_in_bursts},
        {"a list loses who is on it", a_list_loses_who_is_on_it},
        {"copies are the same and follow", copies_are_the_same_and_follow},
        {"one bit of the corrupted is flipped", one_bit_of_the_corrupted_is_flipped},
        {"the same seed decides the same twice", the_same_seed_decides_the_same_twice},
        {"another link shifts nobody's draws", another_link_shifts_nobodys_draws},
        {"another element shifts nobody's draws", another_element_shifts_nobodys_draws},
        {"names do not run together", names_do_not_run_together},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire loss", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
