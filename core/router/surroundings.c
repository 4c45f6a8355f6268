/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks, each with its advice.
 */
#include "core/router/surroundings.h"

#include <linux/capability.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/common/log.h"
#include "core/datapath/link.h"
#include "core/datapath/netlink.h"
#include "core/datapath/sysctl.h"

static bool has_privilege(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &header, data) == 0 &&
           (data[0].effective & (1u << CAP_NET_ADMIN)) != 0;
}

static int check_interface(const char *name)
{
    if (if_nametoindex(name) != 0)
        return 0;
    way_log(WAY_LOG_ERROR, "interface %s: there is none of this name", name);
    return -1;
}

static int check_proxy(struct way_router_settings *settings)
{
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    struct way_next_hop hop;
    int error = way_nl_open(&nl);
    if (error == 0)
        error = way_link_route(nl, settings->proxy, &hop);
    if (error != 0) {
        way_log(WAY_LOG_ERROR, "there is no route to the proxy: %s", strerror(-error));
        return -1;
    }
    if (hop.route_type != RTN_UNICAST) {
        way_log(WAY_LOG_ERROR, "the proxy's address is not another host's (route type %u)",
                hop.route_type);
        return -1;
    }
    for (unsigned i = 0; i < settings->client_count; i++)
        if (strcmp(settings->clients[i], hop.interface) == 0) {
            way_log(WAY_LOG_ERROR, "the proxy is behind %s, which faces clients", hop.interface);
            return -1;
        }
    if (settings->proxy_interface[0] == '\0')
        memcpy(settings->proxy_interface, hop.interface, sizeof(hop.interface));
    return check_interface(settings->proxy_interface);
}

static int check_forwarding(void)
{
    int value = 0;
    if (way_sysctl_get("net/ipv4/ip_forward", &value) == 0 && value == 1)
        return 0;
    way_log(WAY_LOG_ERROR, "net.ipv4.ip_forward is 0: set it (sysctl -w net.ipv4.ip_forward=1)");
    return -1;
}

/* What comes from the proxy bears origins' addresses, and what is diverted comes
 * back by the TUN: strict reverse path filtering drops both. */
static int check_rp_filter(const char *which)
{
    char path[WAY_SYSCTL_PATH_MAX];
    int value = 0;
    snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", which);
    if (way_sysctl_get(path, &value) != 0 || value == 0)
        return 0;
    way_log(
        WAY_LOG_ERROR,
        "net.ipv4.conf.%s.rp_filter is %d: set it to 0 (sysctl -w net.ipv4.conf.%s.rp_filter=0)",
        which, value, which);
    return -1;
}

int way_surroundings_check(struct way_router_settings *settings)
{
    if (!has_privilege()) {
        way_log(WAY_LOG_ERROR, "CAP_NET_ADMIN lacks: run as root, or in a network and user "
                               "namespace of your own");
        return -1;
    }
    int result = 0;
    for (unsigned i = 0; i < settings->client_count; i++)
        result |= check_interface(settings->clients[i]);
    result |= check_forwarding();
    result |= check_rp_filter("all");
    if (check_proxy(settings) == 0)
        result |= check_rp_filter(settings->proxy_interface);
    else
        result = -1;
    return result;
}
