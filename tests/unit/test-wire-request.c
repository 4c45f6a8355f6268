/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control protocol: which request reaches whom, and what is answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/request.h"
#include "tests/unit/tap.h"

/* ---- a program of one link, `l`, whose handlers say what they were asked ---- */

static struct way_materials materials;
static char heard[256];

static void hear(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)answer;
    snprintf(heard, sizeof(heard), "%d link=%s from=%s on=%d", (int)request->kind, request->link,
             request->from, request->on);
}

static void hear_set(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_direction direction = way_direction_new();
    hear(context, request, answer);
    if (way_request_change(request, &materials, &direction, answer) == 0)
        way_answer_add(answer, "now", way_direction_json(&direction));
    way_direction_release(&direction);
}

static void hear_add(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_link_settings link;
    hear(context, request, answer);
    if (way_request_link(request, &materials, &link, answer) == 0)
        way_answer_add(answer, "added", json_string(link.name));
    way_link_settings_free(&link);
}

static const struct way_request_handlers handlers = {
    .handle = {hear, hear_set, hear_add, hear, hear, hear, hear, hear}};

/* The answer to the line, without its newline, at the time 5. */
static const char *answer_to(const char *line)
{
    static char text[2048];
    struct way_answer answer = {.body = NULL};
    heard[0] = '\0';
    way_request_serve(line, strlen(line), &handlers, &answer);
    char *out = way_answer_line(&answer, 5);
    snprintf(text, sizeof(text), "%.*s", (int)strlen(out) - 1, out);
    CU_ASSERT_EQUAL(out[strlen(out) - 1], '\n');
    free(out);
    return text;
}

#define OK         "{\"ok\":true,\"time\":5}"
#define REFUSED(x) "{\"ok\":false,\"error\":\"" x "\"}"
#define KINDS      "one of: ping, set, add, remove, capture, flush, fidelity, show"
#define A_NAME     "a name of 1 to 64 letters, digits, '_', '-', '.'"
#define A_LINK                                                                                     \
    "{\"name\":\"m\",\"ends\":[{\"node\":\"a\",\"interface\":\"x\",\"kind\":\"tap\"},"             \
    "{\"node\":\"b\",\"interface\":\"y\",\"kind\":\"tap\"}]}"

