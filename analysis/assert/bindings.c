/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading bindings.json: one reader for each kind of object, each given the
 * key it stands under, so that an error can name it.
 */
#include "analysis/assert/bindings.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/json.h"
#include "analysis/capture/record.h"

/* Copies a name into a field. A name that does not fit is refused. */
static int take_name(struct way_json *json, char *field, size_t size, const char *key,
                     const char *name)
{
    if (name[0] == '\0' || strlen(name) >= size)
        return way_json_refuse(json, key, name, way_text("a name of 1 to %zu bytes", size - 1));
    memcpy(field, name, strlen(name) + 1);
    return 0;
}

static enum way_role role_of(const char *name)
{
    static const char *const names[] = {[WAY_ROLE_CLIENT] = "client",
                                        [WAY_ROLE_ROUTER] = "router",
                                        [WAY_ROLE_PROXY] = "proxy",
                                        [WAY_ROLE_ORIGIN] = "origin"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum way_role)i;
    return WAY_ROLE_OTHER;
}

static int read_addresses(struct way_json *json, json_t *addresses, struct way_node *node)
{
    const char *link;
    json_t *value;

    json_object_foreach(addresses, link, value)
    {
        const char *dotted = json_string_value(value);
        if (node->address_count == WAY_BINDINGS_ITEMS_MAX)
            return way_json_refuse(json, "addresses", link, way_text("fewer of them"));
        if (!dotted || inet_pton(AF_INET, dotted, &node->addresses[node->address_count]) != 1)
            return way_json_refuse(json, link, dotted, way_text("an IPv4 address"));
        if (take_name(json, node->address_links[node->address_count], sizeof node->address_links[0],
                      link, link))
            return -EINVAL;
        node->address_count++;
    }
    return 0;
}

/* Six bytes in hexadecimal, parted by colons. */
static bool parse_mac(const char *text, uint8_t mac[WAY_MAC_LEN])
{
    size_t at = 0;

    for (; at < WAY_MAC_LEN && isxdigit((unsigned char)text[0]); at++) {
        char *end;
        unsigned long byte = strtoul(text, &end, 16);
        if (end - text != 2 || *end != (at + 1 < WAY_MAC_LEN ? ':' : '\0'))
            return false;
        mac[at] = (uint8_t)byte;
        text = end + (*end == ':');
    }
    return at == WAY_MAC_LEN;
}

/* The key may lack: then no frame is known to be the node's own. */
static int read_macs(struct way_json *json, json_t *macs, struct way_node *node)
{
    const char *link;
    json_t *value;

    json_object_foreach(macs, link, value)
    {
        const char *text = json_string_value(value);
        if (node->mac_count == WAY_BINDINGS_ITEMS_MAX)
            return way_json_refuse(json, "macs", link, way_text("fewer of them"));
        if (!text || !parse_mac(text, node->macs[node->mac_count]))
            return way_json_refuse(json, link, text, way_text("an Ethernet address"));
        node->mac_count++;
    }
    return 0;
}

static int read_node(struct way_json *json, const char *name, json_t *value, void *context)
{
    struct way_bindings *bindings = context;
    struct way_node *node = &bindings->nodes[bindings->node_count];
    const char *role;
    json_t *addresses;

    if (take_name(json, node->name, sizeof node->name, name, name) ||
        way_json_string(json, value, "role", &role) ||
        way_json_object(json, value, "addresses", &addresses) ||
        read_addresses(json, addresses, node) ||
        read_macs(json, json_object_get(value, "macs"), node))
        return -EINVAL;
    node->role = role_of(role);
    bindings->node_count++;
    return 0;
}

/* A path inside the run's folder: relative, and never upwards. */
static bool path_is_inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += part[0] == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

static int read_ends(struct way_json *json, json_t *value, struct way_bindings *bindings,
                     struct way_link *link)
{
    json_t *ends = json_object_get(value, "ends");

    if (!json_is_array(ends) || json_array_size(ends) != 2)
        return way_json_refuse(json, "ends", NULL, way_text("a list of two nodes"));
    for (size_t i = 0; i < 2; i++) {
        const char *name = json_string_value(json_array_get(ends, i));
        link->ends[i] = name ? way_bindings_node(bindings, name) : NULL;
        if (!link->ends[i])
            return way_json_refuse(json, "ends", name, way_text("the name of a node"));
    }
    return 0;
}

/* Whether a link that was read already, or this one, has that capture. */
static bool is_taken(const struct way_bindings *bindings, const char *path)
{
    for (size_t i = 0; i <= bindings->link_count; i++)
        for (size_t n = 0; n < bindings->links[i].capture_count; n++)
            if (strcmp(bindings->links[i].captures[n], path) == 0)
                return true;
    return false;
}

