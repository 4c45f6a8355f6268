/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way out for packets in other hosts' names: resets and ICMP errors for the
 * client, and packets that are not ours to answer.
 *
 * It is a raw socket that takes whole IPv4 packets (IP_HDRINCL). The delivery device
 * is no way out: what is written there, the kernel delivers to ourselves.
 */
#ifndef WAYLAY_CORE_PROXY_WAYOUT_H
#define WAYLAY_CORE_PROXY_WAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "core/datapath/diverted.h"

struct way_out {
    int fd; /* -1 when closed */
};

/* Opens it. Returns 0 or a negative errno after logging what lacks. */
int way_out_open(struct way_out *out);

/* Closes it; twice is allowed. */
void way_out_close(struct way_out *out);

/* Sends the packet of `len` bytes (well-formed, with whole checksums) to its
 * destination. Returns 0 or a negative errno. */
int way_out_send(const struct way_out *out, const uint8_t *packet, size_t len);

/* Sends a frame on as a router does: one hop older, its checksum completed in
 * place where the sender left it partial. Returns 0, -ETIME when its time to live
 * is over, -EMSGSIZE when it is longer than the path allows (bulk segments that
 * nobody has cut), or another negative errno. */
int way_out_forward(const struct way_out *out, struct way_diverted *frame);

#endif
