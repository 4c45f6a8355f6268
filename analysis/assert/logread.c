/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading access logs, line by line.
 */
#include "analysis/assert/logread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/assert/json.h"
#include "analysis/lang/memory.h"
#include "core/common/cleanup.h"

/* A connection's number in the file, and its place among the log's connections. */
struct numbered {
    gint64 number;
    size_t index;
};

/* Where a line is, and what it is read into. */
struct reading {
    struct way_logread *log;
    struct way_json json;
    const char *proxy;
    GHashTable *by_number; /* number -> struct numbered */
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

/* Room for one more connection; NULL beyond the bound. */
static struct way_judge_connection *connection_new(struct way_logread *log)
{
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
    return &log->connections[log->count++];
}

/* The connection of that number in this log, made if it is new; NULL beyond the bound. */
static struct way_judge_connection *connection_of(struct reading *reading, int64_t number)
{
    struct way_logread *log = reading->log;
    const struct numbered *known = g_hash_table_lookup(reading->by_number, &number);

    if (known)
        return &log->connections[known->index];
    struct way_judge_connection *added = connection_new(log);
    if (!added)
        return NULL;
    const char *id = way_arena_format(reading->arena, "%s/%" PRId64, reading->proxy, number);
    *added = (struct way_judge_connection){.id = id, .from = INT64_MAX, .until = INT64_MIN};
    struct numbered *numbered = g_new0(struct numbered, 1);
    *numbered = (struct numbered){.number = number, .index = log->count - 1};
    g_hash_table_insert(reading->by_number, &numbered->number, numbered);
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

    if (way_json_integer(json, line, "connection", 0, INT64_MAX, &id) ||
        way_json_integer(json, line, "time", 0, INT64_MAX, &time) ||
        way_json_integer(json, line, "syn_seen", 0, INT64_MAX, &seen) ||
        read_port(json, line, "local_port", &local) ||
        read_port(json, line, "fetch_local_port", &fetch))
        return -1;
    struct way_judge_connection *connection = connection_of(reading, id);
    if (!connection)
        return way_json_refuse(json, "connection", NULL,
                               way_text("at most %d connections", WAY_LOGREAD_CONNECTIONS_MAX));
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
    struct way_json_lines lines = {
        .file = file, .name = path, .text = text, .size = WAY_LOGREAD_LINE_MAX, .number = 0};
    json_t *line;
    int got, result = 0;

    while (!result && (got = way_json_line(&reading->json, &lines, &line)) != 0) {
        result = got == 1 ? read_line(reading, line) : -1;
        if (got == 1)
            json_decref(line);
    }
    free(text);
    return result;
}

int way_logread_stream(struct way_logread *log, FILE *file, const char *path, const char *proxy,
                       struct way_arena *arena, struct way_text *error)
{
    struct reading reading = {.log = log,
                              .json = {.error = error},
                              .proxy = proxy,
                              .by_number =
                                  g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free),
                              .arena = arena};
    int result = read_log(&reading, file, path);

    log->found = true;
    g_hash_table_destroy(reading.by_number);
    return result;
}

int way_logread(struct way_logread *log, const char *folder, const struct way_bindings *bindings,
                struct way_arena *arena, struct way_text *error)
{
    *log = (struct way_logread){0};
    for (size_t i = 0; i < bindings->node_count; i++) {
        const struct way_node *node = &bindings->nodes[i];
        char path[PATH_MAX];
        if (node->role != WAY_ROLE_PROXY)
            continue;
        snprintf(path, sizeof path, "%s/logs/%s-access.jsonl", folder, node->name);
        struct stat status;
        if (stat(path, &status) != 0)
            continue;
        WAY_AUTO_FILE FILE *file = S_ISREG(status.st_mode) ? fopen(path, "rbe") : NULL;
        if (!file) {
            *error = way_text("%s: %s", path,
                              S_ISREG(status.st_mode) ? strerror(errno) : "it is no regular file");
            return -1;
        }
        if (way_logread_stream(log, file, path, node->name, arena, error))
            return -1;
    }
    return 0;
}

void way_logread_free(struct way_logread *log)
{
    free(log->connections);
    *log = (struct way_logread){0};
}
