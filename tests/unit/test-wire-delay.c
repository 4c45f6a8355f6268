/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Delays against their distributions.
 *
 * The Kolmogorov-Smirnov distance of n draws from their distribution exceeds
 * 1.95 / sqrt(n) with probability 0.001. The draws follow from a fixed seed: a
 * test that passes today passes always, and says that these draws are as good as
 * 999 of 1000 honest ones.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tests/unit/wire_line.h"

#define MS INT64_C(1000000)

enum { MANY = 100000 };

typedef double distribution(double x);

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double distance(double *values, int count, distribution *cdf)
{
    double worst = 0;
    qsort(values, (size_t)count, sizeof(*values), compare);
    for (int i = 0; i < count; i++) {
        double p = cdf(values[i]);
        worst = fmax(worst, fmax(p - (double)i / count, (double)(i + 1) / count - p));
    }
    return worst;
}

static double uniform_cdf(double x)
{
    return fmin(fmax((x + 1) / 2, 0), 1);
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double pareto_cdf(double x)
{
    double shifted = x * sqrt(0.75) + 1.5;
    return shifted < 1 ? 0 : 1 - pow(shifted, -3);
}

/* The deviations of MANY frames, in units of the deviation; the caller frees. */
static double *deviations(const struct way_jitter *jitter)
{
    const int64_t base = 3000 * MS; /* far above all deviations: nothing is cut off at 0 */
    const struct way_parameters parameters = {.delay = {.base = base, .jitter = *jitter}};
    struct way_line *line = way_line_new(&parameters, 42, "l", NULL);
    double *values = calloc(MANY, sizeof(*values));
    way_line_send_many(line, MANY, 64, 0, 1000);
    CU_ASSERT_EQUAL_FATAL(line->arrival_count, MANY);
    for (int i = 0; i < MANY; i++) {
        const struct way_arrival *a = &line->arrivals[i];
        int64_t sent = (int64_t)(a->number - 1) * 1000;
        values[i] = (double)(a->due - sent - base) / (double)jitter->deviation;
    }
    way_line_free(&line);
    return values;
}

static void distributions_are_what_they_are_called(void)
{
    static const struct {
        enum way_distribution distribution;
        distribution *cdf;
    } each[] = {{WAY_DISTRIBUTION_UNIFORM, uniform_cdf},
                {WAY_DISTRIBUTION_NORMAL, normal_cdf},
                {WAY_DISTRIBUTION_PARETO, pareto_cdf}};
    for (int i = 0; i < 3; i++) {
        double *values = deviations(&(struct way_jitter){
            .distribution = each[i].distribution, .deviation = 10 * MS, .may_reorder = true});
        CU_ASSERT_TRUE(distance(values, MANY, each[i].cdf) < 1.95 / sqrt(MANY));
        free(values);
    }
}

/* Mean 0, and the variance of the values within 8, whose fourth moment is finite:
 * 0.0625 of the normal part and 0.381 of the pareto part (its density is 3 / x^4 from
 * 1 to 10.74 there), with a standard error of 0.013. */
static void paretonormal_has_its_moments(void)
{
    double *values = deviations(&(struct way_jitter){
        .distribution = WAY_DISTRIBUTION_PARETONORMAL, .deviation = 10 * MS, .may_reorder = true});
    double sum = 0, squares = 0;
    for (int i = 0; i < MANY; i++) {
        sum += values[i];
        squares += fabs(values[i]) < 8 ? values[i] * values[i] : 0;
    }
    CU_ASSERT_TRUE(fabs(sum / MANY) < 4 * sqrt(10.0 / 16 / MANY));
    CU_ASSERT_TRUE(fabs(squares / MANY - 0.443) < 4 * 0.013);
    free(values);
}

/* Each of four values comes a quarter of the time: within 4 standard deviations. */
static void a_table_gives_its_values(void)
{
    static const int16_t table[] = {-8192, 0, 4096, 16384};
    double *values = deviations(&(struct way_jitter){.distribution = WAY_DISTRIBUTION_TABLE,
                                                     .deviation = 10 * MS,
                                                     .table = table,
                                                     .table_count = 4,
                                                     .may_reorder = true});
    int counts[4] = {0};
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < 4; j++)
            counts[j] += values[i] == table[j] / 8192.0;
    CU_ASSERT_EQUAL(counts[0] + counts[1] + counts[2] + counts[3], MANY);
    for (int j = 0; j < 4; j++)
        CU_ASSERT_TRUE(abs(counts[j] - MANY / 4) < 4 * sqrt(MANY * 0.25 * 0.75));
    free(values);
}

