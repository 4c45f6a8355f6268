/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The listening socket, its file, and the set of connections.
 *
 * Level-triggered epoll. When all places for clients are taken, the listener is not
 * watched; its backlog holds who comes then.
 */
#define _GNU_SOURCE /* accept4 */
#include "emu/wire/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "emu/wire/control_client.h"

enum { BACKLOG = 64, EVENTS_A_RUN = 2, LISTENER = WAY_CONTROL_CLIENTS };

struct way_control {
    int epoll, listener;
    bool watches; /* the listener */
    struct way_request_handlers handlers;
    char *path;
    struct stat file; /* of the socket, to know it again */
    struct way_client *clients[WAY_CONTROL_CLIENTS];
};

/* ---- the socket's file ---- */

/* Whether somebody listens there; false for a file that a dead program left. */
static bool answers(const struct sockaddr_un *address)
{
    WAY_AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return true;
    return errno != ECONNREFUSED;
}

/* Removes the socket file of a dead predecessor. Returns false, with one line in
 * `error`, when something else is in the way. */
static bool clear_path(const struct sockaddr_un *address, char *error, size_t error_size)
{
    struct stat found;
    const char *path = address->sun_path;
    if (lstat(path, &found) != 0)
        return true; /* bind says what else there is to say */
    if (!S_ISSOCK(found.st_mode)) {
        snprintf(error, error_size, "%s: stands already, and is no socket", path);
        return false;
    }
    if (answers(address)) {
        snprintf(error, error_size, "%s: is in use by another program", path);
        return false;
    }
    if (unlink(path) == 0)
        return true;
    snprintf(error, error_size, "%s: a dead program's, cannot be removed: %s", path,
             strerror(errno));
    return false;
}

/* A listening socket at the path, for its user only; -1 with one line in `error`. */
static int listen_at(const char *path, char *error, size_t error_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        snprintf(error, error_size, "%s: expected a path of at most %d bytes", path,
                 WAY_WIRE_CONTROL_MAX);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (!clear_path(&address, error, error_size))
        return -1;
    WAY_AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* Before bind, which gives the file the socket's mode less the umask. */
    bool fine = fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
                bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                listen(fd, BACKLOG) == 0;
    if (fine)
        return WAY_TAKE_FD(fd);
    snprintf(error, error_size, "%s: cannot be made a socket: %s", path, strerror(errno));
    return -1;
}

/* ---- the set ---- */

/* What is watched for the client (or LISTENER) `index`: added, changed, or taken away. */
static int watch(struct way_control *control, int operation, int fd, unsigned index,
                 uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = index};
    return epoll_ctl(control->epoll, operation, fd, &event);
}

static void watch_listener(struct way_control *control)
{
    bool room = false;
    for (unsigned i = 0; i < WAY_CONTROL_CLIENTS; i++)
        room = room || !control->clients[i];
    if (room != control->watches)
        watch(control, EPOLL_CTL_MOD, control->listener, LISTENER, room ? EPOLLIN : 0);
    control->watches = room;
}

/* Runs a client as far as it goes now, and sets what it waits for. */
static void run_client(struct way_control *control, unsigned index)
{
    struct way_client **client = &control->clients[index];
    if (way_client_run(*client, &control->handlers) &&
        watch(control, EPOLL_CTL_MOD, (*client)->fd, index, way_client_wants(*client)) == 0)
        return;
    way_client_free(client);
    watch_listener(control);
}

static void accept_one(struct way_control *control)
{
    unsigned index = 0;
    while (index < WAY_CONTROL_CLIENTS && control->clients[index])
        index++;
    if (index == WAY_CONTROL_CLIENTS)
        return;
    int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    control->clients[index] = way_client_new(fd);
    if (control->clients[index] && watch(control, EPOLL_CTL_ADD, fd, index, EPOLLIN) != 0)
        way_client_free(&control->clients[index]);
    watch_listener(control);
}

void way_control_run(struct way_control *control)
{
    struct epoll_event events[EVENTS_A_RUN];
    int count = epoll_wait(control->epoll, events, EVENTS_A_RUN, 0);
    for (int i = 0; i < count; i++) {
        unsigned index = events[i].data.u32;
        if (index == LISTENER) {
            accept_one(control);
            continue;
        }
        /* One who waits for an answer and has gone. */
        if (events[i].events & (EPOLLHUP | EPOLLERR) &&
            way_client_wants(control->clients[index]) == 0) {
            way_client_free(&control->clients[index]);
            watch_listener(control);
            continue;
        }
        run_client(control, index);
    }
}

void way_control_done(struct way_control *control, uint64_t ticket)
{
    for (unsigned i = 0; i < WAY_CONTROL_CLIENTS; i++)
        if (control->clients[i] && way_client_done(control->clients[i], ticket))
            run_client(control, i);
}

/* ---- the whole ---- */

struct way_control *way_control_open(const char *path, const struct way_request_handlers *handlers,
                                     char *error, size_t error_size)
{
    int listener = listen_at(path, error, error_size);
    if (listener < 0)
        return NULL;
    struct way_control *control = calloc(1, sizeof(*control));
    if (!control) {
        unlink(path);
        close(listener);
        snprintf(error, error_size, "%s: out of memory", path);
        return NULL;
    }
    control->listener = listener;
    control->handlers = *handlers;
    control->path = strdup(path);
    control->epoll = epoll_create1(EPOLL_CLOEXEC);
    control->watches = true;
    if (control->path && control->epoll >= 0 && lstat(path, &control->file) == 0 &&
        watch(control, EPOLL_CTL_ADD, listener, LISTENER, EPOLLIN) == 0)
        return control;
    snprintf(error, error_size, "%s: cannot be served: %s", path, strerror(errno));
    way_control_close(&control);
    return NULL;
}

void way_control_close(struct way_control **control)
{
    struct way_control *gone = *control;
    struct stat found;
    *control = NULL;
    if (!gone)
        return;
    for (unsigned i = 0; i < WAY_CONTROL_CLIENTS; i++)
        way_client_free(&gone->clients[i]);
    if (gone->path && lstat(gone->path, &found) == 0 && found.st_dev == gone->file.st_dev &&
        found.st_ino == gone->file.st_ino)
        unlink(gone->path);
    if (gone->epoll >= 0)
        close(gone->epoll);
    close(gone->listener);
    free(gone->path);
    free(gone);
}

int way_control_fd(const struct way_control *control)
{
    return control->epoll;
}
