/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-router: configuration, checks, and the two processes.
 */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/common/log.h"
#include "core/common/options.h"
#include "core/datapath/diversion.h"
#include "core/datapath/supervisor.h"
#include "core/router/loop.h"
#include "core/router/settings.h"
#include "core/router/surroundings.h"

#define SUMMARY "Redirects clients' TCP to a proxy, the origin kept in a Record Route option."

static void clear(void *context)
{
    const struct way_router *router = context;
    way_diversion_clear(router->clients);
    way_diversion_clear(router->icmp);
}

static void release(void *context)
{
    const struct way_router *router = context;
    way_diversion_release(router->clients);
    way_diversion_release(router->icmp);
}

static void block(void *context)
{
    const struct way_router *router = context;
    way_log(WAY_LOG_WARNING, "failed closed: redirected services are dropped until the next start");
    way_diversion_block(router->clients);
    way_diversion_clear(router->icmp);
}

static int work(void *context)
{
    return way_router_run(context);
}

/* What the configuration asks for, as filters. Returns 0 or a negative errno. */
static int describe_clients(const struct way_router_settings *settings, struct way_diversion *out)
{
    int error = 0;
    out->owner = WAY_DIVERSION_ROUTER;
    snprintf(out->device, sizeof(out->device), "%s", settings->tun);
    for (unsigned i = 0; i < settings->client_count && error == 0; i++) {
        error = way_diversion_add_router(out, settings->clients[i], settings->proxy);
        for (unsigned j = 0; j < settings->services.count && error == 0; j++)
            error = way_diversion_add_block(out, settings->clients[i], IPPROTO_TCP,
                                            settings->services.ports[j]);
    }
    return error;
}

/* The interface's first IPv4 address (network order), or 0. */
static way_be32 address_of(const char *interface)
{
    struct ifaddrs *all = NULL;
    way_be32 found = 0;
    if (getifaddrs(&all) != 0)
        return 0;
    for (const struct ifaddrs *each = all; each && !found; each = each->ifa_next)
        if (each->ifa_addr && each->ifa_addr->sa_family == AF_INET &&
            strcmp(each->ifa_name, interface) == 0) {
            struct sockaddr_in address;
            memcpy(&address, each->ifa_addr, sizeof(address));
            found = address.sin_addr.s_addr;
        }
    freeifaddrs(all);
    return found;
}

/* ICMP errors about redirected packets come from the proxy's side or are our own;
 * these speak to clients with the address that the clients know us by. */
static int describe_icmp(const struct way_router_settings *settings, struct way_diversion *out)
{
    out->owner = WAY_DIVERSION_ROUTER_ICMP;
    out->catch_own_icmp = true;
    snprintf(out->device, sizeof(out->device), "%s", settings->icmp_tun);
    int error = way_diversion_add(out, settings->proxy_interface, way_match_protocol(IPPROTO_ICMP));
    for (unsigned i = 0; i < settings->prefix_count && error == 0; i++)
        error = way_diversion_add_source(
            out, (struct way_icmp_source){
                     .destination = settings->prefixes[i].address,
                     .mask = settings->prefixes[i].mask,
                     .source = address_of(settings->clients[settings->prefix_client[i]])});
    return error;
}

static int run(struct way_router_settings *settings, const struct way_options *options)
{
    static struct way_diversion clients;
    static struct way_diversion icmp;
    if (way_surroundings_check(settings) != 0)
        return WAY_EXIT_FAILED;
    if (describe_clients(settings, &clients) != 0 || describe_icmp(settings, &icmp) != 0) {
        way_log(WAY_LOG_ERROR, "more clients and services than there is room for");
        return WAY_EXIT_FAILED;
    }
    struct way_router router = {.settings = settings,
                                .clients = &clients,
                                .icmp = &icmp,
                                .counters_path = options->counters};
    const bool closed = settings->on_failure == WAY_ROUTER_FAIL_CLOSED;
    const struct way_supervised program = {
        .name = "waylay-router",
        .clear = clear,
        .release = closed ? NULL : release,
        .close = closed ? block : NULL,
        .work = work,
        .context = &router,
    };
    return way_supervise(&program);
}

/* Returns 0, or -1 after printing the one message. */
static int read_settings(const char *path, struct way_router_settings *settings)
{
    char error[512];
    struct way_config *file = way_config_open(path, error, sizeof(error));
    if (!file) {
        fprintf(stderr, "%s\n", error);
        return -1;
    }
    int result = way_router_settings_read(file, settings);
    if (result != 0)
        fprintf(stderr, "%s\n", way_config_error(file));
    way_config_close(&file);
    return result;
}

int main(int argc, char **argv)
{
    struct way_options options;
    static struct way_router_settings settings;
    switch (way_options_read(argc, argv, "waylay-router", SUMMARY, &options)) {
    case WAY_OPTIONS_DONE:
        return WAY_EXIT_OK;
    case WAY_OPTIONS_WRONG:
        return WAY_EXIT_USAGE;
    case WAY_OPTIONS_RUN:
        break;
    }
    if (read_settings(options.config, &settings) != 0)
        return WAY_EXIT_USAGE;
    if (options.check) {
        printf("%s: nothing is wrong with it\n", options.config);
        return WAY_EXIT_OK;
    }
    way_log_start("waylay-router", options.verbose);
    return run(&settings, &options);
}
