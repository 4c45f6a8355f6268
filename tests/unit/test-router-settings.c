/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The router's configuration: what each contradiction in it gets.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/router/settings.h"
#include "tests/unit/tap.h"

#define CLIENTS  "clients: [{interface: a, prefixes: [10.0.1.0/24]}]\n"
#define SERVICES "services: [{protocol: tcp, port: 80}]\n"
#define PROXY    "proxy: {address: 10.0.2.2}\n"

static struct way_router_settings settings;

static const char *message(const char *text)
{
    static char error[512];
    error[0] = '\0';
    struct way_config *file = way_config_open_text("r", text, strlen(text), error, sizeof(error));
    if (file && way_router_settings_read(file, &settings) != 0)
        snprintf(error, sizeof(error), "%s", way_config_error(file));
    way_config_close(&file);
    return error;
}

static const struct {
    const char *text, *expected;
} errors[] = {
    {SERVICES PROXY, "r:1:1: key 'clients': found nothing, expected a list of clients"},
    {CLIENTS PROXY, "r:1:1: key 'services': found nothing, expected a list of services"},
    {CLIENTS SERVICES, "r:1:1: key 'proxy': found nothing, expected a mapping"},
    {CLIENTS SERVICES "proxy: {}",
     "r:3:8: key 'proxy.address': found nothing, expected an IPv4 address (as 192.0.2.1)"},
    {CLIENTS SERVICES "proxy: {address: 10.0.1.9}",
     "r:3:18: key 'proxy.address': found '10.0.1.9', expected an address outside the clients' "
     "prefixes"},
    {PROXY SERVICES "clients: [{interface: a, prefixes: [10.0.0.0/16]}]",
     "r:3:37: key 'clients[0].prefixes[0]': found '10.0.0.0/16', expected a prefix without the "
     "proxy's address"},
    {CLIENTS SERVICES "proxy: {address: 10.0.2.2, interface: a}",
     "r:3:39: key 'proxy.interface': found 'a', expected an interface that faces no clients"},
    {"clients: [{interface: a, prefixes: [10.0.1.0/24]}, {interface: a, prefixes: [10.0.3.0/24]}]",
     "r:1:64: key 'clients[1].interface': found 'a', expected each interface once"},
    {"services: [{protocol: udp, port: 53}]",
     "r:1:23: key 'services[0].protocol': found 'udp', expected one of: tcp"},
    {"services: [{protocol: tcp, port: 80}, {port: 80, protocol: tcp}]",
     "r:1:39: key 'services[1]': found a mapping, expected each service once (port 80 is there "
     "already)"},
    {CLIENTS SERVICES PROXY "device: tap",
     "r:4:9: key 'device': found 'tap', expected one of: auto, tun, packet"},
    {CLIENTS SERVICES PROXY "on_failure: maybe",
     "r:4:13: key 'on_failure': found 'maybe', expected one of: open, closed"},
};

static void contradictions_are_refused(void)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        const char *got = message(errors[i].text);
        if (strcmp(got, errors[i].expected) != 0)
            printf("# expected: %s\n# got:      %s\n", errors[i].expected, got);
        CU_ASSERT_STRING_EQUAL(got, errors[i].expected);
    }
}

static void defaults_and_values(void)
{
    CU_ASSERT_STRING_EQUAL(message(CLIENTS SERVICES PROXY "on_failure: closed\n"), "");
    CU_ASSERT_STRING_EQUAL(settings.tun, "waylay-r");
    CU_ASSERT_STRING_EQUAL(settings.icmp_tun, "waylay-r-i");
    CU_ASSERT_EQUAL(settings.on_failure, WAY_ROUTER_FAIL_CLOSED);
    CU_ASSERT_EQUAL(settings.proxy, htonl(0x0a000202));
    CU_ASSERT_EQUAL(settings.client_count, 1);
    CU_ASSERT_EQUAL(settings.services.ports[0], 80);
}

static void long_tun_names_leave_room_for_the_second(void)
{
    CU_ASSERT_STRING_EQUAL(message(CLIENTS SERVICES PROXY "tun: fifteen-letters\n"), "");
    CU_ASSERT_STRING_EQUAL(settings.icmp_tun, "fifteen-lette-i");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"contradictions are refused", contradictions_are_refused},
        {"defaults and values", defaults_and_values},
        {"long TUN names leave room for the second", long_tun_names_leave_room_for_the_second},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "router settings", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
