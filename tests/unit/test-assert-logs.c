/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Logs of a run: the proxies' access logs and the wire's decisions. Each mistake gets its
 * message with its line; what is cut short while it was written is read so far.
 */
#define _GNU_SOURCE /* fmemopen */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/logread.h"
#include "analysis/assert/wirelog.h"
#include "tests/unit/tap.h"

/* A run of one wired link from a to b. */
static const struct way_bindings *bindings(void)
{
    static struct way_bindings made;

    made = (struct way_bindings){.node_count = 2, .link_count = 1};
    strcpy(made.nodes[0].name, "a");
    strcpy(made.nodes[1].name, "b");
    strcpy(made.links[0].name, "a-b");
    made.links[0].ends[0] = &made.nodes[0];
    made.links[0].ends[1] = &made.nodes[1];
    return &made;
}

static int read_wire(struct way_wirelog *log, const char *text, struct way_text *error)
{
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    int result = way_wirelog_read_stream(log, file, "w", bindings(), error);

    fclose(file);
    return result;
}

#define LINE(time, from, frame, what, why)                                                         \
    "{\"time\": " #time ", \"link\": \"a-b\", \"from\": \"" from "\", \"frame\": " #frame          \
    ", \"copy\": 0, \"length\": 60, \"decision\": \"" what "\", \"why\": \"" why                   \
    "\", \"value\": 9}\n"

static void decisions_are_put_in_order(void)
{
    struct way_wirelog log;
    struct way_text error = {""};

    CU_ASSERT_EQUAL(read_wire(&log,
                              "{\"seed\": 1, \"run\": 1}\n" LINE(30, "b", 1, "drop", "random") LINE(
                                  20, "a", 2, "corrupt", "random") LINE(10, "a", 1, "drop", "list")
                                  LINE(50, "a", 1, "drop", "codel"),
                              &error),
                    0);
    CU_ASSERT_EQUAL(way_wirelog_count(&log), 4);
    CU_ASSERT_EQUAL(log.coming.count, 3);
    CU_ASSERT_EQUAL(log.coming.items[0].time, 10);
    CU_ASSERT_EQUAL(log.coming.items[1].time, 20);
    CU_ASSERT_EQUAL(log.coming.items[2].end, 1);
    CU_ASSERT_STRING_EQUAL(way_wirelog_text(&log, bindings(), &log.coming.items[1], "it").s,
                           "corrupted it in bit 9: random, frame 2 from a on a-b");
    CU_ASSERT_STRING_EQUAL(way_wirelog_text(&log, bindings(), &log.going.items[0], "one").s,
                           "dropped one: codel, frame 1 from a on a-b");
    way_wirelog_free(&log);
}

static void what_the_run_does_not_know_is_passed_over(void)
{
    struct way_wirelog log;
    struct way_text error = {""};

    CU_ASSERT_EQUAL(
        read_wire(&log, "{\"link\": \"x-y\", \"from\": \"x\"}\n" LINE(1, "c", 1, "drop", "list"),
                  &error),
        0);
    CU_ASSERT_EQUAL(way_wirelog_count(&log), 0);
    way_wirelog_free(&log);
}

static void a_line_that_is_still_written_is_none(void)
{
    struct way_wirelog log;
    struct way_text error = {""};

    CU_ASSERT_EQUAL(read_wire(&log, LINE(1, "a", 1, "drop", "list") "{\"time\": 3", &error), 0);
    CU_ASSERT_EQUAL(way_wirelog_count(&log), 1);
    way_wirelog_free(&log);
}

