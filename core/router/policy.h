/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The router's decision: what becomes of a client's packet.
 *
 * A pure function of the packet, the configuration, what is known of the path to
 * the proxy, and the one thing that the router remembers: what first fragments
 * decided for the rest. There is no state for a connection. The order of its questions is the
 * policy:
 *
 *   1. is it a well-formed IPv4 packet?              else dropped, by kind
 *   2. is it addressed to the proxy?                 dropped, whatever it is: a
 *      forged option would make the proxy connect where the client likes
 *   3. is it addressed to the router itself?         passed
 *   4. is it TCP of a client's to a service, or an ICMP error about the proxy's
 *      answers?                                      else passed
 *   5. may its TTL end here?                         passed, so that the kernel
 *      says so about the packet as the client sent it
 *   6. does it fit the path to the proxy, with 8 bytes more?  else answered (with
 *      DF), or cut into fragments that do
 *   7. then it is pushed.
 *
 * Source routes are found by the push, which walks the options. Only the IPv4
 * header's checksum is verified: the rest is for the ends.
 */
#ifndef WAYLAY_CORE_ROUTER_POLICY_H
#define WAYLAY_CORE_ROUTER_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "core/router/counters.h"
#include "core/router/fragments.h"
#include "core/router/settings.h"

enum { WAY_POLICY_LOCALS_MAX = 64 };

struct way_policy {
    const struct way_router_settings *settings; /* borrowed */
    uint32_t mtu;                               /* towards the proxy, bytes */
    unsigned local_count;
    way_be32 locals[WAY_POLICY_LOCALS_MAX]; /* the router's own addresses */
};

enum way_verdict {
    WAY_VERDICT_PASS,    /* give it back to the kernel as it is */
    WAY_VERDICT_PUSH,    /* redirect it */
    WAY_VERDICT_DROP,    /* forget it */
    WAY_VERDICT_ANSWER,  /* tell its sender that fragmentation is needed, and forget it */
    WAY_VERDICT_FRAGMENT /* cut it, and redirect each fragment */
};

struct way_decision {
    enum way_verdict verdict;
    unsigned counter; /* index to count under: enum way_router_counter, or malformed */
    uint16_t mtu;     /* of the answer: what fits in the client's terms */
};

/* Decides about ICMP that comes from the proxy's side, or is the router's own:
 * questions 1 and 4 to 7 for an ICMP error about the proxy's answers. */
struct way_decision way_policy_decide_icmp(const struct way_policy *policy, const uint8_t *data,
                                           size_t len);

/* What changes from packet to packet. */
struct way_policy_state {
    struct way_fragments *fragments; /* borrowed; first fragments are noted in it */
    int64_t now;                     /* ns, on the clock of the table */
};

/* Decides about the packet of `len` bytes at `data`, which the network will see
 * in pieces of at most `segment_len` bytes (the packet's length, unless the
 * kernel has yet to cut it). */
struct way_decision way_policy_decide(const struct way_policy *policy,
                                      const struct way_policy_state *state, const uint8_t *data,
                                      size_t len, size_t segment_len);

#endif
