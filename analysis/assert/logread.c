/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading access logs: several lines may speak of one connection; each adds the
 * ports that it knows of.
 */
#include "analysis/assert/logread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/json.h"
#include "analysis/lang/memory.h"
#include "core/common/cleanup.h"

/* Where a line is, and what it is read into. */
struct reading {
    struct way_logread *log;
    struct way_json json;
    const char *proxy;
    size_t first; /* of this log's connections */
    struct way_arena *arena;
};

static int read_end(struct way_json *json, json_t *line, const char *key, uint32_t *address,
                    uint16_t *port)
{
    json_t *end;
    const char *text;
    int64_t number;
    struct in_addr parsed;

    if (way_json_object(json, line, key, &end) || way_json_string(json, end, "address", &text) ||
        way_json_integer(json, end, "port", 0, UINT16_MAX, &number))
        return -1;
    if (inet_pton(AF_INET, text, &parsed) != 1)
        return way_json_refuse(json, key, text, way_text("an IPv4 address"));
    *address = ntohl(parsed.s_addr);
    *port = (uint16_t)number;
    return 0;
}

/* A port that may be null. */
static int read_port(struct way_json *json, json_t *line, const char *key, uint16_t *out)
{
    int64_t number = 0;

    *out = 0;
    if (!json_object_get(line, key) || json_is_null(json_object_get(line, key)))
        return 0;
    if (way_json_integer(json, line, key, 0, UINT16_MAX, &number))
        return -1;
    *out = (uint16_t)number;
    return 0;
}

/* The connection of that id in this log, made if it is new; NULL beyond the bound. */
static struct way_judge_connection *connection_of(struct reading *reading, const char *id)
{
    struct way_logread *log = reading->log;

    for (size_t i = log->count; i > reading->first; i--)
        if (strcmp(log->connections[i - 1].id, id) == 0)
            return &log->connections[i - 1];
    if (log->count == WAY_LOGREAD_CONNECTIONS_MAX)
        return NULL;
    if (log->count == log->room) {
        size_t room = log->room ? 2 * log->room : 64;
        struct way_judge_connection *grown = reallocarray(log->connections, room, sizeof *grown);
        if (!grown)
            return NULL;
        log->connections = grown;
        log->room = room;
    }
    struct way_judge_connection *added = &log->connections[log->count++];
    *added = (struct way_judge_connection){.id = way_arena_text(reading->arena, id, strlen(id)),
                                           .from = INT64_MAX,
                                           .until = INT64_MIN};
    return added;
}

static void add_port(struct way_judge_connection *connection, uint16_t port)
{
    for (size_t i = 0; port && i < 2; i++) {
        if (connection->local_ports[i] == port)
            return;
        if (connection->local_ports[i] == 0) {
            connection->local_ports[i] = port;
            return;
        }
    }
}

static int read_line(struct reading *reading, json_t *line)
{
    struct way_json *json = &reading->json;
    int64_t id, seen, time;
    uint16_t local, fetch;
    char name[96];

    if (way_json_integer(json, line, "connection", 0, INT64_MAX, &id) ||
        way_json_integer(json, line, "time", 0, INT64_MAX, &time) ||
        way_json_integer(json, line, "syn_seen", 0, INT64_MAX, &seen) ||
        read_port(json, line, "local_port", &local) ||
        read_port(json, line, "fetch_local_port", &fetch))
        return -1;
    snprintf(name, sizeof name, "%s/%" PRId64, reading->proxy, id);
    struct way_judge_connection *connection = connection_of(reading, name);
    if (!connection)
        return way_json_refuse(json, "connection", name, way_text("fewer connections"));
    if (read_end(json, line, "client", &connection->client, &connection->client_port) ||
        read_end(json, line, "origin", &connection->origin, &connection->origin_port))
        return -1;
    connection->from = seen < connection->from ? seen : connection->from;
    connection->until = time > connection->until ? time : connection->until;
    add_port(connection, local);
    add_port(connection, fetch);
    return 0;
}

static int read_log(struct reading *reading, FILE *file, const char *path)
{
    char *text = way_memory_array(WAY_LOGREAD_LINE_MAX, 1);
    unsigned number = 0;
    char place[PATH_MAX + 16];
    int result = 0;

    while (!result && fgets(text, WAY_LOGREAD_LINE_MAX, file)) {
        snprintf(place, sizeof place, "%s:%u", path, ++number);
        reading->json.file = place;
        json_t *line = way_json_parse(&reading->json, text, strlen(text));
        result = line ? read_line(reading, line) : -1;
        json_decref(line);
    }
    free(text);
    return result;
}

int way_logread(struct way_logread *log, const char *folder, const struct way_bindings *bindings,
                struct way_arena *arena, struct way_text *error)
{
    *log = (struct way_logread){0};
    for (size_t i = 0; i < bindings->node_count; i++) {
        const struct way_node *node = &bindings->nodes[i];
        struct reading reading = {.log = log,
                                  .json = {.error = error},
                                  .proxy = node->name,
                                  .first = log->count,
                                  .arena = arena};
        char path[PATH_MAX];
        if (node->role != WAY_ROLE_PROXY)
            continue;
        snprintf(path, sizeof path, "%s/logs/%s-access.jsonl", folder, node->name);
        WAY_AUTO_FILE FILE *file = fopen(path, "rbe");
        if (!file)
            continue;
        log->found = true;
        if (read_log(&reading, file, path))
            return -1;
    }
    return 0;
}

void way_logread_free(struct way_logread *log)
{
    free(log->connections);
    *log = (struct way_logread){0};
}