static int take_path(struct way_json *json, const struct way_bindings *bindings,
                     struct way_link *link, json_t *object, const char *key)
{
    char *field = link->captures[link->capture_count];
    const char *path;

    if (way_json_string(json, object, key, &path))
        return -EINVAL;
    if (!path_is_inside(path) || strlen(path) >= WAY_BINDINGS_PATH_MAX)
        return way_json_refuse(json, key, path,
                               way_text("a path inside the run's folder, shorter than %d bytes",
                                        WAY_BINDINGS_PATH_MAX));
    if (is_taken(bindings, path))
        return way_json_refuse(json, key, path, way_text("a capture of no other end or link"));
    memcpy(field, path, strlen(path) + 1);
    link->capture_count++;
    return 0;
}

/* One capture, or one at each end; then whose a frame is must be known. */
static int read_paths(struct way_json *json, json_t *value, const struct way_bindings *bindings,
                      struct way_link *link)
{
    json_t *both;

    if (!json_object_get(value, "captures"))
        return take_path(json, bindings, link, value, "capture");
    if (way_json_object(json, value, "captures", &both))
        return -EINVAL;
    for (size_t i = 0; i < 2; i++) {
        const struct way_node *end = link->ends[i];
        assert(end);
        if (take_path(json, bindings, link, both, end->name))
            return -EINVAL;
        if (end->mac_count == 0)
            return way_json_refuse(json, "captures", end->name,
                                   way_text("Ethernet addresses of both ends' nodes (macs)"));
    }
    return 0;
}

/* The key may lack: then the link's emulation, if any, is taken to be exact. */
static int read_timing(struct way_json *json, json_t *value, struct way_link *link)
{
    json_t *timing = json_object_get(value, "timing");

    return timing
               ? way_json_integer(json, timing, "error", 0, INT64_C(60) * 1000000000, &link->error)
               : 0;
}

/* The key may lack: then no name stands for it. */
static int read_mtu(struct way_json *json, json_t *value, struct way_link *link)
{
    enum { LEAST = 68 }; /* RFC 791, 3.2 */

    return json_object_get(value, "mtu")
               ? way_json_integer(json, value, "mtu", LEAST, UINT16_MAX, &link->mtu)
               : 0;
}

static int read_link(struct way_json *json, const char *name, json_t *value, void *context)
{
    struct way_bindings *bindings = context;
    struct way_link *link = &bindings->links[bindings->link_count];

    if (take_name(json, link->name, sizeof link->name, name, name) ||
        read_ends(json, value, bindings, link) || read_paths(json, value, bindings, link) ||
        read_timing(json, value, link) || read_mtu(json, value, link))
        return -EINVAL;
    bindings->link_count++;
    return 0;
}

static int read_service(struct way_json *json, const char *name, json_t *value, void *context)
{
    struct way_bindings *bindings = context;
    struct way_service *service = &bindings->services[bindings->service_count];
    json_t *redirected = json_object_get(value, "redirected");
    const char *node;
    int64_t port;

    if (take_name(json, service->name, sizeof service->name, name, name) ||
        way_json_integer(json, value, "port", 1, UINT16_MAX, &port) ||
        way_json_string(json, value, "node", &node))
        return -EINVAL;
    if (!json_is_boolean(redirected))
        return way_json_refuse(json, "redirected", NULL, way_text("true or false"));
    service->node = way_bindings_node(bindings, node);
    if (!service->node)
        return way_json_refuse(json, "node", node, way_text("the name of a node"));
    service->port = (uint16_t)port;
    service->redirected = json_is_true(redirected);
    bindings->service_count++;
    return 0;
}

static int read_mark(struct way_json *json, const char *name, json_t *value, void *context)
{
    struct way_bindings *bindings = context;
    struct way_mark *mark = &bindings->marks[bindings->mark_count];

    if (take_name(json, mark->name, sizeof mark->name, name, name))
        return -EINVAL;
    mark->time = json_integer_value(value);
    if (!json_is_integer(value) || mark->time < 0 || mark->time > WAY_RECORD_TIME_MAX) {
        struct way_text number = way_text("%" PRId64, mark->time);
        return way_json_refuse(json, name,
                               json_is_integer(value) ? number.s : json_string_value(value),
                               way_text("nanoseconds since the epoch, before the year 2116"));
    }
    bindings->mark_count++;
    return 0;
}

