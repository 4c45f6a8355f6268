/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is told of changes that were made over the control socket.
 */
#include <stdlib.h>
#include <string.h>

#include "emu/wire/changes.h"
#include "tests/unit/tap.h"

static struct way_changes changes;

/* Whatever is asked is done, on the link `l`, at the time 5. */
static void carry_out(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)answer;
    way_changes_note(&changes, request, "l", 5);
}

static void ask(const char *line)
{
    static const struct way_request_handlers handlers = {.handle = {carry_out, carry_out, carry_out,
                                                                    carry_out, carry_out, carry_out,
                                                                    carry_out, carry_out}};
    struct way_answer answer = {.body = NULL};
    way_request_serve(line, strlen(line), &handlers, &answer);
    CU_ASSERT_STRING_EQUAL(answer.error, "");
}

static const struct {
    const char *line, *told;
} cases[] = {
    {"{\"do\":\"set\",\"link\":\"l\",\"from\":\"a\",\"to\":{\"loss\":\"0\"}}",
     "[{\"time\":5,\"do\":\"set\",\"link\":\"l\",\"from\":\"a\",\"change\":{\"to\":{\"loss\":\"0\"}"
     "}"
     ",\"by\":\"hand\"}]"},
    {"{\"do\":\"remove\",\"link\":\"l\",\"by\":\"runner\"}",
     "[{\"time\":5,\"do\":\"remove\",\"link\":\"l\",\"from\":null,\"change\":{},"
     "\"by\":\"runner\"}]"},
    {"{\"do\":\"capture\",\"link\":\"l\",\"on\":true,\"by\":\"me\"}",
     "[{\"time\":5,\"do\":\"capture\",\"link\":\"l\",\"from\":null,\"change\":{\"on\":true},"
     "\"by\":\"me\"}]"},
    {"{do: set, link: l, to: {delay: 0}}", /* which is YAML, but no JSON */
     "[{\"time\":5,\"do\":\"set\",\"link\":\"l\",\"from\":null,"
     "\"change\":\"{do: set, link: l, to: {delay: 0}}\",\"by\":\"hand\"}]"},
};

static void changes_are_told(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask(cases[i].line);
        json_t *list = way_changes_json(&changes);
        char *text = json_dumps(list, JSON_COMPACT);
        CU_ASSERT_STRING_EQUAL(text, cases[i].told);
        free(text);
        json_decref(list);
        way_changes_free(&changes);
    }
}

/* Many changes of the runner's do not crowd out the one by hand. */
static void the_list_is_bounded(void)
{
    for (int i = 0; i < 2 * WAY_CHANGES_LISTED; i++)
        ask("{\"do\":\"remove\",\"link\":\"l\",\"by\":\"runner\"}");
    ask("{\"do\":\"remove\",\"link\":\"l\"}");
    json_t *list = way_changes_json(&changes);
    CU_ASSERT_EQUAL(json_array_size(list), WAY_CHANGES_LISTED + 1);
    CU_ASSERT_EQUAL(changes.by_runner, UINT64_C(2) * WAY_CHANGES_LISTED);
    CU_ASSERT_EQUAL(changes.by_hand, 1);
    json_decref(list);
    way_changes_free(&changes);
}

int main(void)
{
    CU_TestInfo tests[] = {{"changes are told", changes_are_told},
                           {"the list is bounded", the_list_is_bounded},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire changes", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
