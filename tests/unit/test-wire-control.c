/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control socket: who is answered, in which order, and who cannot disturb whom.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu/wire/control.h"
#include "tests/unit/tap.h"

enum { GUARD_MS = 60000, TICKET = 3 };

static char dir[64], path[96], error[512];
static struct way_control *control;

/* ---- a program that knows two requests: ping, and flush, which takes time ---- */

static void ping(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)request;
    way_answer_add(answer, "pong", json_true());
}

static void show(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)request;
    char text[5000];
    memset(text, 'x', sizeof(text));
    way_answer_add(answer, "much", json_stringn(text, sizeof(text)));
}

static void flush(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)request;
    answer->ticket = TICKET;
}

static const struct way_request_handlers handlers = {
    .handle = {ping, ping, ping, ping, ping, flush, ping, show}};

static int begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/test-wire-control.XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof(path), "%s/sock", dir);
    control = way_control_open(path, &handlers, error, sizeof(error));
    return control ? 0 : 1;
}

static int end(void)
{
    way_control_close(&control);
    return rmdir(dir); /* the socket's file has gone */
}

/* ---- clients ---- */

static int connect_to(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", where);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Serves until there is nothing to do for the moment. */
static void serve(void)
{
    struct pollfd work = {.fd = way_control_fd(control), .events = POLLIN};
    while (poll(&work, 1, 0) == 1)
        way_control_run(control);
}

/* The next answer, without `time`; "" when there is none (yet). */
static const char *answer(int fd)
{
    static char line[8192];
    size_t len = 0;
    serve();
    while (len < sizeof(line) - 1 && recv(fd, line + len, 1, MSG_DONTWAIT) == 1)
        if (line[len++] == '\n')
            break;
    line[len] = '\0';
    json_t *object = json_loads(line, 0, NULL);
    if (!object)
        return "";
    json_object_del(object, "time");
    char *text = json_dumps(object, JSON_COMPACT);
    snprintf(line, sizeof(line), "%s", text);
    free(text);
    json_decref(object);
    return line;
}

/* Whether the server has closed the connection. */
static bool is_closed(int fd)
{
    char byte;
    serve();
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

#define PING "{\"do\":\"ping\"}\n"
#define PONG "{\"ok\":true,\"pong\":true}"

/* ---- tests ---- */

static void lines_are_answered_however_they_come(void)
{
    int fd = connect_to(path);
    say(fd, PING PING "{\"do\":");
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    CU_ASSERT_STRING_EQUAL(answer(fd), "");
    say(fd, "\"ping\"}");
    CU_ASSERT_STRING_EQUAL(answer(fd), "");
    say(fd, "\n");
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    say(fd, "{\"do\":\"ping\"}"); /* a last line without its end */
    shutdown(fd, SHUT_WR);
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    CU_ASSERT_TRUE(is_closed(fd));
    close(fd);
}

static void nonsense_is_refused_and_goes_on(void)
{
    int fd = connect_to(path);
    say(fd, "{{{\n" PING);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer(fd), "\"ok\":false"));
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    close(fd);
}

static void a_line_too_long_ends_its_connection_only(void)
{
    static char much[WAY_REQUEST_LINE + 1];
    int other = connect_to(path);
    int fd = connect_to(path);
    memset(much, ' ', sizeof(much) - 1);
    say(fd, much);
    CU_ASSERT_STRING_EQUAL(answer(fd), "{\"ok\":false,\"error\":\"found a line of 65536 bytes or "
                                       "more, expected a shorter one\"}");
    CU_ASSERT_TRUE(is_closed(fd));
    say(other, PING);
    CU_ASSERT_STRING_EQUAL(answer(other), PONG);
    close(fd);
    close(other);
}

