/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The handshake's input and output: does what the table of held SYNs decides.
 *
 *      SYN sorted --> hold.h decides --> keep it, connect to the origin
 *                                               |
 *          connected: stamp, give the kept SYN to the kernel, wait for accept
 *          refused:   answer the client in the same way, from the same host
 *          silent, or our own failure: nothing; the client meets silence
 *
 * An origin connection is a bare descriptor here, until the accepting side claims
 * it with the accepted socket's SYN. Everything runs on one loop. A packet that is
 * kept is a copy on the heap; its number is bounded by the table.
 */
#ifndef WAYLAY_CORE_PROXY_HANDSHAKE_H
#define WAYLAY_CORE_PROXY_HANDSHAKE_H

#include <stdint.h>
#include <uv.h>

#include "core/datapath/device.h"
#include "core/proxy/accesslog.h"
#include "core/proxy/addresses.h"
#include "core/proxy/flow.h"
#include "core/proxy/hold.h"
#include "core/proxy/sort.h"
#include "core/proxy/wayout.h"

/* What the handshakes use and do not own. */
struct way_handshakes_with {
    uv_loop_t *loop;
    const struct way_device *device; /* for delivery */
    const struct way_out *out;
    const struct way_addresses *addresses;
    struct way_access_log *log;
};

struct way_handshakes;

/* Makes them, with a table of these limits. Returns 0 or a negative errno, logged. */
int way_handshakes_new(struct way_handshakes **out, const struct way_handshakes_with *with,
                       const struct way_hold_limits *limits);

/* Closes every connection that nobody claimed, logs it, and frees all but what the
 * loop must still close: run the loop until it is empty. Nulls the pointer. */
void way_handshakes_free(struct way_handshakes **handshakes);

/* Takes a SYN, or a reset, that was sorted as such. The frame is borrowed. */
void way_handshakes_syn(struct way_handshakes *handshakes, const struct way_diverted *frame,
                        const struct way_sorted *sorted);
void way_handshakes_reset(struct way_handshakes *handshakes, const struct way_diverted *frame,
                          const struct way_sorted *sorted);

/* Gives the frame to the kernel, counted. */
void way_handshakes_deliver(struct way_handshakes *handshakes, const struct way_diverted *frame);

/* Claims the origin connection of an accepted socket, by the tuple and sequence
 * number of its SYN. Returns the descriptor, now the caller's, with its flow; or
 * -ENOENT. */
int way_handshakes_claim(struct way_handshakes *handshakes, const struct way_tuple *tuple,
                         uint32_t seq, struct way_flow *flow);

/* Ends what has waited for too long; to be called about once a second. */
void way_handshakes_tick(struct way_handshakes *handshakes);

#endif