static void a_constant_delay_is_exact(void)
{
    const struct way_parameters parameters = {.delay = {.base = 30 * MS}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 1000, 64, 17, 12345);
    for (int i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(line->arrivals[i].due, 17 + INT64_C(12345) * i + 30 * MS);
    way_line_free(&line);
}

/* Frames that come in often arrive in another order, or not, as asked. */
static void jitter_reorders_only_where_it_may(void)
{
    struct way_parameters parameters = {
        .delay = {.base = 30 * MS,
                  .jitter = {.distribution = WAY_DISTRIBUTION_NORMAL, .deviation = 5 * MS}}};
    for (int may = 0; may < 2; may++) {
        int overtakes = 0;
        parameters.delay.jitter.may_reorder = may;
        struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
        way_line_send_many(line, 1000, 64, 0, 1000);
        for (int i = 1; i < 1000; i++) {
            overtakes += line->arrivals[i].number < line->arrivals[i - 1].number;
            CU_ASSERT_TRUE(line->arrivals[i].due >= line->arrivals[i - 1].due);
        }
        CU_ASSERT_EQUAL(overtakes > 0, may);
        way_line_free(&line);
    }
}

static void no_frame_arrives_before_it_was_sent(void)
{
    const struct way_parameters parameters = {
        .delay = {.base = MS,
                  .jitter = {.distribution = WAY_DISTRIBUTION_UNIFORM, .deviation = 10 * MS}}};
    struct way_line *line = way_line_new(&parameters, 1, "l", NULL);
    way_line_send_many(line, 1000, 64, 0, 100 * MS);
    for (int i = 0; i < 1000; i++)
        CU_ASSERT_TRUE(line->arrivals[i].due >= 100 * MS * i);
    way_line_free(&line);
}

/* Who is held back comes exactly that much later; the others do not notice. */
static void held_back_frames_are_overtaken(void)
{
    const struct way_parameters parameters = {.delay = {.base = 10 * MS},
                                              .reorder = {.probability = 0.1, .by = 3 * MS}};
    struct way_line *line = way_line_new(&parameters, 7, "l", NULL);
    int64_t late = 0;
    way_line_send_many(line, 2000, 64, 0, MS);
    for (int i = 0; i < 2000; i++) {
        int64_t by = line->arrivals[i].due - (int64_t)(line->arrivals[i].number - 1) * MS - 10 * MS;
        CU_ASSERT_TRUE(by == 0 || by == 3 * MS);
        late += by > 0;
    }
    CU_ASSERT_EQUAL(late, line->decision_count);
    CU_ASSERT_TRUE(fabs((double)late - 200) < 4 * sqrt(2000 * 0.1 * 0.9));
    way_line_free(&line);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a constant delay is exact", a_constant_delay_is_exact},
        {"distributions are what they are called", distributions_are_what_they_are_called},
        {"paretonormal has its moments", paretonormal_has_its_moments},
        {"a table gives its values", a_table_gives_its_values},
        {"jitter reorders only where it may", jitter_reorders_only_where_it_may},
        {"no frame arrives before it was sent", no_frame_arrives_before_it_was_sent},
        {"held back frames are overtaken", held_back_frames_are_overtaken},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire delay", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
