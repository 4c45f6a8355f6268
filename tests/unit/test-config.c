/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Configuration: each kind of wrong value gets exactly this message.
 */
#include "core/common/config.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/tap.h"

struct thing {
    const char *name;
    int64_t count, size, wait, rate;
    double share;
    uint32_t address;
    struct way_prefix prefix;
    uint16_t port;
    char interface[IFNAMSIZ];
    bool flag;
    int mode;
    unsigned ports;
    struct {
        uint16_t port;
    } inner;
};

static int read_port_item(struct way_config_at at, void *target, const void *limits)
{
    uint16_t port;
    struct thing *thing = target;
    thing->ports++;
    return way_config_port(at, &port, limits);
}

static int read_ports(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "ports", 1, 3, read_port_item, target, limits);
}

static int read_inner(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    static const struct way_config_field fields[] = {
        WAY_CONFIG_REQUIRED("port", way_config_port, struct thing, inner.port, NULL),
        WAY_CONFIG_END};
    return way_config_mapping(at, fields, target);
}

static const struct way_config_range one_to_nine = {1, 9};
static const struct way_config_range to_a_mebibyte = {0, 1 << 20};
static const struct way_config_range to_a_gigabit = {0, 1000000000};
static const struct way_config_range to_a_second = {0, 1000000000};
static const char *const modes[] = {"open", "closed", NULL};

