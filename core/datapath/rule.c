/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RTM_NEWRULE and RTM_NEWROUTE.
 */
#include "core/datapath/rule.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <sys/socket.h>

#include "core/datapath/netlink.h"

/* A request about a rule of ours. */
static struct nl_msg *rule_message(int type, int flags, uint8_t action, uint32_t priority)
{
    struct fib_rule_hdr rule = {.family = AF_INET, .action = action};
    struct nl_msg *message = way_nl_message(type, flags, &rule, sizeof(rule));
    nla_put_u32(message, FRA_PRIORITY, priority);
    nla_put_u8(message, FRA_PROTOCOL, WAY_NL_PROTOCOL);
    return message;
}

int way_rule_lookup(struct nl_sock *nl, const char *interface, uint32_t priority, uint32_t table)
{
    struct nl_msg *message =
        rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, FR_ACT_TO_TBL, priority);
    nla_put_string(message, FRA_IIFNAME, interface);
    nla_put_u32(message, FRA_TABLE, table);
    return way_nl_send(nl, message);
}

int way_rule_own(struct nl_sock *nl, uint8_t protocol, uint32_t priority, uint32_t table)
{
    struct nl_msg *message =
        rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, FR_ACT_TO_TBL, priority);
    nla_put_string(message, FRA_IIFNAME, "lo");
    nla_put_u8(message, FRA_IP_PROTO, protocol);
    nla_put_u32(message, FRA_TABLE, table);
    return way_nl_send(nl, message);
}

int way_rule_route(struct nl_sock *nl, const struct way_icmp_source *to, unsigned ifindex,
                   uint32_t table)
{
    struct rtmsg route = {.rtm_family = AF_INET,
                          .rtm_dst_len = (unsigned char)__builtin_popcount(to->mask),
                          .rtm_protocol = WAY_NL_PROTOCOL,
                          .rtm_scope = RT_SCOPE_LINK,
                          .rtm_type = RTN_UNICAST};
    struct nl_msg *message =
        way_nl_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof(route));
    nla_put_u32(message, RTA_TABLE, table);
    nla_put_u32(message, RTA_DST, to->destination);
    nla_put_u32(message, RTA_OIF, ifindex);
    if (to->source)
        nla_put_u32(message, RTA_PREFSRC, to->source);
    return way_nl_send(nl, message);
}

int way_rule_block(struct nl_sock *nl, const struct way_block *block, uint32_t priority)
{
    struct nl_msg *message =
        rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, FR_ACT_BLACKHOLE, priority);
    nla_put_string(message, FRA_IIFNAME, block->interface);
    if (block->protocol)
        nla_put_u8(message, FRA_IP_PROTO, block->protocol);
    if (block->port) {
        struct fib_rule_port_range range = {block->port, block->port};
        nla_put(message, FRA_DPORT_RANGE, sizeof(range), &range);
    }
    int error = way_nl_send(nl, message);
    return error == -EEXIST ? 0 : error;
}

int way_rule_clear(struct nl_sock *nl, uint32_t priority)
{
    int error;
    do {
        error = way_nl_send(nl, rule_message(RTM_DELRULE, 0, FR_ACT_UNSPEC, priority));
    } while (error == 0);
    return error == -ENOENT ? 0 : error;
}

static struct nl_msg *local_route(int type, int flags, uint32_t table)
{
    struct rtmsg route = {.rtm_family = AF_INET,
                          .rtm_table = RT_TABLE_UNSPEC,
                          .rtm_protocol = WAY_NL_PROTOCOL,
                          .rtm_scope = RT_SCOPE_HOST,
                          .rtm_type = RTN_LOCAL};
    struct nl_msg *message = way_nl_message(type, flags, &route, sizeof(route));
    nla_put_u32(message, RTA_TABLE, table);
    nla_put_u32(message, RTA_OIF, if_nametoindex("lo"));
    return message;
}

int way_rule_local_table(struct nl_sock *nl, uint32_t table)
{
    int error = way_nl_send(nl, local_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, table));
    return error == -EEXIST ? 0 : error;
}

int way_rule_local_table_clear(struct nl_sock *nl, uint32_t table)
{
    int error = way_nl_send(nl, local_route(RTM_DELROUTE, 0, table));
    return error == -ESRCH || error == -ENOENT || error == -ENODEV ? 0 : error;
}
