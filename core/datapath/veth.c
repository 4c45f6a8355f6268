/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RTM_NEWLINK and RTM_DELLINK for veth.
 */
#include "core/datapath/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <string.h>
#include <sys/socket.h>

#include "core/datapath/netlink.h"

static const struct ifinfomsg without_arp = {
    .ifi_family = AF_UNSPEC, .ifi_flags = IFF_NOARP, .ifi_change = IFF_NOARP};

/* What both ends have. */
static void put_end(struct nl_msg *message, uint32_t group, uint32_t mtu)
{
    nla_put_u32(message, IFLA_GROUP, group);
    nla_put_u32(message, IFLA_MTU, mtu);
    nla_put_u32(message, IFLA_GSO_MAX_SIZE, mtu);
}

int way_veth_make(struct nl_sock *nl, const char *name, uint32_t group, uint32_t mtu)
{
    struct ifinfomsg link = without_arp;
    struct nl_msg *message =
        way_nl_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
    nla_put_string(message, IFLA_IFNAME, name);
    put_end(message, group, mtu);
    struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO);
    nla_put_string(message, IFLA_INFO_KIND, "veth");
    struct nlattr *data = nla_nest_start(message, IFLA_INFO_DATA);
    struct nlattr *peer = nla_nest_start(message, VETH_INFO_PEER);
    nlmsg_append(message, &link, sizeof(link), NLMSG_ALIGNTO);
    nla_put_string(message, IFLA_IFNAME, "waylay%d"); /* the kernel puts a number there */
    put_end(message, group, mtu);
    nla_nest_end(message, peer);
    nla_nest_end(message, data);
    nla_nest_end(message, info);
    return way_nl_send(nl, message);
}

/* Ends of a group's pairs, as many as one dump finds. */
struct ends {
    uint32_t group;
    unsigned count;
    int ifindex[64];
};

static void collect(struct nlmsghdr *message, void *context)
{
    struct ends *ends = context;
    const struct ifinfomsg *link = nlmsg_data(message);
    struct nlattr *attributes[IFLA_MAX + 1];
    struct nlattr *info[IFLA_INFO_MAX + 1];

    if (message->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(message, sizeof(*link), attributes, IFLA_MAX, NULL) != 0 ||
        !attributes[IFLA_GROUP] || nla_get_u32(attributes[IFLA_GROUP]) != ends->group ||
        !attributes[IFLA_LINKINFO] ||
        nla_parse_nested(info, IFLA_INFO_MAX, attributes[IFLA_LINKINFO], NULL) != 0 ||
        !info[IFLA_INFO_KIND] || nla_strcmp(info[IFLA_INFO_KIND], "veth") != 0)
        return;
    if (ends->count < sizeof(ends->ifindex) / sizeof(ends->ifindex[0]))
        ends->ifindex[ends->count++] = link->ifi_index;
}

int way_veth_clear(struct nl_sock *nl, uint32_t group)
{
    struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
    struct ends ends = {.group = group};
    int error =
        way_nl_ask(nl, way_nl_message(RTM_GETLINK, NLM_F_DUMP, &any, sizeof(any)), collect, &ends);
    for (unsigned i = 0; i < ends.count && error == 0; i++) {
        struct ifinfomsg end = {.ifi_family = AF_UNSPEC, .ifi_index = ends.ifindex[i]};
        error = way_nl_send(nl, way_nl_message(RTM_DELLINK, 0, &end, sizeof(end)));
        if (error == -ENODEV) /* it went with the other end */
            error = 0;
    }
    return error;
}
