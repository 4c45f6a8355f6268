/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The snapshot of addresses, from getifaddrs(3).
 */
#include "core/proxy/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/common/log.h"
#include "core/packet/ipv4.h"

static bool has(const way_be32 *list, unsigned count, way_be32 address)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i] == address)
            return true;
    return false;
}

static way_be32 address_in(const struct sockaddr *from)
{
    return ((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr;
}

static void add(way_be32 *list, unsigned *count, way_be32 address)
{
    if (has(list, *count, address))
        return;
    if (*count == WAY_ADDRESSES_MAX) {
        way_log(WAY_LOG_WARNING, "more than %d addresses: the rest is not known as own",
                WAY_ADDRESSES_MAX);
        return;
    }
    list[(*count)++] = address;
}

int way_addresses_read(struct way_addresses *out)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0)
        return -errno;
    *out = (struct way_addresses){0};
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || !one->ifa_netmask)
            continue;
        way_be32 own = address_in(one->ifa_addr), mask = address_in(one->ifa_netmask);
        add(out->own, &out->own_count, own);
        /* From the mask, not from the interface: the kernel's tables do so, too. */
        if (one->ifa_flags & IFF_BROADCAST && ntohl(~mask) > 1)
            add(out->broadcast, &out->broadcast_count, own | ~mask);
    }
    freeifaddrs(all);
    return 0;
}

bool way_addresses_own(const struct way_addresses *addresses, way_be32 address)
{
    return has(addresses->own, addresses->own_count, address);
}

bool way_addresses_foreign_host(const struct way_addresses *addresses, way_be32 address)
{
    return way_ipv4_is_host_address(address) && !way_addresses_own(addresses, address) &&
           !has(addresses->broadcast, addresses->broadcast_count, address);
}
