/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Push and translate, with the virtio header kept in line.
 */
#include "core/router/redirect.h"

#include "core/packet/icmp_quote.h"
#include "core/packet/route_option.h"
#include "core/packet/route_push.h"

#ifdef WAY_FAULT_NO_OPTION
/* For tests only: re-addresses the packet and writes no option. */
static enum way_route_result push(struct way_packet *packet, way_be32 proxy,
                                  struct way_route_change *change)
{
    *change =
        (struct way_route_change){.l4_delta = way_route_readdress(packet->data, proxy, 0, 0, 0)};
    return WAY_ROUTE_DONE;
}
#else
#define push way_route_push
#endif

bool way_redirect_push(struct way_diverted *frame, way_be32 proxy, unsigned counter,
                       uint64_t *counters)
{
    struct way_route_change change;
    switch (push(&frame->packet, proxy, &change)) {
    case WAY_ROUTE_DONE:
        break;
    case WAY_ROUTE_SOURCE_ROUTED:
        counters[WAY_ROUTER_DROPPED_SOURCE_ROUTED]++;
        return false;
    case WAY_ROUTE_CANNOT_GROW:
    case WAY_ROUTE_NOT_OURS:
        counters[WAY_ROUTER_DROPPED_WOULD_FRAGMENT]++;
        return false;
    case WAY_ROUTE_MALFORMED:
        counters[way_router_malformed(change.error)]++;
        return false;
    }
    if (!way_diverted_adjust(frame, change.l4_delta, change.grown)) {
        counters[WAY_ROUTER_DROPPED_OFFLOAD]++;
        return false;
    }
    counters[counter]++;
    counters[WAY_ROUTER_RECORD_ROUTE_REMOVED] += change.record_route_removed;
    counters[WAY_ROUTER_OPTIONS_REMOVED] += change.options_removed;
    return true;
}

enum way_translated way_redirect_translate(struct way_diverted *frame, way_be32 proxy,
                                           uint64_t *counters)
{
    struct way_icmp_quote_change change;
    switch (way_icmp_quote_restore(&frame->packet, proxy, &change)) {
    case WAY_ICMP_QUOTE_DONE:
        counters[WAY_ROUTER_TRANSLATED_ICMP]++;
        frame->header = (struct virtio_net_hdr){0}; /* its checksum is whole now */
        return WAY_TRANSLATED;
    case WAY_ICMP_QUOTE_PRIVATE:
        counters[WAY_ROUTER_DROPPED_PRIVATE_ICMP]++;
        return WAY_TRANSLATED_DROP;
    case WAY_ICMP_QUOTE_MALFORMED:
        counters[way_router_malformed(change.error)]++;
        return WAY_TRANSLATED_DROP;
    case WAY_ICMP_QUOTE_NOT_OURS:
        break;
    }
    return WAY_TRANSLATED_NONE;
}
