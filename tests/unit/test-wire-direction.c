/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parameters of a direction: read, changed, refused, and written in the same
 * words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/direction.h"
#include "tests/unit/tap.h"

static const char table_file[] = "test-wire-direction.dist";
static const char trace_file[] = "test-wire-direction.trace";

static struct way_direction direction;
static struct way_materials materials;

/* Reads the text over what `direction` is; returns the message, "" for none. */
static const char *change(const char *text)
{
    static char error[1024];
    error[0] = '\0';
    struct way_config *file = way_config_open_text("p", text, strlen(text), error, sizeof(error));
    if (file && way_direction_read(way_config_root(file), &materials, &direction) != 0)
        snprintf(error, sizeof(error), "%s", way_config_error(file));
    way_config_close(&file);
    return error;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static int begin(void)
{
    direction = way_direction_new();
    write_file(table_file, "# a table\n-8192 0\n 8192\t+5\n");
    write_file(trace_file, "1\n2\n");
    return 0;
}

static int end(void)
{
    way_direction_release(&direction);
    CU_ASSERT_PTR_NULL(materials.first);
    remove(table_file);
    remove(trace_file);
    return 0;
}

/* ---- errors ---- */

#define ONE_OF_LOSS "one of: bernoulli, gilbert-elliott, frames"
#define PROBABILITY "a probability (as 1%, 0.01), 0 to 1"

static const struct {
    const char *text, *expected;
} errors[] = {
    {"{rate: fast}",
     "p:1:8: key 'rate': found 'fast', expected a rate in bit/s (as 64000, 500kbit, "
     "10Mbit, 2.5Gbit), 0 to 1000000000000 bit/s"},
    {"{rate: 1Mbit, trace: test-wire-direction.trace}",
     "p:1:1: found a mapping, expected a rate or a trace, not both"},
    {"{trace: no/such}",
     "p:1:9: key 'trace': found 'no/such', expected a file with a trace (cannot "
     "be opened: No such file or directory)"},
    {"{trace: test-wire-direction.dist}",
     "p:1:9: key 'trace': found 'test-wire-direction.dist', expected a file with a trace (line 1: "
     "expected milliseconds, one integer a line)"},
    {"{trace: /dev/zero}", "p:1:9: key 'trace': found '/dev/zero', expected a file with a trace "
                           "(expected a regular file)"},
    {"{loss: 200%}", "p:1:8: key 'loss': found '200%', expected " PROBABILITY},
    {"{loss: []}", "p:1:8: key 'loss': found a list, expected a mapping"},
    {"{loss: {}}", "p:1:8: key 'loss': found a mapping, expected " ONE_OF_LOSS},
    {"{loss: {random: 1%}}", "p:1:9: key 'loss.random': found 'random', expected " ONE_OF_LOSS},
    {"{loss: {bernoulli: 1%, frames: [1]}}",
     "p:1:8: key 'loss': found a mapping, expected " ONE_OF_LOSS},
    {"{loss: {gilbert-elliott: {to_bad: 1%}}}",
     "p:1:26: key 'loss.gilbert-elliott.to_good': found nothing, expected " PROBABILITY},
    {"{loss: {frames: [0]}}", "p:1:18: key 'loss.frames[0]': found '0', expected an integer, 1 to "
                              "9223372036854775807"},
    {"{loss: {frames: [3, 3]}}",
     "p:1:21: key 'loss.frames[1]': found '3', expected a number above the one before"},
    {"{jitter: 2ms}", "p:1:10: key 'jitter': found '2ms', expected a mapping"},
    {"{jitter: {distribution: cauchy}}",
     "p:1:25: key 'jitter.distribution': found 'cauchy', expected one of: uniform, normal, pareto, "
     "paretonormal, table"},
    {"{jitter: {distribution: table}}", "p:1:10: key 'jitter': found a mapping, expected a table "
                                        "for the distribution 'table'"},
    {"{jitter: {distribution: normal, table: test-wire-direction.dist}}",
     "p:1:10: key 'jitter': found a mapping, expected no table, or the distribution 'table'"},
    {"{reorder: {probability: 1%}}", "p:1:11: key 'reorder': found a mapping, expected by how much "
                                     "frames are held back (by: 5ms)"},
    {"{queue: {ecn: true}}", "p:1:15: key 'queue.ecn': found 'true', expected it with the "
                             "discipline codel or red only"},
    {"{queue: {discipline: codel, min: 1kB}}", "p:1:34: key 'queue.min': found '1kB', expected it "
                                               "with the discipline red only"},
    {"{queue: {discipline: red, min: 9kB, max: 9kB}}",
     "p:1:9: key 'queue': found a mapping, expected min below max"},
    {"{mtu: big}", "p:1:7: key 'mtu': found 'big', expected an integer, 0 to 65600"},
    {"{down: 1}", "p:1:8: key 'down': found '1', expected true or false"},
};

static void contradictions_are_refused(void)
{
    begin();
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        const char *got = change(errors[i].text);
        if (strcmp(got, errors[i].expected) != 0)
            printf("# expected: %s\n# got:      %s\n", errors[i].expected, got);
        CU_ASSERT_STRING_EQUAL(got, errors[i].expected);
        way_direction_release(&direction);
    }
    end();
}

