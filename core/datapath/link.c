/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interfaces over RTM_SETLINK, routes over RTM_GETROUTE.
 */
#include "core/datapath/link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/common/cleanup.h"
#include "core/datapath/netlink.h"

int way_link_up(struct nl_sock *nl, unsigned ifindex)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC,
                             .ifi_index = (int)ifindex,
                             .ifi_flags = IFF_UP,
                             .ifi_change = IFF_UP};
    return way_nl_send(nl, way_nl_message(RTM_NEWLINK, 0, &link, sizeof(link)));
}

int way_link_gso_max(struct nl_sock *nl, unsigned ifindex, uint32_t bytes)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
    struct nl_msg *message = way_nl_message(RTM_NEWLINK, 0, &link, sizeof(link));
    nla_put_u32(message, IFLA_GSO_MAX_SIZE, bytes);
    return way_nl_send(nl, message);
}

int way_link_queue(struct nl_sock *nl, unsigned ifindex, uint32_t packets)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
    struct nl_msg *message = way_nl_message(RTM_NEWLINK, 0, &link, sizeof(link));
    nla_put_u32(message, IFLA_TXQLEN, packets);
    return way_nl_send(nl, message);
}

int way_link_mtu(const char *interface, uint32_t *mtu)
{
    WAY_AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {0};
    if (fd < 0)
        return -errno;
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
    if (ioctl(fd, SIOCGIFMTU, &request) != 0)
        return -errno;
    *mtu = (uint32_t)request.ifr_mtu;
    return 0;
}

static void read_facts(struct nlmsghdr *message, void *context)
{
    struct way_link_facts *out = context;
    struct nlattr *attributes[IFLA_MAX + 1];
    struct rtnl_link_stats64 stats;

    if (message->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(message, sizeof(struct ifinfomsg), attributes, IFLA_MAX, NULL) != 0)
        return;
    if (attributes[IFLA_LINK] && !attributes[IFLA_LINK_NETNSID])
        out->peer = nla_get_u32(attributes[IFLA_LINK]);
    if (attributes[IFLA_ADDRESS] && nla_len(attributes[IFLA_ADDRESS]) == sizeof(out->address))
        memcpy(out->address, nla_data(attributes[IFLA_ADDRESS]), sizeof(out->address));
    if (attributes[IFLA_STATS64]) {
        memset(&stats, 0, sizeof(stats));
        nla_memcpy(&stats, attributes[IFLA_STATS64], sizeof(stats));
        out->tx_dropped = stats.tx_dropped;
    }
}

int way_link_facts(struct nl_sock *nl, unsigned ifindex, struct way_link_facts *out)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
    *out = (struct way_link_facts){0};
    return way_nl_ask(nl, way_nl_message(RTM_GETLINK, 0, &link, sizeof(link)), read_facts, out);
}

static void read_route(struct nlmsghdr *message, void *context)
{
    struct way_next_hop *out = context;
    const struct rtmsg *route = nlmsg_data(message);
    struct nlattr *attributes[RTA_MAX + 1];
    struct nlattr *metrics[RTAX_MAX + 1];

    if (message->nlmsg_type != RTM_NEWROUTE ||
        nlmsg_parse(message, sizeof(*route), attributes, RTA_MAX, NULL) != 0)
        return;
    out->route_type = route->rtm_type;
    if (attributes[RTA_OIF])
        out->ifindex = nla_get_u32(attributes[RTA_OIF]);
    if (attributes[RTA_PREFSRC])
        out->source = nla_get_u32(attributes[RTA_PREFSRC]);
    if (attributes[RTA_METRICS] &&
        nla_parse_nested(metrics, RTAX_MAX, attributes[RTA_METRICS], NULL) == 0 &&
        metrics[RTAX_MTU])
        out->mtu = nla_get_u32(metrics[RTAX_MTU]);
}

int way_link_route(struct nl_sock *nl, way_be32 destination, struct way_next_hop *out)
{
    struct rtmsg route = {.rtm_family = AF_INET, .rtm_dst_len = 32};
    struct nl_msg *message = way_nl_message(RTM_GETROUTE, 0, &route, sizeof(route));
    nla_put_u32(message, RTA_DST, destination);
    *out = (struct way_next_hop){0};
    int error = way_nl_ask(nl, message, read_route, out);
    if (error != 0)
        return error;
    if (!if_indextoname(out->ifindex, out->interface))
        return -ENODEV;
    return out->mtu ? 0 : way_link_mtu(out->interface, &out->mtu);
}
