/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SOCK_DIAG_BY_FAMILY for one TCP four-tuple, without a dump.
 */
#include "core/datapath/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

int way_sockdiag_open(struct way_sockdiag *diag)
{
    diag->sequence = 0;
    diag->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    return diag->fd < 0 ? -errno : 0;
}

void way_sockdiag_close(struct way_sockdiag *diag)
{
    if (diag->fd >= 0)
        close(diag->fd);
    diag->fd = -1;
}

static struct request request_for(const struct way_tuple *tuple, uint32_t sequence)
{
    struct request request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST,
                   .nlmsg_seq = sequence},
        .body = {.sdiag_family = AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = UINT32_MAX,
                 .id = {.idiag_sport = htons(tuple->origin_port),
                        .idiag_dport = htons(tuple->client_port),
                        .idiag_src = {tuple->origin},
                        .idiag_dst = {tuple->client},
                        .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    return request;
}

static int by_state(uint8_t state)
{
    switch (state) {
    case TCP_LISTEN:
    case TCP_CLOSE:
        return WAY_SOCK_NONE;
    case TCP_TIME_WAIT:
        return WAY_SOCK_TIME_WAIT;
    default:
        return WAY_SOCK_KNOWN;
    }
}

/* What one message of the kernel's says. */
static int read_answer(const struct nlmsghdr *header, size_t length)
{
    if (header->nlmsg_type == NLMSG_ERROR && length >= NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        struct nlmsgerr said;
        memcpy(&said, NLMSG_DATA(header), sizeof(said));
        return said.error == -ENOENT ? WAY_SOCK_NONE : said.error ? said.error : -EIO;
    }
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
        length < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
        return -EIO;
    struct inet_diag_msg found;
    memcpy(&found, NLMSG_DATA(header), sizeof(found));
    return by_state(found.idiag_state);
}

int way_sockdiag_lookup(struct way_sockdiag *diag, const struct way_tuple *tuple)
{
    struct request request = request_for(tuple, ++diag->sequence);
    if (send(diag->fd, &request, sizeof(request), 0) != sizeof(request))
        return -errno;
    union {
        struct nlmsghdr header;
        uint8_t bytes[4096];
    } answer;
    for (;;) {
        ssize_t length = recv(diag->fd, &answer, sizeof(answer), 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return -errno;
        if ((size_t)length < sizeof(answer.header))
            return -EIO;
        if (answer.header.nlmsg_seq == diag->sequence)
            return read_answer(&answer.header, (size_t)length);
    }
}