/* ---- words ---- */

/* What is read, and how it is written again. */
static const struct {
    const char *text, *json;
} words[] = {
    {"{}", "{}"},
    {"{delay: 0.5ms, mtu: 1500, down: true}",
     "{\"delay\": \"500us\", \"down\": true, \"mtu\": 1500}"},
    {"{rate: 10Mbit, burst: 10kB, overhead: 24}",
     "{\"burst\": \"10kB\", \"overhead\": \"24B\", \"rate\": \"10Mbit\"}"},
    {"{loss: 25%}", "{\"loss\": {\"bernoulli\": 0.25}}"},
    {"{loss: {bernoulli: 0}}", "{}"},
    {"{loss: {frames: [3, 7]}}", "{\"loss\": {\"frames\": [3, 7]}}"},
    {"{loss: {gilbert-elliott: {to_bad: 0.25, to_good: 50%, loss_in_good: 0.125}}}",
     "{\"loss\": {\"gilbert-elliott\": {\"loss_in_bad\": 1.0, \"loss_in_good\": 0.125, "
     "\"to_bad\": 0.25, \"to_good\": 0.5}}}"},
    {"{duplicate: 0.5, corrupt: 0.25, reorder: {probability: 0.5, by: 5ms}}",
     "{\"corrupt\": 0.25, \"duplicate\": 0.5, \"reorder\": {\"by\": \"5ms\", \"probability\": "
     "0.5}}"},
    {"{jitter: {distribution: normal, deviation: 1500us, reorder: true}}",
     "{\"jitter\": {\"deviation\": \"1500us\", \"distribution\": \"normal\", \"reorder\": true}}"},
    {"{jitter: {table: test-wire-direction.dist}}",
     "{\"jitter\": {\"distribution\": \"table\", \"table\": \"test-wire-direction.dist\"}}"},
    {"{trace: test-wire-direction.trace}", "{\"trace\": \"test-wire-direction.trace\"}"},
    {"{queue: {packets: 100, bytes: 150kB}}",
     "{\"queue\": {\"bytes\": \"150kB\", \"packets\": 100}}"},
    {"{queue: {discipline: codel, ecn: true, target: 1ms, interval: 20ms}}",
     "{\"queue\": {\"discipline\": \"codel\", \"ecn\": true, \"interval\": \"20ms\", \"target\": "
     "\"1ms\"}}"},
    {"{queue: {discipline: red, min: 10kB, max: 20kB, probability: 0.5, weight: 0.25}}",
     "{\"queue\": {\"discipline\": \"red\", \"max\": \"20kB\", \"min\": \"10kB\", "
     "\"probability\": 0.5, \"weight\": 0.25}}"},
};

static char *as_json(void)
{
    json_t *object = way_direction_json(&direction);
    char *text = json_dumps(object, JSON_SORT_KEYS);
    json_decref(object);
    return text;
}

static void words_come_back(void)
{
    begin();
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CU_ASSERT_STRING_EQUAL(change(words[i].text), "");
        char *first = as_json();
        CU_ASSERT_STRING_EQUAL(first, words[i].json);
        way_direction_release(&direction);
        CU_ASSERT_STRING_EQUAL(change(first), "");
        char *second = as_json();
        CU_ASSERT_STRING_EQUAL(second, first);
        way_direction_release(&direction);
        free(first);
        free(second);
    }
    end();
}

/* ---- changes ---- */

