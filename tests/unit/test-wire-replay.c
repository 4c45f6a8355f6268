/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A run, its log, and the run again: from the log, with other numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/ecn.h"
#include "tests/unit/tap.h"
#include "tests/unit/wire_line.h"

#define MS INT64_C(1000000)

/* Everything happens on this line: random loss, copies, flips, holding back, a queue
 * that overflows, CoDel or RED in it. */
static struct way_parameters busy(enum way_discipline discipline)
{
    struct way_parameters parameters = way_parameters_default;
    parameters.loss = (struct way_loss){
        .kind = WAY_LOSS_GILBERT_ELLIOTT, .to_bad = 0.01, .to_good = 0.3, .loss_in_bad = 0.8};
    parameters.duplicate = parameters.corrupt = 0.02;
    parameters.reorder = (struct way_reorder){.probability = 0.02, .by = 2 * MS};
    parameters.rate.bits = 8000000;
    parameters.queue.packets = 150;
    parameters.queue.discipline = discipline;
    parameters.queue.ecn = true;
    parameters.delay.base = 10 * MS;
    return parameters;
}

/* Every second frame can be marked. */
static void send_all(struct way_line *line)
{
    for (int i = 0; i < 3000; i++) {
        line->ecn = i % 2;
        way_line_send(line, 1000, i * MS * 3 / 4);
    }
    way_line_drain(line);
}

/* The log that the program would write. */
static char *log_of(const struct way_line *line, size_t *len)
{
    char *text = malloc(WAY_DECISION_LINE * (line->decision_count + 1));
    if (!text)
        abort();
    *len = (size_t)sprintf(text, "{\"seed\": 5, \"run\": 1}\n");
    for (size_t i = 0; i < line->decision_count; i++)
        *len += way_decision_line(&line->decisions[i], "l", "a", text + *len);
    return text;
}

