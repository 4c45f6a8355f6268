/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A diversion into the kernel and out of it again.
 */
#include "core/datapath/diversion.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/log.h"
#include "core/datapath/filter.h"
#include "core/datapath/netlink.h"
#include "core/datapath/rule.h"
#include "core/datapath/veth.h"

uint16_t way_diversion_number(const struct way_diversion *diversion)
{
    return (uint16_t)(WAY_DIVERSION_NUMBER + (int)diversion->owner);
}

/* ---- the description ---- */

struct way_match way_match_protocol(uint8_t protocol)
{
    return (struct way_match){
        .count = 1, .keys = {{.value = (uint32_t)protocol << 16, .mask = 0x00ff0000, .offset = 8}}};
}

struct way_match way_match_destination(way_be32 destination)
{
    return (struct way_match){
        .count = 1, .keys = {{.value = ntohl(destination), .mask = UINT32_MAX, .offset = 16}}};
}

struct way_match way_match_options(uint8_t protocol, unsigned which)
{
    assert(which < 2);
    struct way_match match = way_match_protocol(protocol);
    match.count = 2;
    match.keys[1].offset = 0;
    match.keys[1].value = which ? 0x48000000 : 0x46000000; /* IHL 8 to 15; 6 and 7 */
    match.keys[1].mask = which ? 0xf8000000 : 0xfe000000;
    return match;
}

struct way_match way_match_plain(uint16_t port)
{
    struct way_match match = way_match_protocol(IPPROTO_TCP);
    match.count = 3;
    match.keys[1].offset = 0;
    match.keys[1].value = 0x45000000;
    match.keys[1].mask = 0xff000000;
    match.keys[2].offset = 20; /* TCP's ports, the destination in the lower half */
    match.keys[2].value = port;
    match.keys[2].mask = 0x0000ffff;
    return match;
}

int way_diversion_add(struct way_diversion *diversion, const char *interface,
                      struct way_match match)
{
    if (diversion->filter_count == WAY_DIVERSION_FILTERS_MAX)
        return -ENOBUFS;
    struct way_divert *filter = &diversion->filters[diversion->filter_count++];
    snprintf(filter->interface, sizeof(filter->interface), "%s", interface);
    filter->match = match;
    return 0;
}

int way_diversion_add_proxy(struct way_diversion *diversion, const char *interface)
{
    static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_ICMP};
    int error = 0;
    for (unsigned i = 0; i < 4 && error == 0; i++)
        error = way_diversion_add(diversion, interface, way_match_options(protocols[i / 2], i % 2));
    return error;
}

int way_diversion_add_plain(struct way_diversion *diversion, const char *interface, uint16_t port)
{
    return way_diversion_add(diversion, interface, way_match_plain(port));
}

int way_diversion_add_router(struct way_diversion *diversion, const char *interface, way_be32 proxy)
{
    int error = way_diversion_add(diversion, interface, way_match_protocol(IPPROTO_TCP));
    if (error == 0)
        error = way_diversion_add(diversion, interface, way_match_protocol(IPPROTO_ICMP));
    if (error == 0)
        error = way_diversion_add(diversion, interface, way_match_destination(proxy));
    return error;
}

int way_diversion_add_block(struct way_diversion *diversion, const char *interface,
                            uint8_t protocol, uint16_t port)
{
    if (diversion->block_count == WAY_DIVERSION_BLOCKS_MAX)
        return -ENOBUFS;
    struct way_block *block = &diversion->blocks[diversion->block_count++];
    snprintf(block->interface, sizeof(block->interface), "%s", interface);
    block->protocol = protocol;
    block->port = port;
    return 0;
}

int way_diversion_add_source(struct way_diversion *diversion, struct way_icmp_source source)
{
    if (diversion->source_count == WAY_DIVERSION_SOURCES_MAX)
        return -ENOBUFS;
    diversion->sources[diversion->source_count++] = source;
    return 0;
}

/* ---- into the kernel ---- */

static int complain(const char *what, const char *subject, int error)
{
    const char *advice = "";
    if (error == -EPERM || error == -EACCES)
        advice = " (CAP_NET_ADMIN lacks: run as root)";
    else if (error == -ENOENT || error == -EOPNOTSUPP)
        advice = " (the kernel needs CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_U32, "
                 "CONFIG_NET_ACT_MIRRED and CONFIG_IP_MULTIPLE_TABLES)";
    way_log(WAY_LOG_ERROR, "%s: %s: %s%s", subject, what, strerror(-error), advice);
    return error;
}

