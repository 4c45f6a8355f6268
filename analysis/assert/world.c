/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of a run: one function for each kind.
 */
#include "analysis/assert/world.h"

#include <arpa/inet.h>
#include <string.h>

static const struct {
    const char *name;
    enum way_role role;
} roles[] = {{"clients", WAY_ROLE_CLIENT},
             {"routers", WAY_ROLE_ROUTER},
             {"proxies", WAY_ROLE_PROXY},
             {"origins", WAY_ROLE_ORIGIN}};

enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

static const char at_routers[] = "@routers";

enum way_role way_world_role_of_tap(const char *name, bool *at_router)
{
    size_t length = strcspn(name, "@");

    *at_router = strcmp(name + length, at_routers) == 0;
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (strlen(roles[i].name) == length && memcmp(roles[i].name, name, length) == 0 &&
            roles[i].role != WAY_ROLE_ROUTER && (name[length] == '\0' || *at_router))
            return roles[i].role;
    return WAY_ROLE_OTHER;
}

/* One more name. What a node or a number is called goes before what we call things:
 * the first of two equal names is found. */
static struct way_world_name *add(struct way_world_names *names, enum way_world_kind kind,
                                  const char *name)
{
    if (names->count == names->room) {
        size_t room = names->room ? 2 * names->room : 64;
        struct way_world_name *grown = way_arena_take(names->arena, room * sizeof *grown);
        if (names->count)
            memcpy(grown, names->names, names->count * sizeof *grown);
        names->names = grown;
        names->room = room;
    }
    struct way_world_name *added = &names->names[names->count++];
    *added = (struct way_world_name){.kind = kind, .name = name, .datum = {.tap = -1}};
    return added;
}

void way_world_add_tap(struct way_world_names *names, const char *name)
{
    add(names, WAY_WORLD_TAP, name);
}

void way_world_add_text(struct way_world_names *names, const char *name, const char *text)
{
    struct way_world_name *added = add(names, WAY_WORLD_VARIABLE, name);

    added->datum.sort = WAY_SORT_STRING;
    added->datum.bytes = (struct way_bytes){(const uint8_t *)text, strlen(text)};
}

/* A set under construction. */
struct set {
    struct way_datum *items;
    size_t count;
};

static void add_set(struct way_world_names *names, const char *name, enum way_sort sort,
                    const struct set *set)
{
    struct way_datum *datum = &add(names, WAY_WORLD_VARIABLE, name)->datum;

    datum->sort = sort;
    datum->shape = WAY_SET;
    datum->items = set->items;
    datum->count = set->count;
}

static struct way_datum address_of(way_be32 address)
{
    return (struct way_datum){
        .sort = WAY_SORT_ADDRESS, .number = (int64_t)ntohl(address), .tap = -1};
}

static struct way_datum mac_of(const uint8_t *mac)
{
    struct way_datum datum = {.sort = WAY_SORT_MAC, .tap = -1, .bytes = {mac, WAY_MAC_LEN}};

    for (size_t i = 0; i < WAY_MAC_LEN; i++)
        datum.number = datum.number << 8 | mac[i];
    return datum;
}

static void collect(const struct way_node *node, struct set *addresses, struct set *macs)
{
    for (size_t i = 0; i < node->address_count; i++)
        addresses->items[addresses->count++] = address_of(node->addresses[i]);
    for (size_t i = 0; i < node->mac_count; i++)
        macs->items[macs->count++] = mac_of(node->macs[i]);
}

static void add_collected(struct way_world_names *names, const char *name, struct set addresses,
                          struct set macs)
{
    add_set(names, name, WAY_SORT_ADDRESS, &addresses);
    add_set(names, way_arena_format(names->arena, "%s.mac", name), WAY_SORT_MAC, &macs);
}

/* Sets with room for what `count` nodes can have. */
static struct set set_for(struct way_world_names *names, size_t count)
{
    size_t most = count * WAY_BINDINGS_ITEMS_MAX;

    return (struct set){.items =
                            way_arena_take(names->arena, (most + 1) * sizeof(struct way_datum))};
}

static struct way_datum number_of(int64_t number)
{
    return (struct way_datum){.sort = WAY_SORT_NUMBER, .number = number, .tap = -1};
}

/* Whether one end of the link is this node, or any of the role where there is none. */
static bool link_ends_at(const struct way_link *link, const struct way_node *node,
                         enum way_role role)
{
    for (size_t end = 0; end < 2; end++)
        if (node ? link->ends[end] == node : link->ends[end]->role == role)
            return true;
    return false;
}

