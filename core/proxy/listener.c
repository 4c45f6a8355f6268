/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transparent listening sockets, and what is asked of an accepted one.
 */
#define _GNU_SOURCE /* accept4 */

#include "core/proxy/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"
#include "core/proxy/counters.h"

enum { ACCEPT_BATCH = 64 }; /* connections a turn of the loop */

struct listener {
    uv_poll_t poll;
    struct way_listeners *all;
    int fd;
};

struct way_listeners {
    struct way_listeners_with with;
    unsigned count, open; /* made; not yet closed by the loop */
    struct listener each[];
};

/* Opens a transparent listening socket. Returns it or a negative errno. */
static int open_socket(uint16_t port, int backlog)
{
    const int on = 1;
    WAY_AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)(const void *)&any, sizeof any) != 0 ||
        listen(fd, backlog) != 0)
        return -errno;
    return WAY_TAKE_FD(fd);
}

static bool is_own_address(const struct way_listeners *all, int fd)
{
    struct sockaddr_in local = {0};
    socklen_t len = sizeof local;
    return getsockname(fd, (struct sockaddr *)(void *)&local, &len) != 0 ||
           !way_addresses_foreign_host(all->with.addresses, local.sin_addr.s_addr);
}

/* Reads the SYN that an accepted socket came from: an IPv4 and a TCP header. */
static bool read_syn(int fd, struct way_tuple *tuple, uint32_t *seq)
{
    uint8_t saved[WAY_IPV4_HEADER_MAX + 60];
    socklen_t len = sizeof saved;
    struct way_ipv4 ip;
    struct way_tcp tcp;
    /* What is saved is headers only, so a SYN with data ends before its total length. */
    if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, saved, &len) != 0 ||
        way_ipv4_parse_quote(saved, len, &ip) != WAY_PACKET_OK || ip.protocol != WAY_PROTOCOL_TCP ||
        way_tcp_parse(&ip, &tcp) != WAY_PACKET_OK)
        return false;
    *tuple = way_tuple_of_client(&ip, &tcp);
    *seq = tcp.seq;
    return true;
}

static void take(const struct way_listeners *all, int accepted)
{
    WAY_AUTO_FD int fd = accepted;
    struct way_tuple tuple;
    uint32_t seq;
    if (is_own_address(all, fd)) {
        way_count(WAY_COUNT_ACCEPTED_OWN_ADDRESS);
        return;
    }
    if (!read_syn(fd, &tuple, &seq)) {
        way_count(WAY_COUNT_ACCEPTED_UNKNOWN);
        return;
    }
    all->with.accepted(all->with.context, WAY_TAKE_FD(fd), &tuple, seq);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct listener *listener = poll->data;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            take(listener->all, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            way_log(WAY_LOG_WARNING, "cannot accept: %s; again in a while", strerror(errno));
            way_count(WAY_COUNT_ACCEPTED_FAILED);
            uv_poll_stop(poll);
        }
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/* Makes the next listener of `all`. */
static int add(struct way_listeners *all, uint16_t port, int backlog)
{
    struct listener *listener = &all->each[all->count];
    WAY_AUTO_FD int fd = open_socket(port, backlog);
    if (fd < 0) {
        way_log(WAY_LOG_ERROR, "cannot listen on port %u: %s%s", port, strerror(-fd),
                fd == -EPERM ? " (IP_TRANSPARENT needs CAP_NET_ADMIN: run as root)" : "");
        return fd;
    }
    int error = uv_poll_init(all->with.loop, &listener->poll, fd);
    if (error)
        return error;
    listener->all = all;
    listener->poll.data = listener;
    listener->fd = WAY_TAKE_FD(fd);
    all->count++;
    all->open++;
    return uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

int way_listeners_new(struct way_listeners **out, const struct way_listeners_with *with,
                      const struct way_services *services, int backlog)
{
    struct way_listeners *all = calloc(1, sizeof *all + services->count * sizeof *all->each);
    if (!all)
        return -ENOMEM;
    all->with = *with;
    int error = 0;
    for (unsigned i = 0; i < services->count && !error; i++)
        error = add(all, services->ports[i], backlog);
    *out = all;
    if (error)
        way_listeners_free(out);
    return error;
}

void way_listeners_tick(struct way_listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++)
        if (!uv_is_active((uv_handle_t *)&listeners->each[i].poll))
            uv_poll_start(&listeners->each[i].poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;
    struct way_listeners *all = listener->all;
    if (--all->open == 0)
        free(all);
}

void way_listeners_free(struct way_listeners **listeners)
{
    struct way_listeners *all = *listeners;
    *listeners = NULL;
    if (!all)
        return;
    if (all->count == 0) {
        free(all);
        return;
    }
    for (unsigned i = 0; i < all->count; i++) {
        uv_close((uv_handle_t *)&all->each[i].poll, on_closed);
        close(all->each[i].fd);
    }
}