#define ROW(member, reader, limits)                                                                \
    WAY_CONFIG_OPTIONAL(#member, reader, struct thing, member, limits)
static const struct way_config_field fields[] = {ROW(name, way_config_string, NULL),
                                                 ROW(count, way_config_integer, &one_to_nine),
                                                 ROW(size, way_config_size, &to_a_mebibyte),
                                                 ROW(wait, way_config_duration, &to_a_second),
                                                 ROW(rate, way_config_rate, &to_a_gigabit),
                                                 ROW(share, way_config_probability, NULL),
                                                 ROW(address, way_config_address, NULL),
                                                 ROW(prefix, way_config_prefix, NULL),
                                                 ROW(port, way_config_port, NULL),
                                                 ROW(interface, way_config_interface, NULL),
                                                 ROW(flag, way_config_bool, NULL),
                                                 ROW(mode, way_config_enum, modes),
                                                 WAY_CONFIG_WHOLE("ports", read_ports, NULL, false),
                                                 WAY_CONFIG_WHOLE("inner", read_inner, NULL, false),
                                                 WAY_CONFIG_END};

/* The message that the text gets, "" for none. */
static const char *message(const char *text, struct thing *thing)
{
    static char error[512];
    error[0] = '\0';
    struct way_config *file = way_config_open_text("t", text, strlen(text), error, sizeof(error));
    if (file) {
        if (way_config_mapping(way_config_root(file), fields, thing) != 0)
            snprintf(error, sizeof(error), "%s", way_config_error(file));
        way_config_close(&file);
    }
    return error;
}

/* Every kind of error once: the text, and the one message for it. */
static const struct {
    const char *text, *expected;
} errors[] = {
    {"", "t:1:1: found nothing, expected a mapping"},
    {"[1]", "t:1:1: found a list, expected a mapping"},
    {"count: 3\n\tsize: 1", "t:2:1: not YAML: found a tab character that violates indentation"},
    {"count: 3\n---\ncount: 4", "t:3:1: found a second document, expected one"},
    {"name: ''", "t:1:7: key 'name': found '', expected a text"},
    {"count: 3\nbogus: 1",
     "t:2:1: key 'bogus': found 'bogus', expected one of: name, count, size, "
     "wait, rate, share, address, prefix, port, interface, flag, mode, ports, inner"},
    {"[1]: 1", "t:1:1: found a list, expected a key"},
    {"count: 3\ncount: 3", "t:2:1: key 'count': found it a second time, expected it once"},
    {"count: ten", "t:1:8: key 'count': found 'ten', expected an integer, 1 to 9"},
    {"count: 10", "t:1:8: key 'count': found '10', expected an integer, 1 to 9"},
    {"count: 3x", "t:1:8: key 'count': found '3x', expected an integer, 1 to 9"},
    {"count:", "t:1:7: key 'count': found '', expected an integer, 1 to 9"},
    {"count: [1]", "t:1:8: key 'count': found a list, expected an integer, 1 to 9"},
    {"size: 64MB", "t:1:7: key 'size': found '64MB', expected a size (as 4096, 10kB, 64KiB, 8MiB), "
                   "0 to 1048576 bytes"},
    {"size: 2MiB", "t:1:7: key 'size': found '2MiB', expected a size (as 4096, 10kB, 64KiB, 8MiB), "
                   "0 to 1048576 bytes"},
    {"size: 9223372036854775807GiB",
     "t:1:7: key 'size': found '9223372036854775807GiB', expected a size (as 4096, 10kB, 64KiB, "
     "8MiB), 0 to 1048576 bytes"},
    {"wait: 5", "t:1:7: key 'wait': found '5', expected a duration (as 250us, 10ms, 1.5s, 1min), 0 "
                "to 1000000000 ns"},
    {"wait: -1ms", "t:1:7: key 'wait': found '-1ms', expected a duration (as 250us, 10ms, 1.5s, "
                   "1min), 0 to 1000000000 ns"},
    {"rate: 5Mb", "t:1:7: key 'rate': found '5Mb', expected a rate in bit/s (as 64000, 500kbit, "
                  "10Mbit, 2.5Gbit), 0 to 1000000000 bit/s"},
    {"share: 101%",
     "t:1:8: key 'share': found '101%', expected a probability (as 1%, 0.01), 0 to 1"},
    {"share: -1%", "t:1:8: key 'share': found '-1%', expected a probability (as 1%, 0.01), 0 to 1"},
    {"share: nan", "t:1:8: key 'share': found 'nan', expected a probability (as 1%, 0.01), 0 to 1"},
    {"address: 10.0.0.256",
     "t:1:10: key 'address': found '10.0.0.256', expected an IPv4 address (as 192.0.2.1)"},
    {"address: {a: b}",
     "t:1:10: key 'address': found a mapping, expected an IPv4 address (as 192.0.2.1)"},
    {"prefix: 10.0.0.1/24", "t:1:9: key 'prefix': found '10.0.0.1/24', expected an IPv4 prefix (as "
                            "192.0.2.0/24, no bits behind it)"},
    {"prefix: 10.0.0.0/33", "t:1:9: key 'prefix': found '10.0.0.0/33', expected an IPv4 prefix (as "
                            "192.0.2.0/24, no bits behind it)"},
    {"prefix: 10.0.0.0", "t:1:9: key 'prefix': found '10.0.0.0', expected an IPv4 prefix (as "
                         "192.0.2.0/24, no bits behind it)"},
    {"port: 0", "t:1:7: key 'port': found '0', expected a port, 1 to 65535"},
    {"port: 65536", "t:1:7: key 'port': found '65536', expected a port, 1 to 65535"},
    {"port: http", "t:1:7: key 'port': found 'http', expected a port, 1 to 65535"},
    {"interface: sixteen-letters-", "t:1:12: key 'interface': found 'sixteen-letters-', expected "
                                    "an interface name of 1 to 15 characters"},
    {"interface: a/b", "t:1:12: key 'interface': found 'a/b', expected an interface name of 1 to "
                       "15 characters"},
    {"flag: yes", "t:1:7: key 'flag': found 'yes', expected true or false"},
    {"mode: ajar", "t:1:7: key 'mode': found 'ajar', expected one of: open, closed"},
    {"ports: 80", "t:1:8: key 'ports': found '80', expected a list of ports"},
    {"ports: []", "t:1:8: key 'ports': found a list, expected 1 to 3 ports (there are 0)"},
    {"ports: [1, 2, 3, 4]",
     "t:1:8: key 'ports': found a list, expected 1 to 3 ports (there are 4)"},
    {"ports:\n  - 80\n  - 0", "t:3:5: key 'ports[1]': found '0', expected a port, 1 to 65535"},
    {"inner: {}", "t:1:8: key 'inner.port': found nothing, expected a port, 1 to 65535"},
    {"inner: {prot: 1}", "t:1:9: key 'inner.prot': found 'prot', expected one of: port"},
};

static void wrong_values_get_their_message(void)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct thing thing = {0};
        const char *got = message(errors[i].text, &thing);
        if (strcmp(got, errors[i].expected) != 0)
            printf("# expected: %s\n# got:      %s\n", errors[i].expected, got);
        CU_ASSERT_STRING_EQUAL(got, errors[i].expected);
    }
}

