/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The origin's side of the handshake: connect(2), SO_ERROR, the error queue.
 *
 * IP_RECVERR is on only while the connection is being made: on an established one
 * it would turn passing ICMP errors into fatal ones (tcp_v4_err).
 */
#include "core/proxy/origin.h"

#include <errno.h>
#include <time.h> /* before errqueue.h, which needs struct timespec */

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "core/common/cleanup.h"

static int set_flag(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) ? -errno : 0;
}

int way_origin_connect(way_be32 origin, uint16_t port, uint16_t *local_port)
{
    WAY_AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int error = set_flag(fd, IPPROTO_IP, IP_RECVERR, 1);
    if (!error)
        error = set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (error)
        return error;
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port)};
    peer.sin_addr.s_addr = origin;
    if (connect(fd, (const struct sockaddr *)(const void *)&peer, sizeof peer) != 0 &&
        errno != EINPROGRESS)
        return -errno;
    struct sockaddr_in own = {0};
    socklen_t len = sizeof own;
    if (getsockname(fd, (struct sockaddr *)(void *)&own, &len) != 0)
        return -errno;
    *local_port = ntohs(own.sin_port);
    return WAY_TAKE_FD(fd);
}

/* Reads one message of the error queue. Returns false when there is none. `*icmp`
 * says whether it is an ICMP error. */
static bool read_error(int fd, bool *icmp, struct way_origin_refusal *refusal)
{
    union {
        char bytes[512];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return false;
    *icmp = false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR)
            continue;
        struct {
            struct sock_extended_err error;
            struct sockaddr_in offender;
        } got;
        if (c->cmsg_len < CMSG_LEN(sizeof got))
            continue;
        memcpy(&got, CMSG_DATA(c), sizeof got);
        if (got.error.ee_origin != SO_EE_ORIGIN_ICMP || got.offender.sin_family != AF_INET)
            continue;
        *icmp = true;
        refusal->offender = got.offender.sin_addr.s_addr;
        refusal->type = got.error.ee_type;
        refusal->code = got.error.ee_code;
    }
    return true;
}

/* Empties the error queue; true when an ICMP error was in it (the last counts). */
static bool read_errors(int fd, struct way_origin_refusal *refusal)
{
    bool found = false, icmp;
    while (read_error(fd, &icmp, refusal))
        found = found || icmp;
    return found;
}

static bool is_connected(int fd)
{
    struct sockaddr_in peer;
    socklen_t len = sizeof peer;
    return getpeername(fd, (struct sockaddr *)(void *)&peer, &len) == 0;
}

enum way_origin_outcome way_origin_outcome(int fd, struct way_origin_refusal *refusal)
{
    *refusal = (struct way_origin_refusal){0};
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    bool icmp = read_errors(fd, refusal);
    refusal->error = error;
    if (error == 0 && !is_connected(fd))
        return WAY_ORIGIN_PENDING;
    if (error == 0) {
        refusal->error = -set_flag(fd, IPPROTO_IP, IP_RECVERR, 0);
        return refusal->error ? WAY_ORIGIN_FAILED : WAY_ORIGIN_CONNECTED;
    }
    if (icmp)
        return WAY_ORIGIN_REFUSED_ICMP;
    /* The last two: it acknowledged, and reset before we looked. */
    if (error == ECONNREFUSED || error == ECONNRESET || error == EPIPE)
        return WAY_ORIGIN_REFUSED_RST;
    return error == ETIMEDOUT ? WAY_ORIGIN_SILENT : WAY_ORIGIN_FAILED;
}
