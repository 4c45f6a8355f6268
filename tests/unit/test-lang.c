/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The language of expectations: what is one, and what is said of what is none.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/lang/program.h"
#include "tests/unit/tap.h"

/* A run with two nodes, a service and a step. */
static const struct way_datum c1_addresses[] = {
    {.sort = WAY_SORT_ADDRESS, .number = 0x0a000102, .tap = -1}};
static const struct way_datum r1_addresses[] = {
    {.sort = WAY_SORT_ADDRESS, .number = 0x0a000101, .tap = -1},
    {.sort = WAY_SORT_ADDRESS, .number = 0x0a000201, .tap = -1}};
static const struct way_world_name names[] = {
    {.kind = WAY_WORLD_TAP, .name = "c1-r1"},
    {.kind = WAY_WORLD_TAP, .name = "r1-p1"},
    {WAY_WORLD_VARIABLE,
     "c1",
     {.sort = WAY_SORT_ADDRESS, .shape = WAY_SET, .tap = -1, .items = c1_addresses, .count = 1}},
    {WAY_WORLD_VARIABLE,
     "r1",
     {.sort = WAY_SORT_ADDRESS, .shape = WAY_SET, .tap = -1, .items = r1_addresses, .count = 2}},
    {WAY_WORLD_VARIABLE, "r1.c1-r1", {.sort = WAY_SORT_ADDRESS, .number = 0x0a000101, .tap = -1}},
    {WAY_WORLD_VARIABLE, "web.port", {.sort = WAY_SORT_NUMBER, .number = 80, .tap = -1}},
    {WAY_WORLD_MARK, "hit.start", {.sort = WAY_SORT_TIME, .number = 1000, .tap = -1}},
    {WAY_WORLD_MARK, "hit.end", {.sort = WAY_SORT_TIME, .number = 2000, .tap = -1}}};
static const struct way_world world = {.names = names, .count = sizeof names / sizeof names[0]};

static int read_file(struct way_program *program, const char *text)
{
    return way_program_read_text(program, "t.expect", text, strlen(text), &world);
}

struct bad_case {
    const char *text;      /* the file */
    const char *complaint; /* the first one, or its beginning */
};

static void complain(const struct bad_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct way_program program;
        CU_ASSERT_EQUAL(read_file(&program, cases[i].text), -1);
        const char *found = program.complaints.count ? program.complaints.texts[0] : "(none)";
        if (strncmp(found, cases[i].complaint, strlen(cases[i].complaint)) != 0) {
            printf("# %s\n# expected %s\n# found %s\n", cases[i].text, cases[i].complaint, found);
            CU_FAIL("another complaint");
        }
        way_program_free(&program);
    }
}
#define COMPLAIN(cases) complain(cases, sizeof(cases) / sizeof((cases)[0]))

static void errors_show_the_line_and_a_caret(void)
{
    static const struct bad_case cases[] = {
        {"\"x\":\n  each \"tcp\" on c1-r1 with ip.tll == 3",
         "t.expect:2:28: there is no field 'ip.tll': did you mean 'ip.ttl'?\n"
         "      each \"tcp\" on c1-r1 with ip.tll == 3\n"
         "                               ^~~~~~\n"},
        {"\"x\":\n  eech \"tcp\" on c1-r1", "t.expect:2:3: found 'eech': did you mean 'each'?\n"
                                            "      eech \"tcp\" on c1-r1\n"
                                            "      ^~~~\n"},
    };
    COMPLAIN(cases);
}

