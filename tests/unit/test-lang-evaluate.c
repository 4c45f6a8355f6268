/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What conditions come to: arithmetic at its limits, several values, what is absent.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/lang/evaluate.h"
#include "tests/unit/tap.h"

struct known {
    const char *condition;
    enum way_truth truth;
};

static enum way_truth truth_of(const char *condition)
{
    static const struct way_world world;
    static struct way_evaluation evaluation;
    struct way_program program;
    enum way_truth truth = WAY_FALSE;
    char text[512];

    snprintf(text, sizeof text, "\"it\": expect %s", condition);
    CU_ASSERT_EQUAL(way_program_read_text(&program, "t.expect", text, strlen(text), &world), 0);
    for (size_t i = 0; i < program.complaints.count; i++)
        printf("# %s", program.complaints.texts[i]);
    evaluation.program = &program;
    if (program.expected && program.expected->rules)
        truth = way_evaluate(&evaluation, program.expected->rules->with);
    evaluation.program = NULL;
    way_program_free(&program);
    return truth;
}

static void check(const struct known *cases, size_t count)
{
    static const char *const words[] = {"false", "unknown", "undecided", "true"};

    for (size_t i = 0; i < count; i++) {
        enum way_truth truth = truth_of(cases[i].condition);
        if (truth == cases[i].truth)
            continue;
        printf("# %s: expected %s, found %s\n", cases[i].condition, words[cases[i].truth],
               words[truth]);
        CU_FAIL("another truth");
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

#define MOST "9223372036854775807"

static void arithmetic_has_limits(void)
{
    static const struct known cases[] = {
        {"1 + 2 * 3 == 7", WAY_TRUE},
        {"-7 mod 4 == 1", WAY_TRUE},
        {"(-1) mod 2^32 == 4294967295", WAY_TRUE},
        {MOST " mod " MOST " == 0", WAY_TRUE},
        {"(" MOST " - 1) mod " MOST " == " MOST " - 1", WAY_TRUE},
        {"(1 - " MOST ") mod " MOST " == 1", WAY_TRUE},
        {"1 mod 0 == 0", WAY_UNKNOWN},
        {"1 / 0 == 0", WAY_UNKNOWN},
        {"not 1 / 0 == 0", WAY_UNKNOWN},
        {"0.5 mod 0 == 0", WAY_UNKNOWN},
        {"10ms / 0 == 0ms", WAY_UNKNOWN},
        {"10ms / 0.000000000000000001 == 0ms", WAY_UNKNOWN},
        {"7 / 2 == 3.5", WAY_TRUE},
        {MOST " + 1 == 0", WAY_UNKNOWN},
        {MOST " * 2 == 0", WAY_UNKNOWN},
        {"-(-" MOST " - 1) == 0", WAY_UNKNOWN},
        {"abs(-" MOST " - 1) == 0", WAY_UNKNOWN},
        {"abs(-3) == 3 and abs(-2ms) == 2ms and abs(-0.5) == 0.5", WAY_TRUE},
        {"2^62 > 0", WAY_TRUE},
        {"2^63 > 0", WAY_UNKNOWN},
        {"2^(-1) > 0", WAY_UNKNOWN},
        {"0xff & 0x0f == 15", WAY_TRUE},
        {"seqdiff(1, 4294967295) == 2", WAY_TRUE},
        {"seqdiff(4294967295, 1) == -2", WAY_TRUE},
        {"2400000h - (-2400000h) > 0s", WAY_UNKNOWN},
        {"2400000h > -2400000h", WAY_TRUE},
        {"3ms * 2 == 6ms and 2 * 3ms == 6ms and 6ms / 4ms == 1.5", WAY_TRUE},
        {"5% == 0.05", WAY_TRUE},
    };

    CHECK(cases);
}

static void unknown_is_neither(void)
{
    static const struct known cases[] = {
        {"1 / 0 == 0 or 1 == 1", WAY_TRUE},   {"1 / 0 == 0 and 1 == 1", WAY_UNKNOWN},
        {"1 / 0 == 0 and 1 == 2", WAY_FALSE}, {"1 == 2 and 1 / 0 == 0", WAY_FALSE},
        {"1 == 1 or 1 / 0 == 0", WAY_TRUE},   {"not (1 / 0 == 0 or 1 == 2)", WAY_UNKNOWN},
    };

    CHECK(cases);
}

static void several_values_are_compared_as_lists_and_sets(void)
{
    static const struct known cases[] = {
        {"[1, 2] == [1, 2]", WAY_TRUE},
        {"[1, 2] == [2, 1]", WAY_FALSE},
        {"[1, 2] == {2, 1}", WAY_TRUE},
        {"[1, 1, 2] == {2, 1}", WAY_TRUE},
        {"[1, 2, 3] == {2, 1}", WAY_FALSE},
        {"[1] == {2, 1}", WAY_FALSE},
        {"[] == []", WAY_TRUE},
        {"[] == {}", WAY_TRUE},
        {"[] == {1}", WAY_FALSE},
        {"any [] == 1", WAY_FALSE},
        {"all [] == 1", WAY_TRUE},
        {"not any [1, 2] == 3", WAY_TRUE},
        {"all [1, 1] == 1", WAY_TRUE},
        {"any [1, 2] == 2", WAY_TRUE},
        {"all [1, 2] == 2", WAY_FALSE},
        {"1 in []", WAY_FALSE},
        {"1 not in {}", WAY_TRUE},
        {"[1, 2] in {3, 2, 1}", WAY_TRUE},
        {"[1, 4] in {3, 2, 1}", WAY_FALSE},
        {"[] in {1}", WAY_TRUE},
        {"{1, 2} contains 2", WAY_TRUE},
        {"[1, 2] contains [1, 3]", WAY_FALSE},
        {"10.0.1.2 in 10.0.0.0/8", WAY_TRUE},
        {"10.0.1.2 in [10.0.0.0/16, 10.0.1.0/24]", WAY_TRUE},
        {"10.0.1.2 in 0.0.0.0/0", WAY_TRUE},
        {"10.0.1.2 not in 10.0.1.2/32", WAY_FALSE},
        {"5 in 5 .. 5", WAY_TRUE},
        {"5 in 6 .. 4", WAY_FALSE},
        {"\"abc\" contains \"bc\" and \"abc\" contains \"\"", WAY_TRUE},
        {"[\"abc\"] contains \"bc\" and [\"abc\"] contains \"abc\"", WAY_TRUE},
        {"[\"abc\", \"d\"] contains \"bc\"", WAY_FALSE},
        {"[\"abc\", \"d\"] contains \"d\" and not [7] contains 8", WAY_TRUE},
        {"lower([\"GeT\"]) == \"get\" and abs([0 - 3]) == 3", WAY_TRUE},
        {"lower([\"GeT\", \"x\"]) == \"get\"", WAY_UNKNOWN},
        {"lower(\"GeT\") == \"get\" and length(\"ab\") == 2 and length([1, 2, 3]) == 3", WAY_TRUE},
        {"100 == 105 give or take 5%", WAY_TRUE},
        {"99 == 105 give or take 5%", WAY_FALSE},
        {"99 == 105 give or take 5% + 1", WAY_TRUE},
        {"3 == -3 give or take 6", WAY_TRUE},
    };

    CHECK(cases);
}

/* A field with bytes that needed its stream: a kept packet has it in store. */
static void a_slice_of_what_was_remembered(void)
{
    static struct way_evaluation evaluation;
    static const uint8_t bytes[] = "GET /";
    const struct way_values values[] = {
        {.count = 1, .items = {{.type = WAY_TYPE_BYTES, .bytes = {bytes, 5}}}}, {.count = 0}};
    static const enum way_presence presences[] = {WAY_PRESENT, WAY_ABSENT};
    const struct way_seen seen = {.remembered = values, .presences = presences};
    struct way_term field = {.kind = WAY_TERM_FIELD, .has_flow = true, .sliced = true, .width = 2};
    struct way_term has = {.kind = WAY_TERM_HAS, .kids = {&field}};

    evaluation.slots[WAY_SLOT_SELF] = &seen;
    field.from = 3;
    CU_ASSERT_EQUAL(way_evaluate(&evaluation, &has), WAY_TRUE);
    field.from = 4;
    CU_ASSERT_EQUAL(way_evaluate(&evaluation, &has), WAY_FALSE);
    field.from = -2;
    CU_ASSERT_EQUAL(way_evaluate(&evaluation, &has), WAY_TRUE);
    field.remembered = 1;
    CU_ASSERT_EQUAL(way_evaluate(&evaluation, &has), WAY_FALSE);
}

int main(void)
{
    CU_TestInfo tests[] = {{"arithmetic has limits", arithmetic_has_limits},
                           {"unknown is neither", unknown_is_neither},
                           {"several values are compared as lists and sets",
                            several_values_are_compared_as_lists_and_sets},
                           {"a slice of what was remembered", a_slice_of_what_was_remembered},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "lang-evaluate", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