static void right_values_are_read(void)
{
    struct thing thing = {.count = 7};
    CU_ASSERT_STRING_EQUAL(message("{size: 64KiB, wait: 250us, address: 10.0.2.2,\n"
                                   " prefix: 10.0.1.0/24, port: 80, interface: r1-c1,\n"
                                   " flag: true, mode: closed, ports: [80, 81], inner: {port: 9}}",
                                   &thing),
                           "");
    CU_ASSERT_EQUAL(thing.count, 7);
    CU_ASSERT_EQUAL(thing.size, 65536);
    CU_ASSERT_EQUAL(thing.wait, 250000);
    CU_ASSERT_EQUAL(thing.address, htonl(0x0a000202));
    CU_ASSERT_TRUE(way_prefix_has(&thing.prefix, htonl(0x0a0001ff)));
    CU_ASSERT_FALSE(way_prefix_has(&thing.prefix, htonl(0x0a000201)));
    CU_ASSERT_EQUAL(thing.port, 80);
    CU_ASSERT_STRING_EQUAL(thing.interface, "r1-c1");
    CU_ASSERT_TRUE(thing.flag);
    CU_ASSERT_EQUAL(thing.mode, 1);
    CU_ASSERT_EQUAL(thing.ports, 2);
    CU_ASSERT_EQUAL(thing.inner.port, 9);
}

static const struct {
    const char *text;
    int64_t wait, size, rate;
    double share;
} quantities[] = {
    {"{wait: 0, size: 0, rate: 0, share: 0}", 0, 0, 0, 0},
    {"{wait: 0.5ms, size: 10kB, rate: 500kbit, share: 1%}", 500000, 10000, 500000, 0.01},
    {"{wait: 1.000000s, size: 1.5KiB, rate: 2.5Mbit, share: 0.25}", 1000000000, 1536, 2500000, .25},
    {"{wait: 0.001us, size: 7B, rate: 64000, share: 1e-6}", 1, 7, 64000, 1e-6},
    {"{wait: 3.3333333333333333333335ms, size: 0.5B, rate: 3333333.4999, share: 25%}", 3333333, 1,
     3333333, 0.25},
    {"{wait: 0.0, size: 1.49B, rate: 10.0, share: 0.0}", 0, 1, 10, 0},
    {"{wait: 0s, size: 1MiB, rate: 1Gbit, share: 100%}", 0, 1048576, 1000000000, 1},
};

static void quantities_have_units(void)
{
    for (size_t i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++) {
        struct thing thing = {.wait = -1};
        CU_ASSERT_STRING_EQUAL(message(quantities[i].text, &thing), "");
        CU_ASSERT_EQUAL(thing.wait, quantities[i].wait);
        CU_ASSERT_EQUAL(thing.size, quantities[i].size);
        CU_ASSERT_EQUAL(thing.rate, quantities[i].rate);
        CU_ASSERT_EQUAL(thing.share, quantities[i].share);
    }
}

static void prefix_of_length_nought_has_all(void)
{
    struct thing thing = {0};
    CU_ASSERT_STRING_EQUAL(message("prefix: 0.0.0.0/0", &thing), "");
    CU_ASSERT_TRUE(way_prefix_has(&thing.prefix, htonl(0xffffffff)));
}

static void missing_file_is_said(void)
{
    char error[256];
    CU_ASSERT_PTR_NULL(way_config_open("no/such/file", error, sizeof(error)));
    CU_ASSERT_STRING_EQUAL(error, "no/such/file: cannot be opened: No such file or directory");
}

int main(void)
{
    CU_TestInfo tests[] = {{"wrong values get their message", wrong_values_get_their_message},
                           {"quantities have units", quantities_have_units},
                           {"right values are read", right_values_are_read},
                           {"a prefix of length nought has all", prefix_of_length_nought_has_all},
                           {"a missing file is said", missing_file_is_said},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "config", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
