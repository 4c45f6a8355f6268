/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting addresses and ports.
 */
#include "analysis/draft/hosts.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "analysis/capture/source.h"
#include "analysis/dissect/view.h"

enum { COUNTED_MAX = 100000 }; /* different ones that are counted */

/* An address or a port, and how often it was met. */
struct counted {
    gint64 key; /* GHashTable's */
    uint64_t count;
    guint order; /* in which they were met */
};

static void count(GHashTable *table, uint32_t key)
{
    gint64 wide = key;
    struct counted *known = g_hash_table_lookup(table, &wide);

    if (!known && g_hash_table_size(table) == COUNTED_MAX)
        return;
    if (!known) {
        known = g_new0(struct counted, 1);
        known->key = wide;
        known->order = g_hash_table_size(table);
        g_hash_table_insert(table, &known->key, known);
    }
    known->count++;
}

static void count_packet(struct way_view *view, GHashTable *hosts, GHashTable *ports)
{
    enum { SYN = 2, ACK = 16, WELL_KNOWN = 1024 };
    const struct way_level *level = way_view_level(view, 0);

    if (!(level->present >> WAY_LAYER_IP & 1))
        return;
    count(hosts, ntohl(level->ip.source));
    count(hosts, ntohl(level->ip.destination));
    if (level->present >> WAY_LAYER_TCP & 1 && (level->tcp.flags & (SYN | ACK)) == SYN)
        count(ports, level->tcp.destination_port);
    if (level->present >> WAY_LAYER_UDP & 1 && level->udp.destination_port < WELL_KNOWN)
        count(ports, level->udp.destination_port);
}

static int read_capture(const char *path, GHashTable *hosts, GHashTable *ports,
                        struct way_text *error)
{
    char message[WAY_SOURCE_ERROR_MAX];
    struct way_source *source = way_source_open(path, message);
    struct way_view *view = g_new0(struct way_view, 1);
    struct way_record record;

    while (source && way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        way_view_begin(view, &record);
        count_packet(view, hosts, ports);
    }
    g_free(view);
    if (!source) {
        *error = way_text("%s", message);
        return -1;
    }
    way_source_close(&source);
    return 0;
}

static int compare_count(const void *left, const void *right)
{
    const struct counted *a = *(struct counted *const *)left, *b = *(struct counted *const *)right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int compare_order(const void *left, const void *right)
{
    const struct counted *a = *(struct counted *const *)left, *b = *(struct counted *const *)right;

    return (a->order > b->order) - (a->order < b->order);
}

/* Those that were met most often, in the order in which they were met. */
static GPtrArray *most_of(GHashTable *table, guint most)
{
    GPtrArray *list = g_ptr_array_new();
    GList *values = g_hash_table_get_values(table);

    for (GList *value = values; value; value = value->next)
        g_ptr_array_add(list, value->data);
    g_list_free(values);
    g_ptr_array_sort(list, compare_count);
    if (list->len > most)
        g_ptr_array_set_size(list, (gint)most);
    g_ptr_array_sort(list, compare_order);
    return list;
}

static void name_all(struct way_bindings *bindings, const GPtrArray *hosts, const GPtrArray *ports)
{
    for (guint i = 0; i < hosts->len; i++) {
        const struct counted *host = g_ptr_array_index(hosts, i);
        struct way_node *node = &bindings->nodes[bindings->node_count++];
        g_snprintf(node->name, sizeof node->name, "h%u", i + 1);
        node->role = WAY_ROLE_OTHER;
        node->addresses[0] = htonl((uint32_t)host->key);
        node->address_count = 1;
    }
    for (guint i = 0; i < ports->len; i++) {
        const struct counted *port = g_ptr_array_index(ports, i);
        struct way_service *service = &bindings->services[bindings->service_count++];
        g_snprintf(service->name, sizeof service->name, "%d", (int)port->key);
        service->port = (uint16_t)port->key;
    }
}

int way_hosts_read(struct way_bindings *bindings, char *const paths[], size_t count_of_paths,
                   struct way_text *error)
{
    GHashTable *hosts = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    GHashTable *ports = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    int result = 0;

    for (size_t i = 0; !result && i < count_of_paths; i++)
        result = read_capture(paths[i], hosts, ports, error);
    GPtrArray *first_hosts = most_of(hosts, WAY_HOSTS_MAX);
    GPtrArray *first_ports = most_of(ports, WAY_HOSTS_PORTS_MAX);
    name_all(bindings, first_hosts, first_ports);
    g_ptr_array_unref(first_hosts);
    g_ptr_array_unref(first_ports);
    g_hash_table_destroy(hosts);
    g_hash_table_destroy(ports);
    return result;
}
