/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Directions and kinds, and how they are written.
 */
#include "analysis/draft/class.h"

#include <string.h>

#define KIND_ROW(suffix, words, name, filter) [WAY_DRAFT_##suffix] = {words, name, filter},
static const struct {
    const char *words, *name, *filter;
} kinds[WAY_DRAFT_KIND_COUNT] = {WAY_DRAFT_KINDS(KIND_ROW)};

/* ---- names ---- */

/* Whether the name can stand behind a '$' as it is. */
static bool is_plain(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_')
            return false;
    return g_ascii_isalpha(name[0]) || name[0] == '_';
}

const struct way_node *way_node_at(const struct way_ground *ground, way_be32 address)
{
    for (size_t i = 0; i < ground->bindings->node_count; i++)
        for (size_t k = 0; k < ground->bindings->nodes[i].address_count; k++)
            if (ground->bindings->nodes[i].addresses[k] == address)
                return &ground->bindings->nodes[i];
    return NULL;
}

void way_name_address(const struct way_ground *ground, way_be32 address, bool words, GString *out)
{
    const struct way_node *node = way_node_at(ground, address);

    if (node && is_plain(node->name))
        g_string_append_printf(out, "%s%s", words ? "" : "$", node->name);
    else
        g_string_append(out, way_text_address(address).s);
}

static const struct way_service *service_at(const struct way_ground *ground, uint16_t port)
{
    for (size_t i = 0; i < ground->bindings->service_count; i++) {
        const struct way_service *service = &ground->bindings->services[i];
        if (service->port == port && (!ground->folder || is_plain(service->name)))
            return service;
    }
    return NULL;
}

/* Letters, digits and underscores alone. */
static char *identifier(const char *text)
{
    GString *name = g_string_new(g_ascii_isdigit(text[0]) ? "from_" : NULL);

    for (; *text; text++)
        if (g_ascii_isalnum(*text))
            g_string_append_c(name, *text);
        else if (name->len && name->str[name->len - 1] != '_')
            g_string_append_c(name, '_');
    return g_string_free(name, FALSE);
}

/* ---- directions ---- */

/* The service that a packet goes to, or (*answers) comes from; NULL: none that is known. */
static const struct way_service *service_of(const struct way_ground *ground, uint16_t source,
                                            uint16_t destination, bool *answers)
{
    const struct way_service *to = service_at(ground, destination);
    const struct way_service *from = service_at(ground, source);

    *answers = !to && from;
    return to ? to : from;
}

static const char *over_of(const struct way_level *level, char **proto)
{
    if (level->present >> WAY_LAYER_TCP & 1)
        return "tcp";
    if (level->present >> WAY_LAYER_UDP & 1)
        return "udp";
    if (level->present >> WAY_LAYER_ICMP & 1)
        return "icmp";
    *proto = g_strdup_printf("ip proto %u", level->ip.protocol);
    return *proto;
}

static char *named(const struct way_ground *ground, const char *format, way_be32 one,
                   way_be32 other, bool words)
{
    GString *first = g_string_new(NULL), *second = g_string_new(NULL);

    way_name_address(ground, one, words, first);
    way_name_address(ground, other, words, second);
    char **parts = g_strsplit(format, "%s", 3);
    char *text = g_strconcat(parts[0], first->str, parts[1], second->str, NULL);
    g_strfreev(parts);
    g_string_free(first, TRUE);
    g_string_free(second, TRUE);
    return text;
}

struct way_draft_direction *way_direction_of(const struct way_ground *ground,
                                             const struct way_level *level)
{
    struct way_draft_direction *direction = g_new0(struct way_draft_direction, 1);
    const struct way_service *service = NULL;
    way_be32 from = level->ip.source, to = level->ip.destination;
    bool answers = false;

    direction->over = over_of(level, &direction->proto);
    if (level->present >> WAY_LAYER_TCP & 1)
        service = service_of(ground, level->tcp.source_port, level->tcp.destination_port, &answers);
    else if (level->present >> WAY_LAYER_UDP & 1)
        service = service_of(ground, level->udp.source_port, level->udp.destination_port, &answers);
    GString *port = g_string_new(NULL);
    if (service)
        way_ground_port(ground, service, port);
    const char *comma = service ? ", " : "", *name = service ? service->name : "";

    direction->pair = named(ground, "src host %s and dst host %s", from, to, false);
    direction->pair_who = named(ground, "%s to %s", from, to, true);
    direction->who = g_strconcat(direction->pair_who, comma, name, NULL);
    char *peers = named(ground, "%s and %s", answers ? to : from, answers ? from : to, true);
    direction->peers = g_strconcat(peers, comma, name, NULL);
    direction->filter =
        g_strconcat(direction->pair, " and ", direction->over,
                    service ? (answers ? " src port " : " dst port ") : "", port->str, NULL);
    char *whole = service ? g_strdup(direction->who)
                          : g_strconcat(direction->who, " ", direction->over, NULL);
    direction->name = identifier(whole);
    g_free(whole);
    g_free(peers);
    g_string_free(port, TRUE);
    return direction;
}

void way_direction_free(struct way_draft_direction *direction)
{
    g_free(direction->filter);
    g_free(direction->name);
    g_free(direction->who);
    g_free(direction->pair);
    g_free(direction->pair_who);
    g_free(direction->peers);
    g_free(direction->proto);
    g_free(direction);
}

/* ---- kinds ---- */

enum way_draft_kind way_kind_of(const struct way_level *level)
{
    enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

    if (level->present >> WAY_LAYER_ICMP & 1)
        return WAY_DRAFT_ICMP;
    if (level->present >> WAY_LAYER_UDP & 1)
        return WAY_DRAFT_UDP;
    if (!(level->present >> WAY_LAYER_TCP & 1))
        return WAY_DRAFT_OTHER;
    unsigned flags = level->tcp.flags;
    if (flags & RST)
        return WAY_DRAFT_RST;
    if (flags & SYN)
        return flags & ACK ? WAY_DRAFT_SYN_ACK : WAY_DRAFT_SYN;
    if (flags & FIN)
        return WAY_DRAFT_FIN;
    return way_cursor_left(&level->tcp.payload) ? WAY_DRAFT_DATA : WAY_DRAFT_ACK;
}

char *way_kind_filter(enum way_draft_kind kind, const struct way_level *level)
{
    if (kinds[kind].name)
        return g_strdup_printf("$%s", kinds[kind].name);
    return kind == WAY_DRAFT_ICMP ? g_strdup_printf("icmp[icmptype] = %u", level->icmp.type) : NULL;
}

char *way_kind_words(enum way_draft_kind kind, const struct way_level *level)
{
    if (kind == WAY_DRAFT_ICMP)
        return g_strdup_printf("ICMP type %u", level->icmp.type);
    if (kind == WAY_DRAFT_OTHER)
        return g_strdup_printf("protocol %u", level->ip.protocol);
    return g_strdup(kinds[kind].words);
}

void way_kind_items(const char *text, GString *out)
{
    for (size_t i = 0; i < WAY_DRAFT_KIND_COUNT; i++) {
        char *used = kinds[i].name ? g_strdup_printf("$%s\"", kinds[i].name) : NULL;
        if (used && strstr(text, used))
            g_string_append_printf(out, "let $%s = \"%s\"\n", kinds[i].name, kinds[i].filter);
        g_free(used);
    }
}
