/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Listeners: one for each service port, on every address there is (IP_TRANSPARENT).
 *
 * The kernel accepts with the origin's address as the local one. The accepted
 * socket brings its SYN along (TCP_SAVE_SYN), which tells whose handshake it was.
 * A connection to an address of the proxy's own is none that was redirected, and is
 * closed; so is one whose SYN nobody knows.
 */
#ifndef WAYLAY_CORE_PROXY_LISTENER_H
#define WAYLAY_CORE_PROXY_LISTENER_H

#include <stdint.h>
#include <uv.h>

#include "core/common/services.h"
#include "core/packet/tuple.h"
#include "core/proxy/addresses.h"

/* What listeners use and do not own. */
struct way_listeners_with {
    uv_loop_t *loop;
    const struct way_addresses *addresses;
    /* A connection was accepted: its descriptor, now the callee's, and the tuple and
     * sequence number of its SYN. */
    void (*accepted)(void *context, int fd, const struct way_tuple *tuple, uint32_t seq);
    void *context;
};

struct way_listeners;

/* Listens on the services' ports, with a backlog of `backlog`. Returns 0 or a negative errno
 * after logging what lacks. */
int way_listeners_new(struct way_listeners **out, const struct way_listeners_with *with,
                      const struct way_services *services, int backlog);

/* Goes on accepting where descriptors had run out; to be called now and then. */
void way_listeners_tick(struct way_listeners *listeners);

/* Closes them and nulls the pointer; run the loop afterwards. NULL is allowed. */
void way_listeners_free(struct way_listeners **listeners);

#endif