static void a_ticket_is_waited_for(void)
{
    int fd = connect_to(path);
    int other = connect_to(path);
    int gone = connect_to(path);
    say(fd, "{\"do\":\"flush\"}\n" PING);
    say(gone, "{\"do\":\"flush\"}\n");
    CU_ASSERT_STRING_EQUAL(answer(fd), "");
    close(gone);
    say(other, PING);
    CU_ASSERT_STRING_EQUAL(answer(other), PONG);
    way_control_done(control, TICKET - 1);
    CU_ASSERT_STRING_EQUAL(answer(fd), "");
    way_control_done(control, TICKET + 1);
    CU_ASSERT_STRING_EQUAL(answer(fd), "{\"ok\":true}");
    CU_ASSERT_STRING_EQUAL(answer(fd), PONG);
    close(fd);
    close(other);
}

/* One who asks and asks, and reads nothing, is not served beyond what the socket takes. */
static void who_reads_nothing_holds_up_nobody(void)
{
    int fd = connect_to(path);
    int other = connect_to(path);
    for (int i = 0; i < 1000 && send(fd, "{\"do\":\"show\"}\n", 14, MSG_DONTWAIT) == 14; i++)
        serve();
    say(other, PING);
    CU_ASSERT_STRING_EQUAL(answer(other), PONG);
    close(other);
    close(fd);
    serve();
}

static void who_comes_when_all_places_are_taken_waits(void)
{
    int fds[WAY_CONTROL_CLIENTS], late;
    for (int i = 0; i < WAY_CONTROL_CLIENTS; i++) {
        fds[i] = connect_to(path);
        say(fds[i], PING);
        CU_ASSERT_STRING_EQUAL(answer(fds[i]), PONG);
    }
    late = connect_to(path);
    say(late, PING);
    CU_ASSERT_STRING_EQUAL(answer(late), "");
    close(fds[0]);
    CU_ASSERT_STRING_EQUAL(answer(late), PONG);
    for (int i = 1; i < WAY_CONTROL_CLIENTS; i++)
        close(fds[i]);
    close(late);
    serve();
}

/* ---- the file ---- */

static void only_its_user_may_ask(void)
{
    struct stat found;
    CU_ASSERT_EQUAL(stat(path, &found), 0);
    CU_ASSERT_EQUAL(found.st_mode & 0777, 0600);
}

static void a_live_socket_is_left_alone(void)
{
    char expected[256];
    CU_ASSERT_PTR_NULL(way_control_open(path, &handlers, error, sizeof(error)));
    snprintf(expected, sizeof(expected), "%s: is in use by another program", path);
    CU_ASSERT_STRING_EQUAL(error, expected);
    serve();
}

static void a_dead_socket_is_replaced_and_no_other_file(void)
{
    char other[96], expected[256];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(other, sizeof(other), "%s/other", dir);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", other);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
    close(dead);
    struct way_control *second = way_control_open(other, &handlers, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL(second);
    way_control_close(&second);
    CU_ASSERT_NOT_EQUAL(access(other, F_OK), 0);

    fclose(fopen(other, "w"));
    CU_ASSERT_PTR_NULL(way_control_open(other, &handlers, error, sizeof(error)));
    snprintf(expected, sizeof(expected), "%s: stands already, and is no socket", other);
    CU_ASSERT_STRING_EQUAL(error, expected);
    CU_ASSERT_EQUAL(unlink(other), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"lines are answered however they come", lines_are_answered_however_they_come},
        {"nonsense is refused and goes on", nonsense_is_refused_and_goes_on},
        {"a line too long ends its connection only", a_line_too_long_ends_its_connection_only},
        {"a ticket is waited for", a_ticket_is_waited_for},
        {"who reads nothing holds up nobody", who_reads_nothing_holds_up_nobody},
        {"who comes when all places are taken waits", who_comes_when_all_places_are_taken_waits},
        {"only its user may ask", only_its_user_may_ask},
        {"a live socket is left alone", a_live_socket_is_left_alone},
        {"a dead socket is replaced and no other file",
         a_dead_socket_is_replaced_and_no_other_file},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire control", begin, end, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