/* The least MTU of such links. One that is not known makes the least unknown. */
static void add_mtu(struct way_world_names *names, const struct way_bindings *bindings,
                    const char *name, const struct way_node *node, enum way_role role)
{
    int64_t least = INT64_MAX;

    for (size_t i = 0; i < bindings->link_count; i++)
        if (link_ends_at(&bindings->links[i], node, role) && bindings->links[i].mtu < least)
            least = bindings->links[i].mtu;
    if (least > 0 && least < INT64_MAX)
        add(names, WAY_WORLD_VARIABLE, way_arena_format(names->arena, "%s.mtu", name))->datum =
            number_of(least);
}

static void add_node(struct way_world_names *names, const struct way_bindings *bindings,
                     const struct way_node *node)
{
    struct set addresses = set_for(names, 1), macs = set_for(names, 1);

    collect(node, &addresses, &macs);
    add_collected(names, node->name, addresses, macs);
    for (size_t i = 0; i < node->address_count; i++) {
        const char *name =
            way_arena_format(names->arena, "%s.%s", node->name, node->address_links[i]);
        add(names, WAY_WORLD_VARIABLE, name)->datum = address_of(node->addresses[i]);
    }
    add_mtu(names, bindings, node->name, node, node->role);
}

static void add_role(struct way_world_names *names, const struct way_bindings *bindings, size_t r)
{
    struct set addresses = set_for(names, bindings->node_count);
    struct set macs = set_for(names, bindings->node_count);

    for (size_t i = 0; i < bindings->node_count; i++)
        if (bindings->nodes[i].role == roles[r].role)
            collect(&bindings->nodes[i], &addresses, &macs);
    add_collected(names, roles[r].name, addresses, macs);
    add_mtu(names, bindings, roles[r].name, NULL, roles[r].role);
}

static void add_services(struct way_world_names *names, const struct way_bindings *bindings)
{
    struct set redirected = set_for(names, 1);

    for (size_t i = 0; i < bindings->service_count; i++) {
        const struct way_service *service = &bindings->services[i];
        struct set addresses = set_for(names, 1), macs = set_for(names, 1);
        if (service->redirected)
            redirected.items[redirected.count++] = number_of(service->port);
        add(names, WAY_WORLD_VARIABLE, way_arena_format(names->arena, "%s.port", service->name))
            ->datum = number_of(service->port);
        collect(service->node, &addresses, &macs);
        add_set(names, way_arena_format(names->arena, "%s.address", service->name),
                WAY_SORT_ADDRESS, &addresses);
    }
    add_set(names, "redirected", WAY_SORT_NUMBER, &redirected);
}

static void add_links(struct way_world_names *names, const struct way_bindings *bindings)
{
    for (size_t i = 0; i < bindings->link_count; i++) {
        const struct way_link *link = &bindings->links[i];
        way_world_add_tap(names, link->name);
        for (size_t end = 0; end < 2; end++)
            way_world_add_tap(
                names, way_arena_format(names->arena, "%s@%s", link->name, link->ends[end]->name));
    }
    for (size_t r = 0; r < ROLE_COUNT; r++)
        for (size_t i = 0; i < bindings->link_count; i++)
            if (roles[r].role != WAY_ROLE_ROUTER &&
                way_link_is_between(&bindings->links[i], roles[r].role, WAY_ROLE_ROUTER)) {
                way_world_add_tap(names, roles[r].name);
                way_world_add_tap(
                    names, way_arena_format(names->arena, "%s%s", roles[r].name, at_routers));
                break;
            }
}

void way_world_add_bindings(struct way_world_names *names, const struct way_bindings *bindings)
{
    for (size_t i = 0; i < bindings->node_count; i++)
        add_node(names, bindings, &bindings->nodes[i]);
    for (size_t i = 0; i < bindings->number_count; i++) {
        const struct way_number *number = &bindings->numbers[i];
        struct way_datum *datum = &add(names, WAY_WORLD_VARIABLE, number->name)->datum;
        *datum = number_of(number->integer);
        datum->sort = number->whole ? WAY_SORT_NUMBER : WAY_SORT_REAL;
        datum->real = number->value;
    }
    for (size_t r = 0; r < ROLE_COUNT; r++)
        add_role(names, bindings, r);
    add_services(names, bindings);
    add_links(names, bindings);
    for (size_t i = 0; i < bindings->mark_count; i++) {
        struct way_datum *datum = &add(names, WAY_WORLD_MARK, bindings->marks[i].name)->datum;
        *datum =
            (struct way_datum){.sort = WAY_SORT_TIME, .number = bindings->marks[i].time, .tap = -1};
    }
}
