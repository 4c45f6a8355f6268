/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The states of a control connection.
 */
#include "emu/wire/control_client.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/common/clock.h"

enum { STEPS_A_RUN = 8 }; /* some two requests; then frames, and others, have their turn */

/* What a call of the kernel came to. */
enum progress { MOVED, BLOCKED, BROKEN };

static enum progress of_error(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? BLOCKED : BROKEN;
}

/* ---- sending ---- */

/* Begins to send the answer; false when memory lacks. */
static bool begin_answer(struct way_client *client)
{
    client->ticket = 0;
    client->out = way_answer_line(&client->answer, way_clock_ns());
    client->out_len = client->out ? strlen(client->out) : 0;
    client->out_sent = 0;
    return client->out != NULL;
}

static enum progress send_some(struct way_client *client)
{
    ssize_t sent = send(client->fd, client->out + client->out_sent,
                        client->out_len - client->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return of_error();
    client->out_sent += (size_t)sent;
    if (client->out_sent < client->out_len)
        return MOVED;
    free(client->out);
    client->out = NULL;
    return client->last ? BROKEN : MOVED;
}

/* ---- reading ---- */

static bool serve_line(struct way_client *client, size_t len,
                       const struct way_request_handlers *handlers)
{
    client->answer = (struct way_answer){.body = NULL};
    way_request_serve(client->in, len, handlers, &client->answer);
    client->ticket = client->answer.error[0] ? 0 : client->answer.ticket;
    return client->ticket > 0 || begin_answer(client);
}

/* Takes the first line out of what came in; false when there is none. */
static bool take_line(struct way_client *client, const struct way_request_handlers *handlers,
                      enum progress *progress)
{
    const char *end = memchr(client->in, '\n', client->in_len);
    size_t len = end ? (size_t)(end - client->in) : client->in_len;
    if (!end && !(client->ended && len > 0))
        return false;
    *progress = serve_line(client, len, handlers) ? MOVED : BROKEN;
    size_t used = len + (end != NULL);
    memmove(client->in, client->in + used, client->in_len - used);
    client->in_len -= used;
    return true;
}

static enum progress refuse_long_line(struct way_client *client)
{
    client->answer = (struct way_answer){.body = NULL};
    way_answer_refuse(&client->answer, "found a line of %d bytes or more, expected a shorter one",
                      WAY_REQUEST_LINE);
    client->last = true;
    return begin_answer(client) ? MOVED : BROKEN;
}

static enum progress read_some(struct way_client *client,
                               const struct way_request_handlers *handlers)
{
    enum progress progress;
    if (take_line(client, handlers, &progress))
        return progress;
    if (client->ended)
        return BROKEN;
    if (client->in_len == sizeof(client->in))
        return refuse_long_line(client);
    ssize_t got = recv(client->fd, client->in + client->in_len, sizeof(client->in) - client->in_len,
                       MSG_DONTWAIT);
    if (got < 0)
        return of_error();
    client->ended = got == 0;
    client->in_len += (size_t)got;
    return MOVED;
}

/* ---- the whole ---- */

bool way_client_run(struct way_client *client, const struct way_request_handlers *handlers)
{
    enum progress progress = MOVED;
    for (unsigned i = 0; i < STEPS_A_RUN && progress == MOVED; i++) {
        if (client->ticket > 0)
            return true;
        if (client->last && !client->out)
            return false;
        progress = client->out ? send_some(client) : read_some(client, handlers);
    }
    return progress != BROKEN;
}

bool way_client_done(struct way_client *client, uint64_t ticket)
{
    if (client->ticket == 0 || client->ticket > ticket)
        return false;
    client->last = !begin_answer(client);
    return true;
}

/* A line that has been read already is not waited for; a socket can always be
 * written to, but when its answers are not read. */
uint32_t way_client_wants(const struct way_client *client)
{
    if (client->ticket > 0)
        return 0;
    bool more = memchr(client->in, '\n', client->in_len) != NULL;
    return client->out || more || client->ended ? EPOLLOUT : EPOLLIN;
}

struct way_client *way_client_new(int fd)
{
    struct way_client *client = malloc(sizeof(*client));
    if (!client) {
        close(fd);
        return NULL;
    }
    memset(client, 0, offsetof(struct way_client, in));
    client->fd = fd;
    return client;
}

void way_client_free(struct way_client **client)
{
    if (!*client)
        return;
    close((*client)->fd);
    json_decref((*client)->answer.body);
    free((*client)->out);
    free(*client);
    *client = NULL;
}
