/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The configuration of the wire: what each contradiction in it gets, and what is
 * read from what is right.
 */
#include <stdio.h>
#include <string.h>

#include "emu/wire/settings.h"
#include "tests/unit/tap.h"

#define ENDS                                                                                       \
    "ends: [{node: a, interface: a-b, kind: tap, netns: /n/a}, "                                   \
    "{node: b, interface: b-a, kind: packet}]"
#define LINK        "links: [{name: l, " ENDS "}]"
#define LINK_AND(x) "links:\n- {name: l, " ENDS "}\n- " x
#define ENDS_OF(x)  "links: [{name: l, ends: [{node: a, interface: i, kind: tap" x "}]}]"
#define IN_LINK(x)  "links:\n- name: l\n  " ENDS "\n  " x

static struct way_wire_settings settings;
static struct way_materials materials;

static const char *message(const char *text)
{
    static char error[512];
    error[0] = '\0';
    way_wire_settings_free(&settings);
    struct way_config *file = way_config_open_text("w", text, strlen(text), error, sizeof(error));
    if (file && way_wire_settings_read(file, &materials, &settings) != 0)
        snprintf(error, sizeof(error), "%s", way_config_error(file));
    way_config_close(&file);
    return error;
}

static const struct {
    const char *text, *expected;
} errors[] = {
    {"seed: -1", "w:1:7: key 'seed': found '-1', expected an integer, 0 to 9223372036854775807"},
    {"speed: 1",
     "w:1:1: key 'speed': found 'speed', expected one of: seed, run, control, captures, "
     "decisions, replay, fidelity, spin, realtime, memory, lateness, links"},
    {"control: ''", "w:1:10: key 'control': found '', expected a text"},
    {"spin: 1s", "w:1:7: key 'spin': found '1s', expected a duration (as 250us, 10ms, 1.5s, 1min), "
                 "0 to 10000000 ns"},
    {"lateness: {suspect: 20ms}",
     "w:1:11: key 'lateness': found a mapping, expected 'unfaithful' not below 'suspect'"},
    {"lateness: {suspect: 0}", "w:1:21: key 'lateness.suspect': found '0', expected a duration (as "
                               "250us, 10ms, 1.5s, 1min), 1 to 60000000000 ns"},
    {"realtime: maybe", "w:1:11: key 'realtime': found 'maybe', expected true or false"},
    {"replay: no/such", "w:1:9: key 'replay': found 'no/such', expected a file with a decision log "
                        "(cannot be opened: No such file or directory)"},
    {"replay: /dev/null", "w:1:9: key 'replay': found '/dev/null', expected a file with a decision "
                          "log (expected a regular file)"},
    {"links: {}", "w:1:8: key 'links': found a mapping, expected a list of links"},
    {"links: [{}]", "w:1:9: key 'links[0].name': found nothing, expected a name of 1 to 64 "
                    "letters, digits, '_', '-', '.'"},
    {"links: [{name: ../l}]", "w:1:16: key 'links[0].name': found '../l', expected a name of 1 to "
                              "64 letters, digits, '_', '-', '.'"},
    {"links: [{name: l}]", "w:1:9: key 'links[0].ends': found nothing, expected a list of ends"},
    {"links: [{name: l, ends: []}]",
     "w:1:25: key 'links[0].ends': found a list, expected 2 to 2 ends (there are 0)"},
    {ENDS_OF(""), "w:1:25: key 'links[0].ends': found a list, expected 2 to 2 ends (there are 1)"},
    {"links: [{name: l, ends: [{node: a, interface: i}, {}]}]",
     "w:1:26: key 'links[0].ends[0].kind': found nothing, expected one of: tap, packet"},
    {"links: [{name: l, ends: [{node: a, interface: i, kind: tap, mtu: 60}, {}]}]",
     "w:1:66: key 'links[0].ends[0].mtu': found '60', expected an integer, 68 to 65600"},
    {"links: [{name: l, ends: [{node: a, interface: i, kind: tap, address: '01:00:0a:00:01:02'}, "
     "{}]}]",
     "w:1:70: key 'links[0].ends[0].address': found '01:00:0a:00:01:02', expected a MAC address of "
     "one station (as 02:00:0a:00:01:02)"},
    {"links: [{name: l, ends: [{node: a, interface: i, kind: tap, address: '02:00:0a:00:1:2'}, "
     "{}]}]",
     "w:1:70: key 'links[0].ends[0].address': found '02:00:0a:00:1:2', expected a MAC address of "
     "one station (as 02:00:0a:00:01:02)"},
    {"links: [{name: l, ends: [{node: a, interface: i, kind: tap},\n"
     "{node: a, interface: j, kind: tap}]}]",
     "w:2:1: key 'links[0].ends[1]': found a mapping, expected another node than 'a' at the other "
     "end"},
    {"links: [{name: l, ends: [{node: a, interface: i, kind: tap},\n"
     "{node: b, interface: i, kind: tap}]}]",
     "w:2:1: key 'links[0].ends[1]': found a mapping, expected another interface than at the other "
     "end"},
    {LINK_AND("{name: l, ends: [{node: a, interface: x, kind: tap}, {node: b, interface: y, kind: "
              "tap}]}"),
     "w:3:3: key 'links[1]': found a mapping, expected each name once ('l' is there already)"},
    {LINK_AND("{name: m, ends: [{node: a, interface: x, kind: tap}, {node: b, interface: b-a, "
              "kind: packet}]}"),
     "w:3:3: key 'links[1]': found a mapping, expected each interface once ('b-a' is there "
     "already)"},
    {IN_LINK("both: 10ms"), "w:4:9: key 'links[0].both': found '10ms', expected a mapping"},
    {IN_LINK("both: {dely: 10ms}"),
     "w:4:10: key 'links[0].both.dely': found 'dely', expected one of: delay, jitter, rate, burst, "
     "overhead, trace, loss, duplicate, corrupt, reorder, queue, mtu, down"},
    {IN_LINK("from: {c: {}}"),
     "w:4:10: key 'links[0].from.c': found 'c', expected a node of the link: a, b"},
    {IN_LINK("from: {a: {}, a: {}}"),
     "w:4:17: key 'links[0].from.a': found 'a', expected each node once"},
    {IN_LINK("from: {a: {delay: 5}}"),
     "w:4:21: key 'links[0].from.a.delay': found '5', expected a duration (as 250us, 10ms, 1.5s, "
     "1min), 0 to 3600000000000 ns"},
};

