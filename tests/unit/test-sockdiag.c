/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel knows a loopback connection, no other, and not by its listener.
 */
#include "core/datapath/sockdiag.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "tests/unit/tap.h"

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof(address);
    getsockname(fd, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

static int listener(struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)address, sizeof(*address)), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 1), 0);
    address->sin_port = htons(port_of(fd));
    return fd;
}

static void a_connection_is_known_and_a_listener_is_none(void)
{
    struct way_sockdiag diag;
    struct sockaddr_in address;
    CU_ASSERT_EQUAL_FATAL(way_sockdiag_open(&diag), 0);
    WAY_AUTO_FD int listening = listener(&address);
    WAY_AUTO_FD int client = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL_FATAL(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);

    struct way_tuple tuple = {.client = address.sin_addr.s_addr,
                              .origin = address.sin_addr.s_addr,
                              .client_port = port_of(client),
                              .origin_port = port_of(listening)};
    CU_ASSERT_EQUAL(way_sockdiag_lookup(&diag, &tuple), WAY_SOCK_KNOWN);
    tuple.client_port = 1;
    CU_ASSERT_EQUAL(way_sockdiag_lookup(&diag, &tuple), WAY_SOCK_NONE);
    way_sockdiag_close(&diag);
}

/* Who closes first keeps the TIME_WAIT: here the side of the listener. */
static void time_wait_is_its_own_answer(void)
{
    struct way_sockdiag diag;
    struct sockaddr_in address;
    CU_ASSERT_EQUAL_FATAL(way_sockdiag_open(&diag), 0);
    WAY_AUTO_FD int listening = listener(&address);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL_FATAL(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
    int accepted = accept(listening, NULL, NULL);
    CU_ASSERT_TRUE_FATAL(accepted >= 0);
    struct way_tuple tuple = {.client = address.sin_addr.s_addr,
                              .origin = address.sin_addr.s_addr,
                              .client_port = port_of(client),
                              .origin_port = port_of(listening)};
    char byte;
    close(accepted);
    CU_ASSERT_EQUAL(read(client, &byte, 1), 0);
    close(client);
    CU_ASSERT_EQUAL(way_sockdiag_lookup(&diag, &tuple), WAY_SOCK_TIME_WAIT);
    way_sockdiag_close(&diag);
}

int main(void)
{
    struct way_sockdiag diag;
    if (way_sockdiag_open(&diag) != 0) {
        printf("1..0 # SKIP the kernel has no sock_diag\n");
        return 0;
    }
    way_sockdiag_close(&diag);
    CU_TestInfo tests[] = {{"a connection is known, and its listener is no answer for others",
                            a_connection_is_known_and_a_listener_is_none},
                           {"TIME_WAIT is its own answer", time_wait_is_its_own_answer},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "sockdiag", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
