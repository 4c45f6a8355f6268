/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests to the kernel's routing netlink, one at a time, with the kernel's own
 * error number as the result (libnl's calls would replace it by theirs).
 */
#ifndef WAYLAY_CORE_DATAPATH_NETLINK_H
#define WAYLAY_CORE_DATAPATH_NETLINK_H

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stddef.h>

/* Who made a rule or a route, in the kernel's protocol field: ours are found, and
 * cleared, by it. */
enum { WAY_NL_PROTOCOL = 87 };

/* Opens a socket, in the namespace of the caller. Returns 0 or a negative errno;
 * the caller frees it with nl_socket_free. */
int way_nl_open(struct nl_sock **out);

void way_nl_cleanup(struct nl_sock **socket);
/* A variable that holds a socket or NULL; freed at the end of its scope. */
#define WAY_AUTO_NL __attribute__((cleanup(way_nl_cleanup)))

/* A message with its family header. Aborts when memory lacks (these are made at
 * start and end only). The attributes are put by nla_put_*, unchecked, for the
 * same reason: a message has a page and holds some ten of them. */
struct nl_msg *way_nl_message(int type, int flags, void *header, size_t size);

/* Sends the message and frees it, waits for the acknowledgement. Returns 0 or
 * the kernel's negative errno. */
int way_nl_send(struct nl_sock *socket, struct nl_msg *message);

/* Sends the message and frees it, calls `each` for every message of the answer
 * (a dump, or a single one), waits for its end. Returns 0 or a negative errno.
 * `each` must not use the socket. */
int way_nl_ask(struct nl_sock *socket, struct nl_msg *message,
               void (*each)(struct nlmsghdr *message, void *context), void *context);

#endif