static void contradictions_are_refused(void)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        const char *got = message(errors[i].text);
        if (strcmp(got, errors[i].expected) != 0)
            printf("# expected: %s\n# got:      %s\n", errors[i].expected, got);
        CU_ASSERT_STRING_EQUAL(got, errors[i].expected);
    }
    way_wire_settings_free(&settings);
}

static void an_empty_wire_has_defaults(void)
{
    CU_ASSERT_STRING_EQUAL(message("{}"), "");
    CU_ASSERT_EQUAL(settings.seed, 1);
    CU_ASSERT_EQUAL(settings.run, 1);
    CU_ASSERT_TRUE(settings.realtime);
    CU_ASSERT_EQUAL(settings.lateness.suspect, 1000000);
    CU_ASSERT_EQUAL(settings.lateness.unfaithful, 10000000);
    CU_ASSERT_EQUAL(settings.spin, 0);
    CU_ASSERT_EQUAL(settings.link_count, 0);
    CU_ASSERT_PTR_NULL(settings.control);
}

static void what_is_written_is_read(void)
{
    CU_ASSERT_STRING_EQUAL(
        message(
            "seed: 7\nrun: 3\ncontrol: /c\ncaptures: d\ndecisions: e\nfidelity: f\n"
            "spin: 50us\nrealtime: false\nlinks:\n- name: c1-r1\n  capture: false\n  ends:\n"
            "  - {node: c1, interface: c1-r1, netns: /proc/1/ns/net, kind: tap, mtu: 1500,\n"
            "     address: '02:00:0a:00:01:fe'}\n  - {node: r1, interface: w7, kind: packet}\n"),
        "");
    CU_ASSERT_EQUAL(settings.seed, 7);
    CU_ASSERT_EQUAL(settings.run, 3);
    CU_ASSERT_STRING_EQUAL(settings.control, "/c");
    CU_ASSERT_STRING_EQUAL(settings.captures, "d");
    CU_ASSERT_STRING_EQUAL(settings.decisions, "e");
    CU_ASSERT_STRING_EQUAL(settings.fidelity, "f");
    CU_ASSERT_EQUAL(settings.spin, 50000);
    CU_ASSERT_FALSE(settings.realtime);
    CU_ASSERT_EQUAL_FATAL(settings.link_count, 1);
    const struct way_link_settings *link = &settings.links[0];
    CU_ASSERT_STRING_EQUAL(link->name, "c1-r1");
    CU_ASSERT_FALSE(link->capture);
    CU_ASSERT_EQUAL(link->ends[0].kind, WAY_END_TAP);
    CU_ASSERT_STRING_EQUAL(link->ends[0].netns, "/proc/1/ns/net");
    CU_ASSERT_EQUAL(link->ends[0].mtu, 1500);
    CU_ASSERT_TRUE(link->ends[0].has_address);
    CU_ASSERT_EQUAL(memcmp(link->ends[0].address, "\x02\x00\x0a\x00\x01\xfe", 6), 0);
    CU_ASSERT_EQUAL(link->ends[1].kind, WAY_END_PACKET);
    CU_ASSERT_PTR_NULL(link->ends[1].netns);
    CU_ASSERT_FALSE(link->ends[1].has_address);
    CU_ASSERT_EQUAL(way_link_end(link, "r1"), 1);
    CU_ASSERT_EQUAL(way_link_end(link, "r2"), -1);
}

