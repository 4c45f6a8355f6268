/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RTM_NEWQDISC and RTM_NEWTFILTER for clsact, u32 and mirred.
 */
#include "core/datapath/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>
#include <string.h>
#include <sys/socket.h>

#include "core/datapath/netlink.h"

static const uint32_t INGRESS = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
static const uint32_t EGRESS = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);

static struct nl_msg *qdisc_message(int type, int flags, unsigned ifindex)
{
    struct tcmsg qdisc = {.tcm_family = AF_UNSPEC,
                          .tcm_ifindex = (int)ifindex,
                          .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
                          .tcm_parent = TC_H_CLSACT};
    struct nl_msg *message = way_nl_message(type, flags, &qdisc, sizeof(qdisc));
    nla_put_string(message, TCA_KIND, "clsact");
    return message;
}

int way_filter_prepare(struct nl_sock *nl, unsigned ifindex)
{
    int error = way_nl_send(nl, qdisc_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex));
    return error == -EEXIST ? 0 : error;
}

/* The redirect into `target`, as the filter's only action. */
static void put_action(struct nl_msg *message, unsigned target)
{
    struct tc_mirred mirred = {
        .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = target};
    struct nlattr *actions = nla_nest_start(message, TCA_U32_ACT);
    struct nlattr *first = nla_nest_start(message, 1);
    nla_put_string(message, TCA_ACT_KIND, "mirred");
    struct nlattr *options = nla_nest_start(message, TCA_ACT_OPTIONS);
    nla_put(message, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
    nla_nest_end(message, options);
    nla_nest_end(message, first);
    nla_nest_end(message, actions);
}

static void put_selector(struct nl_msg *message, const struct way_match *match)
{
    struct {
        struct tc_u32_sel selector;
        struct tc_u32_key keys[WAY_DIVERSION_KEYS_MAX];
    } both = {.selector = {.flags = TC_U32_TERMINAL, .nkeys = (unsigned char)match->count}};

    for (unsigned i = 0; i < match->count; i++)
        both.keys[i] = (struct tc_u32_key){.mask = htonl(match->keys[i].mask),
                                           .val = htonl(match->keys[i].value),
                                           .off = match->keys[i].offset};
    nla_put(message, TCA_U32_SEL,
            (int)(sizeof(both.selector) + match->count * sizeof(both.keys[0])), &both);
}

int way_filter_add(struct nl_sock *nl, unsigned ifindex, uint16_t preference,
                   const struct way_match *match, unsigned target)
{
    struct tcmsg filter = {.tcm_family = AF_UNSPEC,
                           .tcm_ifindex = (int)ifindex,
                           .tcm_parent = INGRESS,
                           .tcm_info = TC_H_MAKE((uint32_t)preference << 16, htons(ETH_P_IP))};
    struct nl_msg *message =
        way_nl_message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &filter, sizeof(filter));
    nla_put_string(message, TCA_KIND, "u32");
    struct nlattr *options = nla_nest_start(message, TCA_OPTIONS);
    put_selector(message, match);
    put_action(message, target);
    nla_nest_end(message, options);
    return way_nl_send(nl, message);
}

static void note_presence(struct nlmsghdr *message, void *context)
{
    (void)message;
    *(bool *)context = true;
}

/* Whether the interface has any filter at this side of clsact. When that cannot
 * be found out, it has. */
static bool has_filters(struct nl_sock *nl, unsigned ifindex, uint32_t side)
{
    struct tcmsg filter = {
        .tcm_family = AF_UNSPEC, .tcm_ifindex = (int)ifindex, .tcm_parent = side};
    bool present = false;
    int error = way_nl_ask(nl, way_nl_message(RTM_GETTFILTER, NLM_F_DUMP, &filter, sizeof(filter)),
                           note_presence, &present);
    return error != 0 || present;
}

int way_filter_clear(struct nl_sock *nl, unsigned ifindex, uint16_t preference)
{
    struct tcmsg filter = {.tcm_family = AF_UNSPEC,
                           .tcm_ifindex = (int)ifindex,
                           .tcm_parent = INGRESS,
                           .tcm_info = TC_H_MAKE((uint32_t)preference << 16, htons(ETH_P_IP))};
    int error = way_nl_send(nl, way_nl_message(RTM_DELTFILTER, 0, &filter, sizeof(filter)));
    if (error == -EINVAL || error == -ENOENT || error == -EOPNOTSUPP)
        return -ENOENT; /* no clsact there, or no filter of ours */
    if (error != 0)
        return error;
    if (!has_filters(nl, ifindex, INGRESS) && !has_filters(nl, ifindex, EGRESS))
        error = way_nl_send(nl, qdisc_message(RTM_DELQDISC, 0, ifindex));
    return error == -ENOENT || error == -EINVAL ? 0 : error;
}
