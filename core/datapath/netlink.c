/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libnl's sockets and messages, with callbacks that keep the kernel's errno.
 */
#include "core/datapath/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/common/log.h"

/* One request under way. */
struct exchange {
    void (*each)(struct nlmsghdr *message, void *context);
    void *context;
    int error;
    bool done;
};

int way_nl_open(struct nl_sock **out)
{
    *out = nl_socket_alloc();
    if (!*out)
        return -ENOMEM;
    if (nl_connect(*out, NETLINK_ROUTE) != 0) {
        int error = errno ? -errno : -EIO;
        way_nl_cleanup(out);
        return error;
    }
    return 0;
}

void way_nl_cleanup(struct nl_sock **socket)
{
    if (*socket)
        nl_socket_free(*socket);
    *socket = NULL;
}

struct nl_msg *way_nl_message(int type, int flags, void *header, size_t size)
{
    struct nl_msg *message = nlmsg_alloc_simple(type, flags);
    if (!message || nlmsg_append(message, header, size, NLMSG_ALIGNTO) != 0) {
        way_log(WAY_LOG_ERROR, "out of memory");
        abort();
    }
    return message;
}

static int on_valid(struct nl_msg *message, void *arg)
{
    struct exchange *exchange = arg;
    if (exchange->each)
        exchange->each(nlmsg_hdr(message), exchange->context);
    return NL_OK;
}

static int on_end(struct nl_msg *message, void *arg)
{
    (void)message;
    ((struct exchange *)arg)->done = true;
    return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *said, void *arg)
{
    (void)from;
    struct exchange *exchange = arg;
    exchange->error = said->error;
    exchange->done = true;
    return NL_STOP;
}

int way_nl_ask(struct nl_sock *socket, struct nl_msg *message,
               void (*each)(struct nlmsghdr *message, void *context), void *context)
{
    struct exchange exchange = {.each = each, .context = context};
    struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
    if (!callbacks) {
        nlmsg_free(message);
        return -ENOMEM;
    }
    nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &exchange);
    nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &exchange);
    nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_end, &exchange);
    nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, &exchange);

    int sent = nl_send_auto(socket, message);
    nlmsg_free(message);
    if (sent < 0)
        exchange.error = errno ? -errno : -EIO;
    while (sent >= 0 && !exchange.done) {
        int received = nl_recvmsgs(socket, callbacks);
        if (received < 0 && !exchange.done) {
            exchange.error = errno ? -errno : -EIO;
            break;
        }
    }
    nl_cb_put(callbacks);
    return exchange.error;
}

int way_nl_send(struct nl_sock *socket, struct nl_msg *message)
{
    return way_nl_ask(socket, message, NULL, NULL);
}