/* `from` comes over `both`, wherever the two stand. */
static void directions_come_over_both(void)
{
    CU_ASSERT_STRING_EQUAL(message("links:\n- from: {a: {rate: 10Mbit}, b: {delay: 3ms}}\n"
                                   "  both: {delay: 10ms, loss: 1%}\n  name: l\n  " ENDS),
                           "");
    CU_ASSERT_EQUAL_FATAL(settings.link_count, 1);
    const struct way_parameters *a = &settings.links[0].from[0].parameters;
    const struct way_parameters *b = &settings.links[0].from[1].parameters;
    CU_ASSERT_EQUAL(a->delay.base, 10000000);
    CU_ASSERT_EQUAL(a->rate.bits, 10000000);
    CU_ASSERT_EQUAL(a->loss.probability, 0.01);
    CU_ASSERT_EQUAL(b->delay.base, 3000000);
    CU_ASSERT_EQUAL(b->rate.bits, 0);
    CU_ASSERT_EQUAL(b->loss.probability, 0.01);
}

static void replays_bring_seed_and_run(void)
{
    const char *log = "replay-log.jsonl";
    FILE *file = fopen(log, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("{\"seed\": 7, \"run\": 2}\n", file);
    fclose(file);
    CU_ASSERT_STRING_EQUAL(message("replay: replay-log.jsonl"), "");
    CU_ASSERT_EQUAL(settings.seed, 7);
    CU_ASSERT_EQUAL(settings.run, 2);
    CU_ASSERT_STRING_EQUAL(message("{run: 2, replay: replay-log.jsonl, seed: 7}"), "");
    CU_ASSERT_STRING_EQUAL(message("{replay: replay-log.jsonl, seed: 8}"),
                           "w:1:34: key 'seed': found '8', expected the seed of the replay, 7");
    CU_ASSERT_STRING_EQUAL(message("{run: 9, replay: replay-log.jsonl}"),
                           "w:1:18: key 'replay': found 'replay-log.jsonl', expected a log of the "
                           "run 9 (it is of 2)");
    way_wire_settings_free(&settings);
    remove(log);
}

int main(void)
{
    CU_TestInfo tests[] = {{"contradictions are refused", contradictions_are_refused},
                           {"an empty wire has defaults", an_empty_wire_has_defaults},
                           {"what is written is read", what_is_written_is_read},
                           {"directions come over both", directions_come_over_both},
                           {"replays bring seed and run", replays_bring_seed_and_run},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire settings", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