/* The key may lack: then nothing was counted. */
static int read_numbers(struct way_json *json, json_t *root, struct way_bindings *bindings)
{
    const char *name;
    json_t *value;

    json_object_foreach(json_object_get(root, "numbers"), name, value)
    {
        struct way_number *number = &bindings->numbers[bindings->number_count];
        if (bindings->number_count == WAY_BINDINGS_MARKS_MAX)
            return way_json_refuse(json, "numbers", name, way_text("fewer of them"));
        if (take_name(json, number->name, sizeof number->name, name, name))
            return -EINVAL;
        if (!json_is_number(value))
            return way_json_refuse(json, name, json_string_value(value), way_text("a number"));
        number->value = json_number_value(value);
        number->whole = json_is_integer(value);
        number->integer = number->whole ? json_integer_value(value) : 0;
        bindings->number_count++;
    }
    return 0;
}

static int read_root(struct way_json *json, json_t *root, struct way_bindings *bindings)
{
    int64_t version;
    json_t *clock;

    if (way_json_integer(json, root, "version", 1, 1, &version) ||
        way_json_each(json, root, "nodes", WAY_BINDINGS_ITEMS_MAX, read_node, bindings) ||
        way_json_each(json, root, "links", WAY_BINDINGS_ITEMS_MAX, read_link, bindings) ||
        way_json_each(json, root, "services", WAY_BINDINGS_ITEMS_MAX, read_service, bindings) ||
        way_json_each(json, root, "marks", WAY_BINDINGS_MARKS_MAX, read_mark, bindings) ||
        read_numbers(json, root, bindings) || way_json_object(json, root, "clock", &clock))
        return -EINVAL;
    json->scope = "clock";
    return way_json_integer(json, clock, "uncertainty", 0, INT64_C(60) * 1000000000,
                            &bindings->uncertainty);
}

int way_bindings_read_text(struct way_bindings *bindings, const char *name, const char *text,
                           size_t length, struct way_text *error)
{
    struct way_json json = {.file = name, .error = error};

    *bindings = (struct way_bindings){0};
    json_t *root = way_json_parse(&json, text, length);
    if (!root)
        return -EINVAL;
    int result = read_root(&json, root, bindings);
    json_decref(root);
    return result;
}

int way_bindings_read(struct way_bindings *bindings, const char *path, struct way_text *error)
{
    size_t length;
    char *text = way_json_load(path, WAY_BINDINGS_BYTES_MAX, &length, error);

    if (!text)
        return -EINVAL;
    int result = way_bindings_read_text(bindings, path, text, length, error);
    free(text);
    return result;
}

const struct way_node *way_bindings_node(const struct way_bindings *bindings, const char *name)
{
    for (size_t i = 0; i < bindings->node_count; i++)
        if (strcmp(bindings->nodes[i].name, name) == 0)
            return &bindings->nodes[i];
    return NULL;
}

const struct way_mark *way_bindings_mark(const struct way_bindings *bindings, const char *name)
{
    for (size_t i = 0; i < bindings->mark_count; i++)
        if (strcmp(bindings->marks[i].name, name) == 0)
            return &bindings->marks[i];
    return NULL;
}

bool way_link_is_between(const struct way_link *link, enum way_role a, enum way_role b)
{
    enum way_role first = link->ends[0]->role, second = link->ends[1]->role;

    return (first == a && second == b) || (first == b && second == a);
}

bool way_bindings_is(const struct way_bindings *bindings, enum way_role role, way_be32 address)
{
    for (size_t i = 0; i < bindings->node_count; i++) {
        const struct way_node *node = &bindings->nodes[i];
        for (size_t j = 0; node->role == role && j < node->address_count; j++)
            if (node->addresses[j] == address)
                return true;
    }
    return false;
}

bool way_node_has_mac(const struct way_node *node, const uint8_t *mac)
{
    for (size_t m = 0; m < node->mac_count; m++)
        if (memcmp(node->macs[m], mac, WAY_MAC_LEN) == 0)
            return true;
    return false;
}

bool way_bindings_is_mac(const struct way_bindings *bindings, enum way_role role,
                         const uint8_t *mac)
{
    for (size_t i = 0; i < bindings->node_count; i++)
        if (bindings->nodes[i].role == role && way_node_has_mac(&bindings->nodes[i], mac))
            return true;
    return false;
}

bool way_bindings_redirected(const struct way_bindings *bindings, uint16_t port)
{
    for (size_t i = 0; i < bindings->service_count; i++)
        if (bindings->services[i].port == port && bindings->services[i].redirected)
            return true;
    return false;
}
