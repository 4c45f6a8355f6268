/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is this connection known to the kernel? Asked of sock_diag(7), so that half
 * open connections and those in TIME_WAIT count, whoever has them.
 *
 * A listening socket that would take a SYN is not an answer: the question is
 * about the four-tuple itself. The namespace is that of way_sockdiag_open.
 */
#ifndef WAYLAY_CORE_DATAPATH_SOCKDIAG_H
#define WAYLAY_CORE_DATAPATH_SOCKDIAG_H

#include <stdint.h>

#include "core/packet/tuple.h"

enum way_sock {
    WAY_SOCK_NONE,      /* the kernel has no such connection */
    WAY_SOCK_KNOWN,     /* it has, in any state from SYN-RECEIVED to LAST-ACK */
    WAY_SOCK_TIME_WAIT, /* it has, in TIME_WAIT (or FIN_WAIT2 without a socket) */
};

struct way_sockdiag {
    int fd;
    uint32_t sequence;
};

/* Opens the socket. Returns 0, or a negative errno (-ENOENT, -EPROTONOSUPPORT:
 * the kernel lacks sock_diag). */
int way_sockdiag_open(struct way_sockdiag *diag);

void way_sockdiag_close(struct way_sockdiag *diag);

/* Looks up the connection whose local end is the tuple's origin and whose remote
 * end is the client (as the kernel of a transparent proxy sees it). Blocks for
 * one system call's answer. Returns an enum way_sock, or a negative errno. */
int way_sockdiag_lookup(struct way_sockdiag *diag, const struct way_tuple *tuple);

#endif
