/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Routing netlink for what it can do, the ethtool ioctl for offloads.
 */
#include "emu/wire/device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/common/cleanup.h"

enum { MAC_LEN = 6 };

static void free_socket(struct nl_sock **nl)
{
    if (*nl)
        nl_socket_free(*nl);
}
#define AUTO_NL WAY_AUTO(free_socket)

static void free_link(struct rtnl_link **link)
{
    if (*link)
        rtnl_link_put(*link);
}
#define AUTO_LINK WAY_AUTO(free_link)

static void free_address(struct nl_addr **address)
{
    if (*address)
        nl_addr_put(*address);
}

/* libnl's error number as an errno: what it does not know is EIO. */
static int errno_of(int nl_error)
{
    static const struct {
        int from, to;
    } known[] = {{NLE_NOMEM, ENOMEM}, {NLE_PERM, EPERM},           {NLE_NODEV, ENODEV},
                 {NLE_BUSY, EBUSY},   {NLE_INVAL, EINVAL},         {NLE_OBJ_NOTFOUND, ENODEV},
                 {NLE_RANGE, EINVAL}, {NLE_NOADDR, EADDRNOTAVAIL}, {NLE_OPNOTSUPP, EOPNOTSUPP},
                 {NLE_EXIST, EEXIST}, {NLE_NOACCESS, EACCES}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (abs(nl_error) == known[i].from)
            return -known[i].to;
    return -EIO;
}

static struct nl_sock *open_socket(int *error)
{
    struct nl_sock *nl = nl_socket_alloc();
    int result = nl ? nl_connect(nl, NETLINK_ROUTE) : -NLE_NOMEM;
    if (result == 0)
        return nl;
    free_socket(&nl);
    *error = errno_of(result);
    return NULL;
}

/* The device as the kernel describes it, by name or (NULL) index. */
static struct rtnl_link *get_link(struct nl_sock *nl, const char *name, unsigned index, int *error)
{
    struct rtnl_link *link = NULL;
    int result = rtnl_link_get_kernel(nl, (int)index, name, &link);
    if (result < 0)
        *error = errno_of(result);
    return result < 0 ? NULL : link;
}

int way_device_index(const char *name)
{
    unsigned index = if_nametoindex(name);
    return index > 0 ? (int)index : -errno;
}

int way_device_set_up(const char *name, const struct way_device_setup *setup)
{
    int error = 0;
    AUTO_NL struct nl_sock *nl = open_socket(&error);
    AUTO_LINK struct rtnl_link *wanted = nl ? rtnl_link_alloc() : NULL;
    int index = way_device_index(name);
    if (!wanted || index < 0)
        return !nl ? error : !wanted ? -ENOMEM : index;
    AUTO_LINK struct rtnl_link *now = get_link(nl, NULL, (unsigned)index, &error);
    if (!now)
        return error;
    if (setup->mtu > 0)
        rtnl_link_set_mtu(wanted, (unsigned)setup->mtu);
    if (setup->queue > 0)
        rtnl_link_set_txqlen(wanted, setup->queue);
    if (setup->address) {
        WAY_AUTO(free_address)
        struct nl_addr *address = nl_addr_build(AF_LLC, setup->address, MAC_LEN);
        if (!address)
            return -ENOMEM;
        rtnl_link_set_addr(wanted, address);
    }
    rtnl_link_set_flags(wanted, IFF_UP | (setup->without_arp ? IFF_NOARP : 0U));
    int result = rtnl_link_change(nl, now, wanted, 0);
    return result < 0 ? errno_of(result) : 0;
}

/* Devices of other kinds name others too: what they stand on. */
static bool is_veth(struct rtnl_link *link)
{
    const char *kind = rtnl_link_get_type(link);
    return kind && strcmp(kind, "veth") == 0;
}

int way_device_peer(const char *name, unsigned *index, bool *elsewhere)
{
    int error = 0;
    AUTO_NL struct nl_sock *nl = open_socket(&error);
    AUTO_LINK struct rtnl_link *link = nl ? get_link(nl, name, 0, &error) : NULL;
    if (!link)
        return error;
    int peer = rtnl_link_get_link(link);
    if (peer <= 0 || !is_veth(link))
        return -ENODEV;
    int namespace;
    *elsewhere = rtnl_link_get_link_netnsid(link, &namespace) == 0;
    *index = (unsigned)peer;
    return 0;
}

bool way_device_is_pair(unsigned index, unsigned other)
{
    int error = 0;
    AUTO_NL struct nl_sock *nl = open_socket(&error);
    AUTO_LINK struct rtnl_link *link = nl ? get_link(nl, NULL, index, &error) : NULL;
    return link && is_veth(link) && rtnl_link_get_link(link) == (int)other;
}

int way_device_drops(unsigned index, uint64_t *drops)
{
    int error = 0;
    AUTO_NL struct nl_sock *nl = open_socket(&error);
    AUTO_LINK struct rtnl_link *link = nl ? get_link(nl, NULL, index, &error) : NULL;
    if (!link)
        return error;
    *drops = rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED);
    return 0;
}

int way_device_offload(unsigned index, bool on)
{
    static const uint32_t features[] = {ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO};
    const size_t count = sizeof(features) / sizeof(features[0]);
    WAY_AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {0};
    if (fd < 0 || !if_indextoname(index, request.ifr_name))
        return -errno;
    for (size_t i = 0; i < count; i++) { /* off in the other order: one needs the other */
        struct ethtool_value value = {features[on ? i : count - 1 - i], on};
        request.ifr_data = (char *)&value;
        if (ioctl(fd, SIOCETHTOOL, &request) != 0)
            return -errno;
    }
    return 0;
}
