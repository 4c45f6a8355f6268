/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the router counts: one table. Malformed packets are counted behind these,
 * by the kinds of core/packet/error.h, as "malformed_<kind>".
 */
#ifndef WAYLAY_CORE_ROUTER_COUNTERS_H
#define WAYLAY_CORE_ROUTER_COUNTERS_H

#include <stdint.h>

#include "core/common/counters.h"
#include "core/packet/error.h"

/* X(enumerator, name, what it counts) */
#define WAY_ROUTER_COUNTERS(X)                                                                     \
    X(SEEN, "seen", "packets that were diverted to the program")                                   \
    X(SEEN_ICMP, "seen_icmp", "ICMP from the proxy's side, and the router's own")                  \
    X(PUSHED, "pushed", "packets redirected to the proxy")                                         \
    X(PUSHED_ICMP, "pushed_icmp", "ICMP errors about the proxy's packets, brought to it")          \
    X(TRANSLATED_ICMP, "translated_icmp", "ICMP errors put into the client's terms")               \
    X(PASSED_SERVICE, "passed_service", "TCP to no redirected service")                            \
    X(PASSED_SOURCE, "passed_source", "TCP from outside the clients' prefixes")                    \
    X(PASSED_LOCAL, "passed_local", "packets to the router's own addresses")                       \
    X(PASSED_TTL, "passed_ttl", "TTL at its end: the kernel answers, in the client's terms")       \
    X(PASSED_FRAGMENT, "passed_fragment", "later fragments of no redirected service")              \
    X(FRAGMENTED, "fragmented", "packets cut so that their fragments could be grown")              \
    X(PASSED_OTHER, "passed_other", "ICMP and others that are not redirected")                     \
    X(ANSWERED_TOO_LONG, "answered_too_long", "fragmentation needed, said to the client")          \
    X(RECORD_ROUTE_REMOVED, "record_route_removed", "clients' own Record Routes taken off")        \
    X(OPTIONS_REMOVED, "options_removed", "clients' options taken off for want of room")           \
    X(DROPPED_TO_PROXY, "dropped_to_proxy", "client packets addressed to the proxy itself")        \
    X(DROPPED_SOURCE_ROUTED, "dropped_source_routed", "source-routed packets to a service")        \
    X(DROPPED_FRAGMENT, "dropped_fragment", "later fragments whose first was not seen")            \
    X(DROPPED_WOULD_FRAGMENT, "dropped_would_fragment", "without DF, and too long to be grown")    \
    X(DROPPED_PRIVATE_ICMP, "dropped_private_icmp", "ICMP errors about the redirect itself")       \
    X(DROPPED_OFFLOAD, "dropped_offload", "virtio headers that contradict their packet")           \
    X(LOST, "lost", "packets that were diverted, but came too fast to be read")                    \
    X(DROPPED_WRITE, "dropped_write", "packets that the kernel did not take back")

#define WAY_ROUTER_COUNTER_ENUMERATOR(suffix, name, meaning) WAY_ROUTER_##suffix,
enum way_router_counter {
    WAY_ROUTER_COUNTERS(WAY_ROUTER_COUNTER_ENUMERATOR)
    /* the first of WAY_PACKET_ERROR_COUNT kinds of malformed packets */
    WAY_ROUTER_MALFORMED,
    WAY_ROUTER_COUNTER_COUNT = WAY_ROUTER_MALFORMED + WAY_PACKET_ERROR_COUNT
};
#undef WAY_ROUTER_COUNTER_ENUMERATOR

/* The counter of a kind of malformed packet. */
static inline unsigned way_router_malformed(enum way_packet_error error)
{
    return (unsigned)WAY_ROUTER_MALFORMED + (unsigned)error;
}

/* Makes the table of names over `values` (WAY_ROUTER_COUNTER_COUNT of them,
 * borrowed). The names are static: one caller a program. */
struct way_counters way_router_counters(const uint64_t *values);

#endif