static struct way_replay_log *parse(const char *text, size_t len)
{
    char error[200] = "";
    struct way_replay_log *log = way_replay_read(text, len, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    return log;
}

static void replay_gives_the_same(void)
{
    for (int discipline = 0; discipline < WAY_DISCIPLINE_COUNT; discipline++) {
        struct way_parameters parameters = busy((enum way_discipline)discipline);
        struct way_line *first = way_line_new(&parameters, 5, "l", NULL);
        size_t len;
        send_all(first);
        char *text = log_of(first, &len);
        struct way_replay_log *log = parse(text, len);
        struct way_line *again =
            way_line_new(&parameters, 99, "l", way_replay_direction(log, "l", "a"));
        send_all(again);
        CU_ASSERT_TRUE(first->decision_count > 200);
        CU_ASSERT_TRUE(way_line_same(first, again));
        way_line_free(&again);
        way_replay_free(&log);
        free(text);
        way_line_free(&first);
    }
}

/* Another pace: the queue is never full, yet the same frames are lost. */
static void replay_keeps_to_the_log_at_another_pace(void)
{
    struct way_parameters parameters = busy(WAY_DISCIPLINE_DROP_TAIL);
    struct way_line *first = way_line_new(&parameters, 5, "l", NULL);
    size_t len;
    send_all(first);
    char *text = log_of(first, &len);
    struct way_replay_log *log = parse(text, len);
    struct way_line *again = way_line_new(&parameters, 5, "l", way_replay_direction(log, "l", "a"));
    way_line_send_many(again, 3000, 1000, 0, 5 * MS);
    CU_ASSERT_EQUAL(memcmp(way_chain_counts(first->chain)->dropped_because,
                           way_chain_counts(again->chain)->dropped_because,
                           sizeof(uint64_t) * WAY_BECAUSE_COUNT),
                    0);
    way_line_free(&again);
    way_replay_free(&log);
    free(text);
    way_line_free(&first);
}

static void a_log_says_whose_it_is(void)
{
    static const char text[] =
        "{\"seed\": 7, \"run\": 3, \"more\": true}\n"
        "{\"time\": 1, \"link\": \"l\", \"from\": \"b\", \"frame\": 2, \"copy\": 0, "
        "\"length\": 60, \"decision\": \"drop\", \"why\": \"memory\", \"value\": 0}\n"
        "{\"time\": 1, \"link\": \"l\", \"from\": \"b\", \"frame\": 3, \"copy\": 0, "
        "\"length\": 60, \"decision\": \"drop\", \"why\": \"list\", \"value\": 0}\n"
        "{\"time\": 1, \"link\": \"l\", \"fro"; /* killed in the middle of a line */
    struct way_replay_log *log = parse(text, sizeof(text) - 1);
    CU_ASSERT_EQUAL(way_replay_seed(log), 7);
    CU_ASSERT_EQUAL(way_replay_run(log), 3);
    CU_ASSERT_EQUAL(way_replay_direction(log, "l", "a")->count, 0);
    const struct way_replay *b = way_replay_direction(log, "l", "b");
    CU_ASSERT_EQUAL(b->count, 1); /* accidents are not repeated */
    CU_ASSERT_PTR_NULL(way_replay_find(b, 2, 0, WAY_DECIDED_DROP));
    CU_ASSERT_PTR_NOT_NULL(way_replay_find(b, 3, 0, WAY_DECIDED_DROP));
    CU_ASSERT_PTR_NULL(way_replay_find(b, 3, 1, WAY_DECIDED_DROP));
    CU_ASSERT_PTR_NULL(way_replay_find(b, 3, 0, WAY_DECIDED_MARK));
    CU_ASSERT_EQUAL(way_replay_unmet(b, 0), b->count);
    CU_ASSERT_EQUAL(way_replay_unmet(b, 2), b->count);
    CU_ASSERT_EQUAL(way_replay_unmet(b, 3), 0);
    way_replay_free(&log);
}

static void what_is_no_log_is_refused(void)
{
    static const char unknown[] =
        "{\"seed\": 1, \"run\": 1}\n"
        "{\"time\": 1, \"link\": \"l\", \"from\": \"b\", \"frame\": 2, \"copy\": 0, "
        "\"length\": 60, \"decision\": \"eat\", \"why\": \"list\", \"value\": 0}\n";
    static const char *const texts[] = {
        "", "\n", "[]\n", "{\"seed\": 1}\n", "{\"seed\": 1, \"run\": 1}\n{}\n", unknown};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char error[200] = "";
        CU_ASSERT_PTR_NULL(way_replay_read(texts[i], strlen(texts[i]), error, sizeof(error)));
        CU_ASSERT_EQUAL(strncmp(error, "line ", 5), 0);
    }
}

/* IPv6 has the two bits elsewhere; what is no transport for it is left alone. */
static void marks_are_where_they_belong(void)
{
    uint8_t frame[64] = {[12] = 0x86, [13] = 0xdd, [14] = 0x60, [15] = 0x20};
    CU_ASSERT_TRUE(way_ecn_mark(frame, sizeof(frame)));
    CU_ASSERT_EQUAL(frame[15], 0x30);
    frame[15] = 0;
    CU_ASSERT_FALSE(way_ecn_mark(frame, sizeof(frame)));
    CU_ASSERT_FALSE(way_ecn_mark(frame, 20));
    uint8_t tagged[64] = {[12] = 0x81, [15] = 5, [16] = 0x08, [18] = 0x45, [19] = 0x01};
    CU_ASSERT_TRUE(way_ecn_mark(tagged, sizeof(tagged)));
    CU_ASSERT_EQUAL(tagged[19], 0x03);
    CU_ASSERT_EQUAL(tagged[15], 5);
    frame[13] = 0x06; /* ARP */
    CU_ASSERT_FALSE(way_ecn_mark(frame, sizeof(frame)));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"replay gives the same", replay_gives_the_same},
        {"replay keeps to the log at another pace", replay_keeps_to_the_log_at_another_pace},
        {"a log says whose it is", a_log_says_whose_it_is},
        {"what is no log is refused", what_is_no_log_is_refused},
        {"marks are where they belong", marks_are_where_they_belong},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire replay", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