static void a_change_leaves_the_rest(void)
{
    begin();
    CU_ASSERT_STRING_EQUAL(change("{delay: 10ms, jitter: {distribution: normal, deviation: 2ms},\n"
                                  " loss: {gilbert-elliott: {to_bad: 1%, to_good: 10%}}}"),
                           "");
    CU_ASSERT_STRING_EQUAL(change("{jitter: {deviation: 3ms}, loss: {gilbert-elliott: {to_good: "
                                  "20%}}}"),
                           "");
    const struct way_parameters *now = &direction.parameters;
    CU_ASSERT_EQUAL(now->delay.base, 10000000);
    CU_ASSERT_EQUAL(now->delay.jitter.distribution, WAY_DISTRIBUTION_NORMAL);
    CU_ASSERT_EQUAL(now->delay.jitter.deviation, 3000000);
    CU_ASSERT_EQUAL(now->loss.to_bad, 0.01);
    CU_ASSERT_EQUAL(now->loss.to_good, 0.2);
    CU_ASSERT_EQUAL(now->loss.loss_in_bad, 1);
    CU_ASSERT_STRING_EQUAL(change("{loss: 0}"), "");
    CU_ASSERT_EQUAL(now->loss.kind, WAY_LOSS_NONE);
    end();
}

static void a_rate_ends_a_trace_and_back(void)
{
    begin();
    CU_ASSERT_STRING_EQUAL(change("{rate: 1Mbit}"), "");
    CU_ASSERT_STRING_EQUAL(change("{trace: test-wire-direction.trace}"), "");
    CU_ASSERT_EQUAL(direction.parameters.rate.bits, 0);
    CU_ASSERT_PTR_NOT_NULL(direction.parameters.trace);
    CU_ASSERT_STRING_EQUAL(change("{rate: 0}"), "");
    CU_ASSERT_PTR_NULL(direction.parameters.trace);
    CU_ASSERT_PTR_NULL(materials.first);
    end();
}

/* A copy keeps its material when the original changes; a file that is in use is not
 * read a second time, unless it has changed. */
static void material_lives_as_long_as_its_users(void)
{
    begin();
    CU_ASSERT_STRING_EQUAL(change("{jitter: {table: test-wire-direction.dist}}"), "");
    struct way_direction copy = way_direction_copy(&direction);
    CU_ASSERT_STRING_EQUAL(change("{jitter: {table: test-wire-direction.dist}}"), "");
    CU_ASSERT_PTR_EQUAL(copy.table, direction.table);
    write_file(table_file, "7\n");
    CU_ASSERT_STRING_EQUAL(change("{jitter: {table: test-wire-direction.dist}}"), "");
    CU_ASSERT_EQUAL(direction.parameters.delay.jitter.table_count, 1);
    CU_ASSERT_EQUAL(copy.parameters.delay.jitter.table_count, 4);
    CU_ASSERT_EQUAL(copy.parameters.delay.jitter.table[0], -8192);
    CU_ASSERT_EQUAL(copy.parameters.delay.jitter.table[3], 5);
    CU_ASSERT_STRING_EQUAL(change("{jitter: {distribution: uniform}}"), "");
    CU_ASSERT_PTR_NULL(direction.table);
    way_direction_release(&copy);
    end();
}

static const struct {
    const char *text, *expected;
} tables[] = {
    {"", "line 0: expected a value"},
    {"# nothing\n\n", "line 2: expected a value"},
    {"1 2\n3 x\n", "line 2: expected integers from -32768 to 32767 between blanks"},
    {"32768", "line 1: expected integers from -32768 to 32767 between blanks"},
    {"-32769", "line 1: expected integers from -32768 to 32767 between blanks"},
    {"99999999999999999999", "line 1: expected integers from -32768 to 32767 between blanks"},
    {"-", "line 1: expected integers from -32768 to 32767 between blanks"},
};

static void bad_tables_are_refused(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        char error[256];
        int16_t *table;
        size_t count;
        CU_ASSERT_EQUAL(way_table_read(tables[i].text, strlen(tables[i].text), &table, &count,
                                       error, sizeof(error)),
                        -1);
        CU_ASSERT_STRING_EQUAL(error, tables[i].expected);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"contradictions are refused", contradictions_are_refused},
        {"words come back", words_come_back},
        {"a change leaves the rest", a_change_leaves_the_rest},
        {"a rate ends a trace and back", a_rate_ends_a_trace_and_back},
        {"material lives as long as its users", material_lives_as_long_as_its_users},
        {"bad tables are refused", bad_tables_are_refused},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire direction", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
