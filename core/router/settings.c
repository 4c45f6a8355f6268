/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of the router's configuration.
 */
#include "core/router/settings.h"

#include <stdio.h>
#include <string.h>

#include "core/datapath/device.h"

enum { PREFIXES_PER_CLIENT_MAX = 32 };

static int read_prefix(struct way_config_at at, void *target, const void *limits)
{
    struct way_router_settings *settings = target;
    struct way_prefix prefix;
    if (way_config_prefix(at, &prefix, limits) != 0)
        return -1;
    if (settings->prefix_count == WAY_ROUTER_PREFIXES_MAX)
        return way_config_refuse(at, "at most %d prefixes in all", WAY_ROUTER_PREFIXES_MAX);
    if (settings->proxy && way_prefix_has(&prefix, settings->proxy))
        return way_config_refuse(at, "a prefix without the proxy's address");
    settings->prefix_client[settings->prefix_count] = settings->client_count;
    settings->prefixes[settings->prefix_count++] = prefix;
    return 0;
}

static int read_prefixes(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "prefixes", 1, PREFIXES_PER_CLIENT_MAX, read_prefix, target, limits);
}

static int read_client_interface(struct way_config_at at, void *target, const void *limits)
{
    struct way_router_settings *settings = target;
    char *name = settings->clients[settings->client_count];
    if (way_config_interface(at, name, limits) != 0)
        return -1;
    for (unsigned i = 0; i < settings->client_count; i++)
        if (strcmp(settings->clients[i], name) == 0)
            return way_config_refuse(at, "each interface once");
    if (strcmp(settings->proxy_interface, name) == 0)
        return way_config_refuse(at, "another interface than the proxy's");
    return 0;
}

static int read_client(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("interface", read_client_interface, NULL, true),
        WAY_CONFIG_WHOLE("prefixes", read_prefixes, NULL, true), WAY_CONFIG_END};
    (void)limits;
    struct way_router_settings *settings = target;
    if (way_config_mapping(at, fields, settings) != 0)
        return -1;
    settings->client_count++;
    return 0;
}

static int read_clients(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "clients", 1, WAY_ROUTER_CLIENTS_MAX, read_client, target, limits);
}

static int read_proxy_address(struct way_config_at at, void *target, const void *limits)
{
    struct way_router_settings *settings = target;
    if (way_config_address(at, &settings->proxy, limits) != 0)
        return -1;
    for (unsigned i = 0; i < settings->prefix_count; i++)
        if (way_prefix_has(&settings->prefixes[i], settings->proxy))
            return way_config_refuse(at, "an address outside the clients' prefixes");
    return 0;
}

static int read_proxy_interface(struct way_config_at at, void *target, const void *limits)
{
    struct way_router_settings *settings = target;
    if (way_config_interface(at, settings->proxy_interface, limits) != 0)
        return -1;
    for (unsigned i = 0; i < settings->client_count; i++)
        if (strcmp(settings->clients[i], settings->proxy_interface) == 0)
            return way_config_refuse(at, "an interface that faces no clients");
    return 0;
}

static int read_proxy(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("address", read_proxy_address, NULL, true),
        WAY_CONFIG_WHOLE("interface", read_proxy_interface, NULL, false), WAY_CONFIG_END};
    (void)limits;
    return way_config_mapping(at, fields, target);
}

int way_router_settings_read(struct way_config *file, struct way_router_settings *out)
{
    static const char *const failures[] = {"open", "closed", NULL};
    static const char *const devices[] = WAY_DEVICE_CHOICES;
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("clients", read_clients, NULL, true),
        WAY_CONFIG_REQUIRED("services", way_services_read, struct way_router_settings, services,
                            NULL),
        WAY_CONFIG_WHOLE("proxy", read_proxy, NULL, true),
        WAY_CONFIG_OPTIONAL("device", way_config_enum, struct way_router_settings, device, devices),
        WAY_CONFIG_OPTIONAL("tun", way_config_interface, struct way_router_settings, tun, NULL),
        WAY_CONFIG_OPTIONAL("icmp_tun", way_config_interface, struct way_router_settings, icmp_tun,
                            NULL),
        WAY_CONFIG_OPTIONAL("on_failure", way_config_enum, struct way_router_settings, on_failure,
                            failures),
        WAY_CONFIG_END};
    *out = (struct way_router_settings){.tun = "waylay-r"};
    if (way_config_mapping(way_config_root(file), fields, out) != 0)
        return -1;
    if (out->icmp_tun[0] == '\0')
        snprintf(out->icmp_tun, sizeof(out->icmp_tun), "%.13s-i", out->tun);
    return 0;
}