static void syntax_is_checked(void)
{
    static const struct bad_case cases[] = {
        {"", "t.expect: it expects nothing"},
        {"\"x\":",
         "t.expect:1:4: found the end of the file, expected one of: skip, requires, for each"},
        {"\"x\": each \"tcp\" on c1-r1 with ip.ttl = 3",
         "t.expect:1:38: found '=': did you mean '=='"},
        {"\"x\": each \"tcp\" on c1-r1 within 3 s", "t.expect:1:35: found 's': did you mean 'as'?"},
        {"\"x\": every \"tcp\" on c1-r1", "t.expect:1:6: found 'every': did you mean 'each'?"},
        {"\"x\": each \"tcp\" on c1-r1 with ip.ttl == 3 && ip.id == 4",
         "t.expect:1:43: found '&&': did you mean 'and'?"},
        {"\"x\": each \"tcp\" on c1-r1 with ip.ttl == 3 || ip.id == 4",
         "t.expect:1:43: found '||': did you mean 'or'?"},
        {"\"x\": each 'tcp' on c1-r1", "t.expect:1:11: texts stand in double quotes"},
        {"\"x\": expect p999(ip.ttl of \"tcp\" on c1-r1) == 3",
         "t.expect:1:13: 'p999' is no percentile: expected p0 to p99.9"},
        {"\"x\": each \"tcp", "t.expect:1:11: the text has no end"},
        {"\"x\": each \"tcp\" on c1-r1 with ip.src == 10.0.0.256",
         "t.expect:1:41: it is no address"},
        {"let $n = 10.0.1.5/24", "t.expect:1:10: the prefix has bits behind its 24: is an address "
                                 "meant, or 10.0.1.0/24?"},
        {"let $n = 4parsecs", "t.expect:1:10: 'parsecs' is no unit: expected ns, us"},
        {"\"x\": each \"tcp\" on c1-r1 with ip.ttl == 3 ?", "t.expect:1:43: '?' means nothing"},
        {"let $n = 99999999999999999999", "t.expect:1:10: 99999999999999999999 is too large"},
    };
    COMPLAIN(cases);
}

static void names_are_known_before_anything_is_read(void)
{
    static const struct bad_case cases[] = {
        {"\"x\": each \"tcp\" on c1-r2",
         "t.expect:1:20: there is no tap 'c1-r2': did you mean 'c1-r1'?"},
        {"\"x\": no \"tcp\" on c1-r1 per conection",
         "t.expect:1:28: there is no field 'conection': did you mean 'connection'?"},
        {"\"x\": no \"tcp\" on c1-r1 where http.request.method == GET",
         "t.expect:1:53: there is no field 'GET': expected one (waylay-assert --fields), or a "
         "text"},
        {"\"x\": each \"host $c2\" on c1-r1",
         "t.expect:1:11: nothing is called '$c2': did you mean"},
        {"\"x\": each \"tcp\" on c1-r1 during hot",
         "t.expect:1:33: there is no mark 'hot.start': did "
         "you mean 'hit.start'?"},
        {"\"x\": no \"tcp\" on c1-r1 after them", "t.expect:1:30: nothing is bound to 'them'"},
        {"\"x\": first \"tcp\" on c1-r1 as one no \"udp\" on c1-r1 after onee",
         "t.expect:1:58: nothing is bound to 'onee': did you mean 'one'?"},
        {"\"x\": no \"ip.ttl == 64\" on c1-r1", "t.expect:1:9: libpcap refuses the filter: found "
                                                "'ip.ttl', which is a field: fields stand"},
        {"macro syn() = \"tcp\"\n\"x\": no sin() on c1-r1",
         "t.expect:2:9: there is no macro or function "
         "'sin': did you mean 'syn'?"},
        {"macro f($a) = f($a)\n\"x\": no \"tcp\" on c1-r1 with f(1)",
         "t.expect:1:15: the macro 'f' uses "
         "itself"},
        {"let $a = $b let $b = $a \"x\": no \"tcp\" on c1-r1", "t.expect:1:"},
        {"macro f($a) = $a == 1\n\"x\": no \"tcp\" on c1-r1 with f(1, 2)",
         "t.expect:2:29: the macro 'f' "
         "takes 1 value, not 2"},
        {"\"x\": no \"tcp\" on c1-r1\n\"y\": no \"udp\" on c1-r1\n\"x\": no \"icmp\" on c1-r1",
         "t.expect:3:1: the words \"x\" are those of line 1 already"},
        {"\"x\": for each $a in rows no \"tcp\" on c1-r1",
         "t.expect:1:6: there is no table 'rows'"},
        {"table t($a, $b) = (1, 2) (3) \"x\": no \"tcp\" on c1-r1",
         "t.expect:1:26: the table 't' has 2 "
         "columns, and this row 1"},
        {"include \"nowhere.expect\"", "t.expect:1:1: nowhere.expect: No such file"},
    };
    COMPLAIN(cases);
}