static void mistakes_in_decisions_are_named(void)
{
    static const struct {
        const char *text, *message;
    } mistakes[] = {
        {"{\n", "w:1:2:0: "},
        {"{\"seed\": 1}\n[]\n", "w:2: expected an object"},
        {LINE(1, "a", 0, "drop", "list"), "w:1: key 'frame': found '0', expected a whole number"},
        {LINE(1, "a", 1, "eat", "list"), "w:1: key 'decision': found 'eat', expected drop, dup"},
        {LINE(1, "a", 1, "drop", "a reason that is longer than any of ours"),
         "w:1: key 'why': found 'a reason"},
        {LINE(-1, "a", 1, "drop", "list"), "w:1: key 'time': found '-1', expected a whole"},
        {LINE(99999999999999999999, "a", 1, "drop", "list"), "w:1:1:"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct way_wirelog log;
        struct way_text error = {""};
        CU_ASSERT_EQUAL(read_wire(&log, mistakes[i].text, &error), -1);
        CU_ASSERT_EQUAL(strncmp(error.s, mistakes[i].message, strlen(mistakes[i].message)), 0);
        if (strncmp(error.s, mistakes[i].message, strlen(mistakes[i].message)) != 0)
            printf("# %s\n", error.s);
        way_wirelog_free(&log);
    }
}

static void an_access_log_that_is_damaged_is_refused(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *message;
    } mistakes[] = {{"{\"connection\": 1", 16, "l:1:1:16: "},
                    {"{}\0{}\n", 6, "l:1: found a line with a zero byte"},
                    {"{}\n", 3, "l:1: key 'connection': found nothing of the kind"},
                    {"[1]\n", 4, "l:1: expected an object"}};
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct way_logread log = {0};
        struct way_arena arena = {0};
        struct way_text error = {""};
        FILE *file = fmemopen((void *)mistakes[i].text, mistakes[i].length, "r");
        CU_ASSERT_EQUAL(way_logread_stream(&log, file, "l", "p1", &arena, &error), -1);
        CU_ASSERT_EQUAL(strncmp(error.s, mistakes[i].message, strlen(mistakes[i].message)), 0);
        fclose(file);
        way_logread_free(&log);
        way_arena_free(&arena);
    }
}

static void lines_of_one_connection_are_put_together(void)
{
    static const char line[] =
        "{\"connection\": %d, \"time\": %d, \"syn_seen\": 5, \"local_port\": %s, "
        "\"client\": {\"address\": \"10.0.0.1\", \"port\": 1}, "
        "\"origin\": {\"address\": \"10.0.0.2\", \"port\": 80}}\n";
    enum { CONNECTIONS = 3000, LINES = 2 * CONNECTIONS };
    struct way_logread log = {0};
    struct way_arena arena = {0};
    struct way_text error = {""};
    char *text = NULL;
    size_t size = 0;
    FILE *made = open_memstream(&text, &size);

    for (int n = 0; n < LINES; n++) /* far apart, so that a search backwards would be long */
        fprintf(made, line, n % CONNECTIONS, 10 + n, n < CONNECTIONS ? "7" : "null");
    fclose(made);
    FILE *file = fmemopen(text, size, "r");
    CU_ASSERT_EQUAL(way_logread_stream(&log, file, "l", "p1", &arena, &error), 0);
    fclose(file);
    free(text);
    CU_ASSERT_TRUE(log.found);
    CU_ASSERT_EQUAL(log.count, CONNECTIONS);
    CU_ASSERT_STRING_EQUAL(log.connections[1].id, "p1/1");
    CU_ASSERT_EQUAL(log.connections[1].from, 5);
    CU_ASSERT_EQUAL(log.connections[1].until, 11 + CONNECTIONS);
    CU_ASSERT_EQUAL(log.connections[1].local_ports[0], 7);
    CU_ASSERT_EQUAL(log.connections[1].local_ports[1], 0);
    way_logread_free(&log);
    way_arena_free(&arena);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"decisions are put in order", decisions_are_put_in_order},
        {"what the run does not know is passed over", what_the_run_does_not_know_is_passed_over},
        {"a line that is still written is none", a_line_that_is_still_written_is_none},
        {"mistakes in decisions are named", mistakes_in_decisions_are_named},
        {"an access log that is damaged is refused", an_access_log_that_is_damaged_is_refused},
        {"lines of one connection are put together", lines_of_one_connection_are_put_together},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"logs", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};

    return way_tap_run(suites);
}
