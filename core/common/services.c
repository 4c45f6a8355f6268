/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The list of services: a few, so that looking through them is as fast as any table.
 */
#include "core/common/services.h"

struct service {
    int protocol;
    uint16_t port;
};

static int read_service(struct way_config_at at, void *target, const void *limits)
{
    static const char *const protocols[] = {"tcp", NULL};
    static const struct way_config_field fields[] = {
        WAY_CONFIG_REQUIRED("protocol", way_config_enum, struct service, protocol, protocols),
        WAY_CONFIG_REQUIRED("port", way_config_port, struct service, port, NULL), WAY_CONFIG_END};
    (void)limits;
    struct way_services *services = target;
    struct service service = {0};
    if (way_config_mapping(at, fields, &service) != 0)
        return -1;
    if (way_services_has(services, service.port))
        return way_config_refuse(at, "each service once (port %u is there already)", service.port);
    services->ports[services->count++] = service.port;
    return 0;
}

int way_services_read(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "services", 1, WAY_SERVICES_MAX, read_service, target, limits);
}

bool way_services_has(const struct way_services *services, uint16_t port)
{
    for (unsigned i = 0; i < services->count; i++)
        if (services->ports[i] == port)
            return true;
    return false;
}