static void values_must_go_together(void)
{
    static const struct bad_case cases[] = {
        {"\"x\": at most -1 \"tcp\" on c1-r1", "t.expect:1:14: there cannot be -1 packets"},
        {"\"x\": exactly 1.5 \"tcp\" on c1-r1", "t.expect:1:14: there cannot be 1.5 packets"},
        {"\"x\": each \"tcp\" on c1-r1 does not appear on r1-p1 with ip.ttl == 1",
         "t.expect:1:51: what does not appear has no packet that can be asked"},
        {"\"x\": expect share(\"tcp\" on c1-r1 among \"ip\" on c1-r1) > 50",
         "t.expect:1:57: a share is between 0 and 1: did you mean '50%'?"},
        {"\"x\": no \"tcp\" on c1-r1 with ip.ttl == 10.0.0.1",
         "t.expect:1:29: 'ip.ttl' is a number and '10.0.0.1' is an IPv4 address: they cannot be "
         "compared"},
        {"\"x\": no \"tcp\" on c1-r1 with ip.ttl",
         "t.expect:1:29: 'ip.ttl' is a number: expected a "
         "condition"},
        {"\"x\": no \"tcp\" on c1-r1 with ip.src + 1 == 3",
         "t.expect:1:29: 'ip.src' is an IPv4 address "
         "and '1' is a number: they cannot be added"},
        {"\"x\": no \"tcp\" on c1-r1 with ip.ttl == {1, 2}",
         "t.expect:1:29: one value is no set: did "
         "you mean 'ip.ttl in {1, 2}'?"},
        {"\"x\": no \"tcp\" on c1-r1 with any ip.src in [1, 10.0.0.1]",
         "t.expect:1:47: '1' is a number, "
         "but '10.0.0.1' is"},
        {"\"x\": no \"tcp\" on c1-r1 with was.ip.ttl == 1", "t.expect:1:29: 'was' is the packet"},
        {"\"x\": expect ip.ttl == 3", "t.expect:1:13: 'ip.ttl' asks a packet, and there is none"},
        {"let $f = \"tcp\" \"x\": no $f on c1-r1", "t.expect:1:24: found '$f', expected one of"},
        {"\"x\": no \"tcp prot 80\" on c1-r1", "t.expect:1:9: libpcap refuses the filter"},
    };
    COMPLAIN(cases);
}

static void clauses_must_go_together(void)
{
    static const struct bad_case cases[] = {
        {"\"x\": each \"tcp\"", "t.expect:1:11: expected 'on' and the name of a tap"},
        {"\"x\": each first \"tcp\" on c1-r1", "t.expect:1:6: the first of what?"},
        {"\"x\": each \"tcp\" on c1-r1 within 1s", "t.expect:1:6: within that time of what?"},
        {"\"x\": each \"tcp\" on c1-r1 followed by \"udp\" on r1-p1",
         "t.expect:1:26: which packet belongs "
         "to which?"},
        {"\"x\": each \"tcp\" on c1-r1 as a", "t.expect:1:6: 'as' binds one packet"},
        {"\"x\": first \"tcp\" on c1-r1 as ip",
         "t.expect:1:30: 'ip' is the name of something else"},
        {"\"x\": each \"tcp\" on c1-r1 joined by ip.id",
         "t.expect:1:26: there is nothing to join yet"},
        {"\"x\": each \"tcp\" on c1-r1 appears on r1-p1 appears on r1-p1",
         "t.expect:1:43: one rule has "
         "one relation"},
    };
    COMPLAIN(cases);
}

