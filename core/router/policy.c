/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The questions of policy.h, in their order.
 */
#include "core/router/policy.h"

#include <stdbool.h>

#include "core/packet/icmp.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_option.h"
#include "core/packet/tcp.h"

static struct way_decision decide(enum way_verdict verdict, unsigned counter)
{
    return (struct way_decision){.verdict = verdict, .counter = counter};
}

static struct way_decision malformed(enum way_packet_error error)
{
    return decide(WAY_VERDICT_DROP, way_router_malformed(error));
}

static bool is_client(const struct way_router_settings *settings, way_be32 address)
{
    for (unsigned i = 0; i < settings->prefix_count; i++)
        if (way_prefix_has(&settings->prefixes[i], address))
            return true;
    return false;
}

static bool is_local(const struct way_policy *policy, way_be32 address)
{
    for (unsigned i = 0; i < policy->local_count; i++)
        if (policy->locals[i] == address)
            return true;
    return false;
}

/* Questions 5 and 6: of a packet that is to be redirected. */
static struct way_decision decide_growth(const struct way_policy *policy, const struct way_ipv4 *ip,
                                         size_t segment_len, unsigned counter)
{
    if (ip->ttl <= 1)
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_TTL);
    if (segment_len + WAY_ROUTE_OPTION_LEN <= policy->mtu)
        return decide(WAY_VERDICT_PUSH, counter);
    if (!ip->dont_fragment && ip->header_len == WAY_IPV4_BASE_LEN && segment_len >= ip->total_len)
        return decide(WAY_VERDICT_FRAGMENT, counter);
    if (!ip->dont_fragment)
        return decide(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_WOULD_FRAGMENT);
    struct way_decision answer = decide(WAY_VERDICT_ANSWER, WAY_ROUTER_ANSWERED_TOO_LONG);
    answer.mtu = (uint16_t)(policy->mtu - WAY_ROUTE_OPTION_LEN);
    return answer;
}

/* A later fragment follows its first. One that is not known might be of a service:
 * nothing of a service passes half redirected. */
static struct way_decision decide_later_fragment(const struct way_policy *policy,
                                                 const struct way_ipv4 *ip,
                                                 const struct way_policy_state *state)
{
    switch (way_fragments_ask(state->fragments, ip, state->now)) {
    case WAY_FRAGMENT_PUSH:
        return decide_growth(policy, ip, ip->total_len, WAY_ROUTER_PUSHED);
    case WAY_FRAGMENT_PASS:
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_FRAGMENT);
    case WAY_FRAGMENT_UNKNOWN:
        break;
    }
    return decide(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_FRAGMENT);
}

static struct way_decision decide_tcp(const struct way_policy *policy, const struct way_ipv4 *ip,
                                      size_t segment_len, const struct way_policy_state *state)
{
    uint16_t source_port;
    uint16_t port;
    if (!is_client(policy->settings, ip->source))
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_SOURCE);
    if (ip->fragment_offset != 0)
        return decide_later_fragment(policy, ip, state);
    enum way_packet_error error = way_tcp_ports(ip, &source_port, &port);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    bool service = way_services_has(&policy->settings->services, port);
    if (ip->more_fragments)
        way_fragments_note(state->fragments, ip, service ? WAY_FRAGMENT_PUSH : WAY_FRAGMENT_PASS,
                           state->now);
    if (!service)
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_SERVICE);
    return decide_growth(policy, ip, segment_len, WAY_ROUTER_PUSHED);
}

/* Is the quoted packet one that the proxy sent to a client in an origin's name? */
static bool is_proxys_answer(const struct way_policy *policy, const struct way_ipv4 *quoted)
{
    uint16_t port;
    uint16_t client_port;
    return quoted->protocol == WAY_PROTOCOL_TCP &&
           is_client(policy->settings, quoted->destination) &&
           way_tcp_ports(quoted, &port, &client_port) == WAY_PACKET_OK &&
           way_services_has(&policy->settings->services, port);
}

static struct way_decision decide_icmp(const struct way_policy *policy, const struct way_ipv4 *ip,
                                       size_t segment_len)
{
    struct way_icmp icmp;
    struct way_ipv4 quoted;
    enum way_packet_error error = way_icmp_parse(ip, &icmp);
    if (error == WAY_PACKET_IP_FRAGMENT)
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_FRAGMENT);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (!way_icmp_is_error(icmp.type) || icmp.type == WAY_ICMP_REDIRECT)
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER);
    error = way_ipv4_parse_quote(icmp.quote.at, way_cursor_left(&icmp.quote), &quoted);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (quoted.source != ip->destination || !is_proxys_answer(policy, &quoted))
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER);
    return decide_growth(policy, ip, segment_len, WAY_ROUTER_PUSHED_ICMP);
}

static enum way_packet_error parse(const uint8_t *data, size_t len, struct way_ipv4 *out)
{
    enum way_packet_error error = way_ipv4_parse(data, len, out);
    if (error == WAY_PACKET_OK && !way_ipv4_checksum_ok(out))
        error = WAY_PACKET_IP_CHECKSUM;
    return error;
}

struct way_decision way_policy_decide_icmp(const struct way_policy *policy, const uint8_t *data,
                                           size_t len)
{
    struct way_ipv4 ip;
    enum way_packet_error error = parse(data, len, &ip);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (ip.protocol != WAY_PROTOCOL_ICMP || ip.destination == policy->settings->proxy ||
        is_local(policy, ip.destination))
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER);
    return decide_icmp(policy, &ip, len);
}

struct way_decision way_policy_decide(const struct way_policy *policy,
                                      const struct way_policy_state *state, const uint8_t *data,
                                      size_t len, size_t segment_len)
{
    struct way_ipv4 ip;
    enum way_packet_error error = parse(data, len, &ip);
    if (error != WAY_PACKET_OK)
        return malformed(error);
    if (ip.destination == policy->settings->proxy)
        return decide(WAY_VERDICT_DROP, WAY_ROUTER_DROPPED_TO_PROXY);
    if (is_local(policy, ip.destination))
        return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_LOCAL);
    if (ip.protocol == WAY_PROTOCOL_TCP)
        return decide_tcp(policy, &ip, segment_len, state);
    if (ip.protocol == WAY_PROTOCOL_ICMP)
        return decide_icmp(policy, &ip, segment_len);
    return decide(WAY_VERDICT_PASS, WAY_ROUTER_PASSED_OTHER);
}