static const struct {
    const char *line, *heard, *answer;
} cases[] = {
    {"{\"do\":\"ping\"}", "0 link= from= on=0", OK},
    {"{\"do\":\"set\",\"link\":\"l\",\"to\":{\"delay\":\"1ms\"}}", "1 link=l from= on=0",
     "{\"ok\":true,\"time\":5,\"now\":{\"delay\":\"1ms\"}}"},
    {"{\"to\":{\"down\":true},\"from\":\"a\",\"link\":\"l\",\"do\":\"set\"}",
     "1 link=l from=a on=0", "{\"ok\":true,\"time\":5,\"now\":{\"down\":true}}"},
    {"{\"do\":\"set\",\"link\":\"l\",\"to\":{\"delay\":1}}", "1 link=l from= on=0",
     REFUSED("request:1:38: key 'to.delay': found '1', expected a duration (as 250us, 10ms, 1.5s, "
             "1min), 0 to 3600000000000 ns")},
    {"{\"do\":\"set\",\"link\":\"l\",\"to\":7}", "1 link=l from= on=0",
     REFUSED("request:1:29: key 'to': found '7', expected a mapping")},
    {"{\"do\":\"set\",\"link\":\"l\"}", "",
     REFUSED("request:1:1: key 'to': found nothing, expected a mapping")},
    {"{\"do\":\"add\",\"link\":" A_LINK "}", "2 link= from= on=0",
     "{\"ok\":true,\"time\":5,\"added\":\"m\"}"},
    {"{\"do\":\"add\",\"link\":{}}", "2 link= from= on=0",
     REFUSED("request:1:20: key 'link.name': found nothing, expected " A_NAME)},
    {"{\"do\":\"remove\",\"link\":\"l\"}", "3 link=l from= on=0", OK},
    {"{\"do\":\"remove\"}", "",
     REFUSED("request:1:1: key 'link': found nothing, expected " A_NAME)},
    {"{\"do\":\"capture\",\"link\":\"l\",\"on\":true}", "4 link=l from= on=1", OK},
    {"{\"do\":\"capture\",\"link\":\"l\",\"on\":1}", "",
     REFUSED("request:1:33: key 'on': found '1', expected true or false")},
    {"{\"do\":\"flush\"}", "5 link= from= on=0", OK},
    {"{\"do\":\"fidelity\"}", "6 link= from= on=0", OK},
    {"{\"do\":\"show\"}", "7 link= from= on=0", OK},
    {"{\"do\":\"show\",\"link\":\"l\"}", "7 link=l from= on=0", OK},
    {"{\"do\":\"show\",\"lnk\":\"l\"}", "",
     REFUSED("request:1:14: key 'lnk': found 'lnk', expected one of: do, by, link")},
    {"{\"do\":\"dance\"}", "", REFUSED("request:1:7: key 'do': found 'dance', expected " KINDS)},
    {"{\"do\":\"ping\",\"do\":\"flush\"}", "",
     REFUSED("request:1:14: key 'do': found it a second time, expected it once")},
    {"{}", "", REFUSED("request:1:1: key 'do': found nothing, expected " KINDS)},
    {"{\"go\":1}", "", REFUSED("request:1:2: key 'go': found 'go', expected one of: do, by")},
    {"[]", "", REFUSED("request:1:1: found a list, expected a mapping")},
    {"", "", REFUSED("request:1:1: found nothing, expected a mapping")},
    {"hello", "", REFUSED("request:1:1: found 'hello', expected a mapping")},
    {"{\"do\":\"\xff\"}", "", REFUSED("request:1:1: not YAML: invalid leading UTF-8 octet")},
    {"{\"do\":\"\xc3\xa9\"}", "", REFUSED("request:1:7: key 'do': found '\?\?', expected " KINDS)},
    {"{\"do\":", "", REFUSED("request:2:1: not YAML: did not find expected node content")},
};

static void requests_get_their_answers(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = answer_to(cases[i].line);
        if (strcmp(got, cases[i].answer) != 0)
            printf("# asked:    %s\n# expected: %s\n# got:      %s\n", cases[i].line,
                   cases[i].answer, got);
        CU_ASSERT_STRING_EQUAL(got, cases[i].answer);
        CU_ASSERT_STRING_EQUAL(heard, cases[i].heard);
    }
}

static void the_first_refusal_counts(void)
{
    struct way_answer answer = {.body = NULL};
    way_answer_add(&answer, "n", json_integer(1));
    way_answer_refuse(&answer, "no link '%s'", "x\n");
    way_answer_refuse(&answer, "later");
    char *line = way_answer_line(&answer, 5);
    CU_ASSERT_STRING_EQUAL(line, REFUSED("no link 'x?'") "\n");
    CU_ASSERT_PTR_NULL(answer.body);
    free(line);
}

/* What nests deeply, or seems to, is refused before the reader of YAML sees it. */
static void brackets_are_bounded(void)
{
    char line[1024];
    memset(line, '[', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    CU_ASSERT_STRING_EQUAL(answer_to(line),
                           REFUSED("found more than 256 brackets that open, expected fewer"));
    line[256] = '\0';
    CU_ASSERT_PTR_NOT_NULL(strstr(answer_to(line), "not YAML"));
}

int main(void)
{
    CU_TestInfo tests[] = {{"requests get their answers", requests_get_their_answers},
                           {"the first refusal counts", the_first_refusal_counts},
                           {"brackets are bounded", brackets_are_bounded},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire request", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