/* A file that uses all there is. */
static const char whole[] =
    "let $syn = \"tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn\"\n"
    "let guard = 1s # the dollar may be left out here\n"
    "clock error 50us\n"
    "tap elsewhere = \"a.pcap\", \"b.pcapng.zst\"\n"
    "macro syn_to($port) = \"dst port $port and $syn\" where ip.ttl > 1\n"
    "macro bears($who) = any ip.addr == $who or any icmp.quoted.ip.addr == $who\n"
    "table ports($port, $where) = (80, \"c1-r1\") (8081, \"r1-p1\")\n"
    "\"redirected\":\n"
    "  each \"src host $c1 and tcp dst port $web.port\" on c1-r1\n"
    "    becomes on r1-p1 with ip.dst == $r1, ip.rec_rt == [was.ip.dst], ip.ttl == was.ip.ttl - 1\n"
    "    within $guard\n"
    "warn \"port $port\":\n"
    "  for each $port, $where in ports:\n"
    "  no syn_to($port) on $where with bears($c1) may be none\n"
    "\"rounds\":\n"
    "  for each \"icmp\" on c1-r1 where icmp.type == 8 as request:\n"
    "  exactly 1 \"icmp\" on c1-r1 where icmp.type == 0 from request until next request\n"
    "  first packet on elsewhere after request as answer within 0.3s .. 0.4s\n"
    "  expect (answer.tcp.seq_raw - request.ip.id) mod 2^32 == 7, answer.time - request.time < 1s\n"
    "\"shares\":\n"
    "  requires tap r1-p1\n"
    "  expect share(\"udp\" on c1-r1 among \"ip\" on c1-r1, r1-p1) == 50% give or take 2%,\n"
    "    p99(ip.len of packets on c1-r1 where has tcp and lacks udp during hit) < 1500,\n"
    "    count(packets on c1-r1) == 10 give or take 10% + 3\n"
    "\"acknowledged\":\n"
    "  each first \"tcp\" on c1-r1 with tcp.payload[0:4] == \"GET \" or tcp.payload[0] == 47:45\n"
    "    after its syn_to(1) on r1-p1 joined by connection\n";

static void a_file_may_use_everything(void)
{
    struct way_program program;
    CU_ASSERT_EQUAL(read_file(&program, whole), 0);
    for (size_t i = 0; i < program.complaints.count; i++)
        printf("# %s\n", program.complaints.texts[i]);
    CU_ASSERT_EQUAL_FATAL(program.expected_count, 6);
    CU_ASSERT_STRING_EQUAL(program.expected->words, "redirected");
    CU_ASSERT_STRING_EQUAL(program.expected->rules->main->filter,
                           "src host 10.0.1.2 and tcp dst port 80");
    CU_ASSERT_STRING_EQUAL(program.expected->next->words, "port 80");
    CU_ASSERT_TRUE(program.expected->next->warn);
    CU_ASSERT_STRING_EQUAL(program.expected->next->next->rules->main->filter,
                           "dst port 8081 and (tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn)");
    CU_ASSERT_EQUAL(program.clock_error, 50000);
    CU_ASSERT_EQUAL(program.tap_count, 3);
    way_program_free(&program);
}

static void several_addresses_are_written_as_one_group(void)
{
    struct way_program program;

    CU_ASSERT_EQUAL_FATAL(
        read_file(&program, "\"x\": no \"src host $r1 or dst host $r1.c1-r1\" on c1-r1"), 0);
    CU_ASSERT_STRING_EQUAL(program.expected->rules->main->filter,
                           "src host (10.0.1.1 or 10.0.2.1) or dst host 10.0.1.1");
    way_program_free(&program);
}

static void what_lacks_is_skipped(void)
{
    struct way_program program;

    CU_ASSERT_EQUAL_FATAL(read_file(&program, "\"x\": requires tap r1-o1 no \"tcp\" on r1-o1\n"
                                              "\"y\": skip \"not built\" if $web.port == 80\n"
                                              "  no \"tcp\" on c1-r1\n"
                                              "\"z\": skip \"not built\" if $web.port != 80\n"
                                              "  no \"tcp\" on c1-r1\n"),
                          0);
    CU_ASSERT_STRING_EQUAL(program.expected->skip, "there is no tap 'r1-o1'");
    CU_ASSERT_STRING_EQUAL(program.expected->next->skip, "not built");
    CU_ASSERT_PTR_NULL(program.expected->next->next->skip);
    way_program_free(&program);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a file may use everything", a_file_may_use_everything},
        {"several addresses are written as one group", several_addresses_are_written_as_one_group},
        {"what lacks is skipped", what_lacks_is_skipped},
        {"errors show the line and a caret", errors_show_the_line_and_a_caret},
        {"syntax is checked", syntax_is_checked},
        {"names are known before anything is read", names_are_known_before_anything_is_read},
        {"values must go together", values_must_go_together},
        {"clauses must go together", clauses_must_go_together},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "lang", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
