/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-ctl: which request the words of a command line make, and how an answer is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/ctl/standing.h"
#include "emu/ctl/tell.h"
#include "emu/ctl/words.h"
#include "tests/unit/tap.h"

enum { WORDS_MAX = 8 };

/* The request of words, as JSON with sorted keys, or the error. */
static const char *request_of(char *const *words)
{
    static char text[512];
    int count = 0;
    while (words[count])
        count++;
    json_t *request = way_words_request(count, words, text, sizeof(text));
    if (!request)
        return text;
    char *json = json_dumps(request, JSON_SORT_KEYS);
    snprintf(text, sizeof(text), "%s", json);
    free(json);
    json_decref(request);
    return text;
}

static const struct {
    char *const words[WORDS_MAX];
    const char *request;
} commands[] = {
    {{"ping"}, "{\"do\": \"ping\"}"},
    {{"set", "c1-r1", "from=c1", "delay=20ms", "loss=1%"},
     "{\"do\": \"set\", \"from\": \"c1\", \"link\": \"c1-r1\", \"to\": {\"delay\": \"20ms\", "
     "\"loss\": \"1%\"}}"},
    {{"set", "l", "queue.packets=50", "queue.discipline=codel", "down=true"},
     "{\"do\": \"set\", \"link\": \"l\", \"to\": {\"down\": true, \"queue\": {\"discipline\": "
     "\"codel\", \"packets\": 50}}}"},
    {{"set", "l", "loss={frames: [3, 7]}", "jitter={}"},
     "{\"do\": \"set\", \"link\": \"l\", \"to\": {\"jitter\": {}, \"loss\": {\"frames\": [3, "
     "7]}}}"},
    {{"add", "name=m", "ends=[{node: a}, {node: b}]", "both.delay=1ms"},
     "{\"do\": \"add\", \"link\": {\"both\": {\"delay\": \"1ms\"}, \"ends\": [{\"node\": \"a\"}, "
     "{\"node\": \"b\"}], \"name\": \"m\"}}"},
    {{"capture", "l", "off"}, "{\"do\": \"capture\", \"link\": \"l\", \"on\": false}"},
    {{"show"}, "{\"do\": \"show\"}"},
    {{"show", "7"}, "{\"do\": \"show\", \"link\": \"7\"}"},
    {{"step", "count=3", "until=mark", "id=007"},
     "{\"count\": 3, \"do\": \"step\", \"id\": \"007\", \"until\": \"mark\"}"},
    {{"{do: ping, x: -5}"}, "{\"do\": \"ping\", \"x\": -5}"},
    /* wrong ones */
    {{"pause", "now"}, "found 'now', expected KEY=VALUE"},
    {{"show", "l", "m"}, "found 'm', expected KEY=VALUE"},
    {{"set", "l", "=1"}, "found '=1', expected KEY=VALUE"},
    {{"set", "l", "delay=1ms", "delay=2ms"},
     "key 'delay': expected each key once, as KEY or KEY.KEY"},
    {{"set", "l", "a=1", "a.b=2"}, "key 'a.b': expected each key once, as KEY or KEY.KEY"},
    {{"set", "l", "a..b=2"}, "key 'a..b': expected each key once, as KEY or KEY.KEY"},
    {{"set", "l", "loss={frames: [3"}, "loss:2:1: not YAML: did not find expected ',' or ']'"},
    {{"set", "l", "x={a: 1, a: 2}"},
     "x:1:8: key 'a': found 'a', expected each key once, and a text"},
    {{"set", "l", "x=&a [*a]"}, "{\"do\": \"set\", \"link\": \"l\", \"to\": {\"x\": \"&a [*a]\"}}"},
    {{"set", "l", "x=[&a [*a]]"}, "x: too deep"},
    {{"set", "l", "x=\xff"}, "x: expected UTF-8"},
    {{"{do: ping}", "x=1"}, "expected no words behind a request that is written out"},
};

static void words_make_requests(void)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const char *got = request_of(commands[i].words);
        if (strcmp(commands[i].request, "x: too deep") == 0) {
            CU_ASSERT_PTR_NOT_NULL(strstr(got, "expected at most 16 levels"));
            continue;
        }
        if (strcmp(got, commands[i].request) != 0)
            printf("# expected: %s\n# got:      %s\n", commands[i].request, got);
        CU_ASSERT_STRING_EQUAL(got, commands[i].request);
    }
}

/* ---- telling ---- */

static const struct {
    const char *json, *told;
} answers[] = {
    {"{\"a\": 1, \"b\": \"x\", \"c\": true, \"d\": null, \"e\": 0.25}",
     "a: 1\nb: x\nc: yes\nd: -\ne: 0.25\n"},
    {"{\"a\": {}, \"b\": [], \"c\": [1, 2]}", "a: -\nb: -\nc: 1, 2\n"},
    {"{\"a\": {\"b\": 1, \"c\": {\"d\": 2}}}", "a: b 1, c {d 2}\n"},
    {"{\"a\": \"\\u001b[1m\"}", "a: ?[1m\n"},
    {"{\"links\": {\"c1-r1\": {\"parameters\": {\"delay\": \"10ms\", \"rate\": \"10Mbit\"}, "
     "\"counts\": {\"in\": 123456789, \"out\": 123456789, \"dropped\": 123456789}}}}",
     "links:\n  c1-r1:\n    parameters: delay 10ms, rate 10Mbit\n"
     "    counts: in 123456789, out 123456789, dropped 123456789\n"},
};

static void answers_are_told(void)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);
        json_t *answer = json_loads(answers[i].json, 0, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
        way_tell(out, answer);
        fclose(out);
        CU_ASSERT_STRING_EQUAL(text, answers[i].told);
        json_decref(answer);
        free(text);
    }
}

/* ---- choosing ---- */

static void one_socket_is_chosen_or_said_why_not(void)
{
    struct way_standing items[] = {
        {.run = "1", .name = "runner"}, {.run = "1", .name = "wire"}, {.run = "2", .name = "wire"}};
    const struct way_standings all = {.items = items, .count = 3};
    char error[256];
    CU_ASSERT_PTR_EQUAL(way_standings_choose(&all, NULL, "runner", error, sizeof(error)), items);
    CU_ASSERT_PTR_EQUAL(way_standings_choose(&all, "2", "wire", error, sizeof(error)), items + 2);
    CU_ASSERT_PTR_NULL(way_standings_choose(&all, NULL, "wire", error, sizeof(error)));
    CU_ASSERT_STRING_EQUAL(error,
                           "socket 'wire' stands in several runs; say --run with one of 1, 2");
    CU_ASSERT_PTR_NULL(way_standings_choose(&all, "2", "runner", error, sizeof(error)));
    CU_ASSERT_STRING_EQUAL(error, "run '2' has no socket 'runner' (there is one in 1)");
    CU_ASSERT_PTR_NULL(way_standings_choose(&all, NULL, "proxy", error, sizeof(error)));
    CU_ASSERT_STRING_EQUAL(error, "found no socket 'proxy' of a run that stands (see --list)");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"words make requests", words_make_requests},
        {"answers are told", answers_are_told},
        {"one socket is chosen or said why not", one_socket_is_chosen_or_said_why_not},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"ctl", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
