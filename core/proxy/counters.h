/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the proxy counts: one table, from which the enumerators and the names in
 * the counters' file are made. Malformed packets are counted by kind, in the
 * names of core/packet/error.h with "malformed_" before them.
 *
 * One thread counts; way_counted is its array.
 */
#ifndef WAYLAY_CORE_PROXY_COUNTERS_H
#define WAYLAY_CORE_PROXY_COUNTERS_H

#include <stdint.h>

#include "core/packet/error.h"

/* X(suffix of the enumerator, name) */
#define WAY_PROXY_COUNTERS(X)                                                                      \
    X(PACKETS, "packets")                                                                          \
    X(LOST, "lost")                                                                                \
    X(DELIVERED, "delivered")                                                                      \
    X(DELIVERY_FAILED, "delivery_failed")                                                          \
    X(FORWARDED, "forwarded")                                                                      \
    X(FORWARD_FAILED, "forward_failed")                                                            \
    X(DROPPED_TTL, "dropped_ttl")                                                                  \
    X(DROPPED_NOT_TO_US, "dropped_not_to_us")                                                      \
    X(DROPPED_NO_OPTION, "dropped_no_option")                                                      \
    X(DROPPED_OTHER_OPTIONS, "dropped_other_options")                                              \
    X(DROPPED_SOURCE_ROUTED, "dropped_source_routed")                                              \
    X(DROPPED_ORIGIN, "dropped_origin_address")                                                    \
    X(DROPPED_CLIENT, "dropped_client_address")                                                    \
    X(DROPPED_VIRTIO, "dropped_virtio_header")                                                     \
    X(DROPPED_SYN_FRAGMENT, "dropped_syn_fragment")                                                \
    X(DROPPED_SYN_CHECKSUM, "dropped_syn_checksum")                                                \
    X(DROPPED_SYN_FLAGS, "dropped_syn_flags")                                                      \
    X(DROPPED_SYN_FULL, "dropped_syn_table_full")                                                  \
    X(DROPPED_SYN_MEMORY, "dropped_syn_memory")                                                    \
    X(DROPPED_RESET_CHECKSUM, "dropped_reset_checksum")                                            \
    X(SYN_HELD, "syn_held")                                                                        \
    X(SYN_ABSORBED, "syn_absorbed")                                                                \
    X(SYN_REPLACED, "syn_replaced")                                                                \
    X(SYN_PASSED, "syn_passed")                                                                    \
    X(SYN_RELEASED, "syn_released")                                                                \
    X(ACCEPTED, "accepted")                                                                        \
    X(ACCEPTED_UNKNOWN, "accepted_unknown")                                                        \
    X(ACCEPTED_OWN_ADDRESS, "accepted_own_address")                                                \
    X(ACCEPTED_FAILED, "accepted_failed")                                                          \
    X(REFUSED_RST, "refused_rst")                                                                  \
    X(REFUSED_ICMP, "refused_icmp")                                                                \
    X(REFUSAL_FAILED, "refusal_failed")                                                            \
    X(ORIGIN_SILENT, "origin_silent")                                                              \
    X(ORIGIN_FAILED, "origin_failed")                                                              \
    X(EXPIRED_HELD, "expired_held")                                                                \
    X(EXPIRED_RELEASED, "expired_released")                                                        \
    X(CLIENT_RESET, "client_reset")                                                                \
    X(TUNNELS, "tunnels")                                                                          \
    X(REQUESTS, "requests")                                                                        \
    X(CACHE_HITS, "cache_hits")                                                                    \
    X(CACHE_STORED, "cache_stored")                                                                \
    X(HTTP_ERRORS, "http_errors")                                                                  \
    X(ORIGIN_EXTRA_BYTES, "origin_extra_bytes")

#define WAY_PROXY_COUNTER_ENUMERATOR(suffix, name) WAY_COUNT_##suffix,
enum way_proxy_counter {
    WAY_PROXY_COUNTERS(WAY_PROXY_COUNTER_ENUMERATOR) WAY_COUNT_MALFORMED,
    WAY_COUNT_COUNT = WAY_COUNT_MALFORMED + WAY_PACKET_ERROR_COUNT
};
#undef WAY_PROXY_COUNTER_ENUMERATOR

/* The values; WAY_COUNT_MALFORMED + an enum way_packet_error counts that kind. */
extern uint64_t way_counted[WAY_COUNT_COUNT];

/* Counts one. */
static inline void way_count(enum way_proxy_counter counter)
{
    way_counted[counter]++;
}

/* Writes all counters to the file `path` (core/common/counters.h). Returns 0 or a
 * negative errno. */
int way_counted_write(const char *path);

#endif
