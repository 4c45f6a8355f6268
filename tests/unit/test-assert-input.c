/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Input that is wrong: each mistake in a scenario's expectations or in the
 * bindings gets its message, with its place, and nothing crashes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/expectations.h"
#include "tests/unit/tap.h"

struct mistake {
    const char *text;
    const char *message; /* the beginning of the error */
};

static void expect_message(const struct mistake *mistake, int result, const struct way_text *error)
{
    CU_ASSERT_EQUAL(result, -EINVAL);
    if (strncmp(error->s, mistake->message, strlen(mistake->message)) == 0)
        return;
    printf("# expected: %s\n# got:      %s\n", mistake->message, error->s);
    CU_FAIL("another message");
}

static void mistakes_in_expectations_are_named(void)
{
    static const struct mistake mistakes[] = {
        {"expectations: [no-such-check]",
         "s:1:16: key 'expectations[0]': found 'no-such-check', expected a file of expectations"},
        {"expectations:\n  - a.expect\n  - no-such: {step: x}",
         "s:3:5: key 'expectations[1].no-such': found 'no-such', expected a file"},
        {"expectations: [{a.expect: {step: [a]}}]",
         "s:1:34: key 'expectations[0].a.expect.step': found a list, expected a short text"},
        {"expectations: [{a.expect: {}}]",
         "s:1:27: key 'expectations[0].a.expect': found a mapping, expected names with texts"},
        {"expectations: [{}]", "s:1:16: key 'expectations[0]': found a mapping, expected a file"},
        {"expectations: []", "s:1:15: key 'expectations': found a list, expected 1 to 256"},
        {"expectations: all", "s:1:15: key 'expectations': found 'all', expected a list"},
        {"steps: []", "s:1:1: found a mapping, expected a key 'expectations' in it"},
        {"", "s:1:1: found nothing, expected a key 'expectations' in it"},
        {"expectations: [", "s:2:1: not YAML"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        static struct way_expectations expectations;
        struct way_text error = {""};
        expect_message(&mistakes[i],
                       way_expectations_read_text(&expectations, "s", mistakes[i].text,
                                                  strlen(mistakes[i].text), &error),
                       &error);
    }
}

static void expectations_are_read(void)
{
    static const char text[] = "steps: [{name: hit}]\n"
                               "expectations:\n"
                               "  - common/mechanism.expect\n"
                               "  - common/hit.expect: {step: hit}\n";
    static struct way_expectations expectations;
    struct way_text error = {""};

    CU_ASSERT_EQUAL(way_expectations_read_text(&expectations, "s", text, sizeof text - 1, &error),
                    0);
    CU_ASSERT_EQUAL_FATAL(expectations.file_count, 2);
    CU_ASSERT_STRING_EQUAL(expectations.files[0].path, "common/mechanism.expect");
    CU_ASSERT_EQUAL(expectations.files[0].count, 0);
    CU_ASSERT_EQUAL_FATAL(expectations.files[1].count, 1);
    CU_ASSERT_STRING_EQUAL(expectations.parameters[0].name, "step");
    CU_ASSERT_STRING_EQUAL(expectations.parameters[0].value, "hit");
}

#define NODES(more) "{\"version\": 1, \"nodes\": {" more "}"
#define C1          "\"c1\": {\"role\": \"client\", \"addresses\": {\"c1-r1\": \"10.0.1.2\"}}"
#define R1          "\"r1\": {\"role\": \"router\", \"addresses\": {\"c1-r1\": \"10.0.1.1\"}}"
#define LINK(ends, capture)                                                                        \
    ", \"links\": {\"c1-r1\": {\"ends\": " ends ", \"capture\": \"" capture "\"}}"
#define LINKS LINK("[\"c1\", \"r1\"]", "captures/c1-r1.pcap")

static void mistakes_in_bindings_are_named(void)
{
    static const struct mistake mistakes[] = {
        {"", "b:1:0: "},
        {"[]", "b: expected an object"},
        {"{\"version\": 1, \"version\": 1}", "b:1:24: duplicate object key"},
        {"{}", "b: key 'version': found nothing of the kind, expected a whole number"},
        {"{\"version\": 2}", "b: key 'version': found '2', expected a whole number from 1 to 1"},
        {NODES("\"c1\": {}") "}", "b: key 'nodes.c1.role': found nothing of the kind"},
        {NODES("\"c1\": {\"role\": \"client\", \"addresses\": {\"l\": \"10.0.1\"}}") "}",
         "b: key 'nodes.c1.l': found '10.0.1', expected an IPv4 address"},
        {NODES("\"\": {}") "}", "b: key 'nodes.': found '', expected a name of 1 to 63 bytes"},
        {NODES(C1) LINKS "}", "b: key 'links.c1-r1.ends': found 'r1', expected the name of a node"},
        {NODES(C1 "," R1) LINK("[\"c1\"]", "x") "}",
         "b: key 'links.c1-r1.ends': found nothing of the kind, expected a list of two nodes"},
        {NODES(C1 "," R1) LINK("[\"c1\", \"r1\"]", "/etc/passwd") "}",
         "b: key 'links.c1-r1.capture': found '/etc/passwd', expected a path inside"},
        {NODES(C1 "," R1) LINK("[\"c1\", \"r1\"]", "captures/../../x") "}",
         "b: key 'links.c1-r1.capture': found 'captures/../../x', expected a path inside"},
        {NODES(C1 "," R1) LINK("[\"c1\", \"r1\"]", "..") "}",
         "b: key 'links.c1-r1.capture': found '..', expected a path inside"},
        {NODES(C1
               "," R1) ", \"links\": {\"c1-r1\": {\"ends\": [\"c1\", \"r1\"], \"captures\": []}}}",
         "b: key 'links.c1-r1.captures': found nothing of the kind, expected an object"},
        {NODES(C1 "," R1) ", \"links\": {\"c1-r1\": {\"ends\": [\"c1\", \"r1\"], "
                          "\"captures\": {\"c1\": \"a\", \"r1\": \"b\"}}}}",
         "b: key 'links.c1-r1.captures': found 'c1', expected Ethernet addresses of both ends"},
        {NODES(C1 "," R1) LINKS ", \"services\": {\"web\": {\"port\": 65536}}}",
         "b: key 'services.web.port': found '65536', expected a whole number from 1 to 65535"},
        {NODES(C1 "," R1) LINKS ", \"services\": {\"web\": {\"port\": 80, \"node\": \"c1\"}}}",
         "b: key 'services.web.redirected': found nothing of the kind, expected true or false"},
        {NODES(C1 "," R1) LINKS ", \"services\": {}, \"marks\": {\"a.start\": -1}}",
         "b: key 'marks.a.start': found '-1', expected nanoseconds"},
        {NODES(C1 "," R1) LINKS
         ", \"services\": {}, \"marks\": {\"a.start\": 4611686018427387904}}",
         "b: key 'marks.a.start': found '4611686018427387904', expected nanoseconds"},
        {NODES(C1 "," R1) LINKS ", \"services\": {}, \"marks\": {}, \"clock\": {}}",
         "b: key 'clock.uncertainty': found nothing of the kind, expected a whole number"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        static struct way_bindings bindings;
        struct way_text error = {""};
        expect_message(&mistakes[i],
                       way_bindings_read_text(&bindings, "b", mistakes[i].text,
                                              strlen(mistakes[i].text), &error),
                       &error);
    }
}

/* One more node than there is room for. */
static void too_many_nodes_are_refused(void)
{
    static struct way_bindings bindings;
    static char text[WAY_BINDINGS_ITEMS_MAX * 80];
    struct way_text error = {""};
    size_t length = (size_t)snprintf(text, sizeof text, "{\"version\": 1, \"nodes\": {");

    for (int i = 0; i <= WAY_BINDINGS_ITEMS_MAX; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length,
                             "%s\"n%d\": {\"role\": \"x\", \"addresses\": {}}", i ? "," : "", i);
    length += (size_t)snprintf(text + length, sizeof text - length, "}}");
    CU_ASSERT_EQUAL(way_bindings_read_text(&bindings, "b", text, length, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.s, "expected at most 64 items"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"mistakes in expectations are named", mistakes_in_expectations_are_named},
        {"expectations are read", expectations_are_read},
        {"mistakes in bindings are named", mistakes_in_bindings_are_named},
        {"too many nodes are refused", too_many_nodes_are_refused},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "input", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
