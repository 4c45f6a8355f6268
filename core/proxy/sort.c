/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sorting of diverted packets: restore, validate, then one step a protocol.
 */
#include "core/proxy/sort.h"

#include "core/packet/icmp.h"
#include "core/packet/route_push.h"

static struct way_sorted drop(unsigned counter)
{
    return (struct way_sorted){.verdict = WAY_SORT_DROP, .counter = counter};
}

static struct way_sorted malformed(enum way_packet_error error)
{
    return drop((unsigned)WAY_COUNT_MALFORMED + error);
}

static struct way_sorted plainly(enum way_sort_verdict verdict)
{
    return (struct way_sorted){.verdict = verdict};
}

static bool checksum_is_trusted(const struct virtio_net_hdr *header)
{
    return header->flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID);
}

static struct way_sorted sort_tcp(const struct way_diverted *frame, const struct way_ipv4 *ip,
                                  const struct way_sort_rules *rules)
{
    struct way_tcp tcp;
    if (ip->fragment_offset != 0)
        return plainly(WAY_SORT_DELIVER); /* for reassembly: its first fragment has the ports */
    enum way_packet_error error = way_tcp_parse(ip, &tcp);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (!way_services_has(rules->services, tcp.destination_port))
        return plainly(WAY_SORT_FORWARD);
    bool is_syn = (tcp.flags & (WAY_TCP_SYN | WAY_TCP_ACK)) == WAY_TCP_SYN;
    if (!is_syn && !(tcp.flags & WAY_TCP_RST))
        return plainly(WAY_SORT_DELIVER);
    if (ip->more_fragments)
        return drop(WAY_COUNT_DROPPED_SYN_FRAGMENT);
    return (struct way_sorted){.verdict = is_syn ? WAY_SORT_SYN : WAY_SORT_RESET,
                               .tuple = way_tuple_of_client(ip, &tcp),
                               .seq = tcp.seq,
                               .flags = tcp.flags,
                               .checksum_wrong = !checksum_is_trusted(&frame->header) &&
                                                 !way_tcp_checksum_ok(ip)};
}

/* Errors about what our kernel sent in the origin's name are the kernel's. */
static struct way_sorted sort_icmp(const struct way_ipv4 *ip, const struct way_sort_rules *rules)
{
    struct way_icmp icmp;
    struct way_ipv4 quoted;
    uint16_t from, to;
    enum way_packet_error error = way_icmp_parse(ip, &icmp);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (!way_icmp_is_error(icmp.type))
        return plainly(WAY_SORT_FORWARD);
    error = way_ipv4_parse_quote(icmp.quote.at, way_cursor_left(&icmp.quote), &quoted);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (quoted.protocol != WAY_PROTOCOL_TCP || way_tcp_ports(&quoted, &from, &to) != WAY_PACKET_OK)
        return plainly(WAY_SORT_FORWARD);
    return plainly(way_services_has(rules->services, from) ? WAY_SORT_DELIVER : WAY_SORT_FORWARD);
}

static struct way_sorted sort_restored(const struct way_diverted *frame,
                                       const struct way_sort_rules *rules)
{
    struct way_ipv4 ip;
    enum way_packet_error error = way_ipv4_parse(frame->packet.data, frame->packet.len, &ip);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (!way_addresses_foreign_host(rules->addresses, ip.destination))
        return drop(WAY_COUNT_DROPPED_ORIGIN);
    if (!way_addresses_foreign_host(rules->addresses, ip.source))
        return drop(WAY_COUNT_DROPPED_CLIENT);
    if (ip.protocol == WAY_PROTOCOL_TCP)
        return sort_tcp(frame, &ip, rules);
    if (ip.protocol == WAY_PROTOCOL_ICMP)
        return sort_icmp(&ip, rules);
    return plainly(WAY_SORT_FORWARD);
}

/* To a service's port, but without options. What is addressed to us lost ours on its way
 * here: whom it was meant for, nobody knows. A later fragment only looks like it. */
static struct way_sorted sort_plain(const struct way_ipv4 *ip, bool is_own)
{
    if (!is_own)
        return plainly(WAY_SORT_FORWARD);
    return ip->fragment_offset != 0 ? plainly(WAY_SORT_DELIVER) : drop(WAY_COUNT_DROPPED_NO_OPTION);
}

struct way_sorted way_sort(struct way_diverted *frame, const struct way_sort_rules *rules)
{
    struct way_ipv4 ip;
    struct way_route_change change;
    way_be32 origin;

    enum way_packet_error error = way_ipv4_parse(frame->packet.data, frame->packet.len, &ip);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    bool is_own = way_addresses_own(rules->addresses, ip.destination);
    if (way_cursor_left(&ip.options) == 0)
        return sort_plain(&ip, is_own);
    if (!is_own)
        return drop(WAY_COUNT_DROPPED_NOT_TO_US);
    switch (way_route_pop(&frame->packet, &origin, &change)) {
    case WAY_ROUTE_DONE:
        break;
    case WAY_ROUTE_SOURCE_ROUTED:
        return drop(WAY_COUNT_DROPPED_SOURCE_ROUTED);
    case WAY_ROUTE_MALFORMED:
        return malformed(change.error);
    default:
        return drop(WAY_COUNT_DROPPED_OTHER_OPTIONS);
    }
    if (!way_diverted_adjust(frame, change.l4_delta, change.grown))
        return drop(WAY_COUNT_DROPPED_VIRTIO);
    return sort_restored(frame, rules);
}
