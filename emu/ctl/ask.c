/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection for one line each way.
 */
#define _GNU_SOURCE /* O_PATH */
#include "emu/ctl/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/common/cleanup.h"

enum {
    ANSWER_MAX = 256 << 20,
    FIRST_ROOM = 64 << 10,
    PATIENCE = 60 /* seconds without a byte: who is asked is stopped, or stuck */
};

/* A path may be longer than a socket's address: it is reached through a descriptor then. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    WAY_AUTO_FD int place = -1;
    if (strlen(path) < sizeof(address.sun_path)) {
        memcpy(address.sun_path, path, strlen(path) + 1);
    } else {
        place = open(path, O_PATH | O_CLOEXEC);
        if (place < 0)
            return -1;
        snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
    }
    const struct timeval patience = {.tv_sec = PATIENCE};
    WAY_AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return -1;
    return WAY_TAKE_FD(fd);
}

static bool send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        text += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Fills the room behind `len`, at most to the end of a line; returns whether that came.
 * false: the room is full, or (with `*broken`) errno says what (0: it ended too early). */
static bool receive_some(int fd, char *text, size_t room, size_t *len, bool *broken)
{
    while (*len < room) {
        ssize_t got = recv(fd, text + *len, room - *len, 0);
        if (got <= 0) {
            errno = got < 0 ? errno : 0;
            *broken = true;
            return false;
        }
        char *end = memchr(text + *len, '\n', (size_t)got);
        *len += (size_t)got;
        if (end) {
            *end = '\0';
            return true;
        }
    }
    return false;
}

/* Reads a line, without its newline; NULL with errno set (0: it ended too early). */
static char *receive_line(int fd)
{
    char *text = NULL;
    size_t len = 0;
    bool broken = false;
    for (size_t room = FIRST_ROOM; room <= ANSWER_MAX && !broken; room *= 2) {
        char *more = realloc(text, room);
        text = more ? more : text;
        broken = !more;
        if (more && receive_some(fd, text, room, &len, &broken))
            return text;
    }
    int error = broken ? errno : EMSGSIZE;
    free(text);
    errno = error;
    return NULL;
}

/* What errno says; that patience ran out is EAGAIN, and 0 that the connection was closed. */
static const char *reason(int error)
{
    return error == EAGAIN ? "not in a minute"
           : error         ? strerror(error)
                           : "it closed the connection";
}

json_t *way_ask(const char *path, const json_t *request, char *error, size_t error_size)
{
    WAY_AUTO_FD int fd = connect_to(path);
    if (fd < 0) {
        snprintf(error, error_size, "%s: cannot be reached: %s", path, reason(errno));
        return NULL;
    }
    WAY_AUTO_FREE char *text = json_dumps(request, JSON_COMPACT);
    if (!text || !send_all(fd, text, strlen(text)) || !send_all(fd, "\n", 1)) {
        snprintf(error, error_size, "%s: cannot be asked: %s", path, reason(errno));
        return NULL;
    }
    WAY_AUTO_FREE char *line = receive_line(fd);
    if (!line) {
        snprintf(error, error_size, "%s: gave no answer: %s", path, reason(errno));
        return NULL;
    }
    json_t *answer = json_loads(line, 0, NULL);
    if (json_is_boolean(json_object_get(answer, "ok")))
        return answer;
    json_decref(answer);
    snprintf(error, error_size, "%s: answered nonsense: %.80s", path, line);
    return NULL;
}