/* The table first, the rule that leads into it last. */
static int install_own_icmp(struct nl_sock *nl, const struct way_diversion *diversion,
                            unsigned device)
{
    static const struct way_icmp_source all = {0};
    uint16_t number = way_diversion_number(diversion);
    int error = way_rule_route(nl, &all, device, number);
    for (unsigned i = 0; i < diversion->source_count && error == 0; i++)
        error = way_rule_route(nl, &diversion->sources[i], device, number);
    if (error == 0)
        error = way_rule_own(nl, IPPROTO_ICMP, number, number);
    return error ? complain("cannot catch the host's own ICMP", diversion->device, error) : 0;
}

static int install_local_delivery(struct nl_sock *nl, const struct way_diversion *diversion)
{
    uint16_t number = way_diversion_number(diversion);
    int error = way_rule_local_table(nl, number);
    if (error != 0)
        return complain("cannot add the local route", diversion->device, error);
    error = way_rule_lookup(nl, diversion->device, number, number);
    return error ? complain("cannot add the policy rule", diversion->device, error) : 0;
}

static int install_filter(struct nl_sock *nl, const struct way_diversion *diversion,
                          const struct way_divert *filter, unsigned device)
{
    unsigned ifindex = if_nametoindex(filter->interface);
    if (ifindex == 0)
        return complain("cannot be diverted", filter->interface, -ENODEV);
    int error = way_filter_prepare(nl, ifindex);
    if (error != 0)
        return complain("cannot add a clsact qdisc", filter->interface, error);
    error = way_filter_add(nl, ifindex, way_diversion_number(diversion), &filter->match, device);
    return error ? complain("cannot add a filter", filter->interface, error) : 0;
}

int way_diversion_install(const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = NULL;
    int error = way_nl_open(&nl);
    if (error != 0)
        return complain("cannot open a netlink socket", diversion->device, error);
    unsigned device = if_nametoindex(diversion->device);
    if (device == 0)
        return complain("cannot be diverted into", diversion->device, -ENODEV);
    if (diversion->deliver_locally)
        error = install_local_delivery(nl, diversion);
    if (error == 0 && diversion->catch_own_icmp)
        error = install_own_icmp(nl, diversion, device);
    for (unsigned i = 0; i < diversion->filter_count && error == 0; i++)
        error = install_filter(nl, diversion, &diversion->filters[i], device);
    return error;
}

/* ---- and out ---- */

static void clear_filters(struct nl_sock *nl, uint16_t number)
{
    struct if_nameindex *all = if_nameindex();
    for (struct if_nameindex *each = all; each && each->if_index; each++) {
        int error = way_filter_clear(nl, each->if_index, number);
        if (error != 0 && error != -ENOENT && error != -ENODEV)
            (void)complain("cannot remove the filters", each->if_name, error);
    }
    if (all)
        if_freenameindex(all);
}

static void clear_devices(struct nl_sock *nl, const struct way_diversion *diversion)
{
    int error = way_veth_clear(nl, way_diversion_number(diversion));
    if (error != 0)
        (void)complain("cannot remove the device", diversion->device, error);
}

static void release(struct nl_sock *nl, const struct way_diversion *diversion)
{
    uint16_t number = way_diversion_number(diversion);
    clear_filters(nl, number);
    int error = way_rule_clear(nl, number);
    if (error != 0)
        (void)complain("cannot remove the policy rules", diversion->device, error);
    error = way_rule_local_table_clear(nl, number);
    if (error != 0)
        (void)complain("cannot remove the local route", diversion->device, error);
}

/* A socket, or NULL after complaining. */
static struct nl_sock *open_or_complain(const struct way_diversion *diversion)
{
    struct nl_sock *nl = NULL;
    int error = way_nl_open(&nl);
    if (error != 0)
        (void)complain("cannot open a netlink socket", diversion->device, error);
    return nl;
}

void way_diversion_release(const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = open_or_complain(diversion);
    if (nl)
        release(nl, diversion);
}

void way_diversion_clear(const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = open_or_complain(diversion);
    if (!nl)
        return;
    release(nl, diversion);
    clear_devices(nl, diversion);
}

void way_diversion_remove_devices(const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = open_or_complain(diversion);
    if (nl)
        clear_devices(nl, diversion);
}

void way_diversion_block(const struct way_diversion *diversion)
{
    WAY_AUTO_NL struct nl_sock *nl = open_or_complain(diversion);
    if (!nl)
        return;
    for (unsigned i = 0; i < diversion->block_count; i++) {
        int error = way_rule_block(nl, &diversion->blocks[i], way_diversion_number(diversion));
        if (error != 0)
            (void)complain("cannot block", diversion->blocks[i].interface, error);
    }
    clear_filters(nl, way_diversion_number(diversion));
    clear_devices(nl, diversion);
}
