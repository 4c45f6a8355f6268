/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How connections to an origin begin and end, with a socket of the loopback as it.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/proxy/origin.h"
#include "tests/unit/tap.h"

static int listening = -1, connecting = -1;
static struct sockaddr_in origin;

static void set_up(void)
{
    socklen_t len = sizeof origin;
    origin = (struct sockaddr_in){.sin_family = AF_INET};
    origin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listening = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_FATAL(bind(listening, (struct sockaddr *)&origin, sizeof origin) == 0);
    CU_ASSERT_FATAL(listen(listening, 1) == 0);
    CU_ASSERT_FATAL(getsockname(listening, (struct sockaddr *)&origin, &len) == 0);
}

static void tear_down(void)
{
    close(listening);
    close(connecting);
}

static void connect_to_origin(void)
{
    uint16_t port = 0;
    connecting = way_origin_connect(origin.sin_addr.s_addr, ntohs(origin.sin_port), &port);
    CU_ASSERT_FATAL(connecting >= 0 && port != 0);
}

static enum way_origin_outcome outcome(void)
{
    struct pollfd ready = {.fd = connecting, .events = POLLOUT};
    struct way_origin_refusal refusal;
    poll(&ready, 1, 5000);
    return way_origin_outcome(connecting, &refusal);
}

static void one_that_accepts_is_connected(void)
{
    connect_to_origin();
    CU_ASSERT_EQUAL(outcome(), WAY_ORIGIN_CONNECTED);
}

static void one_that_does_not_listen_refuses(void)
{
    close(listening);
    listening = -1;
    connect_to_origin();
    CU_ASSERT_EQUAL(outcome(), WAY_ORIGIN_REFUSED_RST);
}

static void one_that_accepts_and_resets_refuses(void)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    connect_to_origin();
    int accepted = accept(listening, NULL, NULL);
    CU_ASSERT_FATAL(accepted >= 0);
    setsockopt(accepted, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(accepted);
    CU_ASSERT_EQUAL(outcome(), WAY_ORIGIN_REFUSED_RST);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"one that accepts is connected", one_that_accepts_is_connected},
        {"one that does not listen refuses", one_that_does_not_listen_refuses},
        {"one that accepts and resets refuses", one_that_accepts_and_resets_refuses},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {
        {.pName = "origin", .pSetUpFunc = set_up, .pTearDownFunc = tear_down, .pTests = tests},
        CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
