/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The access log's lines, made with jansson: it keeps the order in which members
 * are set, and makes valid JSON of whatever bytes a client sends (what is not
 * UTF-8 is read as Latin-1).
 */
#include "core/proxy/accesslog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/uio.h>

#include "core/common/cleanup.h"
#include "core/common/clock.h"
#include "core/common/log.h"

int way_access_open(struct way_access_log *log, const char *path)
{
    *log = (struct way_access_log){.fd = -1};
    if (!path)
        return 0;
    log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log->fd >= 0)
        return 0;
    int error = -errno;
    way_log(WAY_LOG_ERROR, "access log '%s': %s", path, strerror(errno));
    return error;
}

void way_access_close(struct way_access_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

static json_t *latin1(const char *text)
{
    size_t len = strlen(text), at = 0;
    char *utf8 = malloc(2 * len + 1);
    if (!utf8)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80)
            utf8[at++] = (char)(0xc0 | c >> 6);
        utf8[at++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
    }
    json_t *value = json_stringn(utf8, at);
    free(utf8);
    return value;
}

static void set_text(json_t *line, const char *key, const char *text)
{
    json_t *value = text ? json_string(text) : json_null();
    if (text && !value)
        value = latin1(text);
    json_object_set_new(line, key, value);
}

static void set_number(json_t *line, const char *key, uint64_t number)
{
    json_object_set_new(line, key, json_integer((json_int_t)number));
}

static void set_time(json_t *line, const char *key, int64_t time)
{
    json_object_set_new(line, key, time ? json_integer(time) : json_null());
}

static void set_address(json_t *line, const char *key, way_be32 address)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr in = {.s_addr = address};
    set_text(line, key, inet_ntop(AF_INET, &in, text, sizeof text));
}

static void set_end(json_t *line, const char *key, way_be32 address, uint16_t port)
{
    json_t *end = json_object();
    set_address(end, "address", address);
    set_number(end, "port", port);
    json_object_set_new(line, key, end);
}

/* What every line begins with. NULL when there is no log (or no memory): all that
 * is set then goes nowhere, as jansson promises. */
static json_t *begin(const struct way_access_log *log, const char *event,
                     const struct way_flow *flow)
{
    if (log->fd < 0)
        return NULL;
    json_t *line = json_object();
    set_text(line, "event", event);
    set_time(line, "time", way_clock_ns());
    set_number(line, "connection", flow->id);
    set_end(line, "client", flow->tuple.client, flow->tuple.client_port);
    set_end(line, "origin", flow->tuple.origin, flow->tuple.origin_port);
    set_number(line, "local_port", flow->local_port);
    set_text(line, "handshake", "deferred");
    set_time(line, "syn_seen", flow->syn_seen);
    return line;
}

/* Writes the line and frees it. */
static void finish(struct way_access_log *log, json_t *line)
{
    if (!line)
        return;
    WAY_AUTO_FREE char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    if (!text)
        return;
    struct iovec parts[] = {{text, strlen(text)}, {(char[]){'\n'}, 1}};
    bool failed = writev(log->fd, parts, 2) != (ssize_t)(parts[0].iov_len + 1);
    if (failed && !log->failing)
        way_log(WAY_LOG_ERROR, "access log: a line could not be written: %s", strerror(errno));
    log->failing = failed;
}

void way_access_connection(struct way_access_log *log, const struct way_flow *flow,
                           const struct way_access_connection *what)
{
    json_t *line = begin(log, "connection", flow);
    set_time(line, "origin_connect", flow->origin_connect);
    set_time(line, "origin_acknowledged", flow->origin_acknowledged);
    set_time(line, "syn_released", flow->syn_released);
    set_time(line, "client_accepted", flow->client_accepted);
    set_time(line, "closed", what->closed);
    set_number(line, "bytes_from_client", what->bytes_from_client);
    set_number(line, "bytes_to_client", what->bytes_to_client);
    set_number(line, "requests", what->requests);
    finish(log, line);
}

void way_access_request(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_request *what)
{
    json_t *line = begin(log, "request", flow);
    set_number(line, "request", what->request);
    set_text(line, "method", what->method);
    set_text(line, "host", what->host);
    set_text(line, "target", what->target);
    json_object_set_new(line, "status", what->status ? json_integer(what->status) : json_null());
    set_text(line, "cache", what->cache);
    set_text(line, "cache_status", what->cache_status);
    json_object_set_new(line, "fetch_local_port",
                        what->fetch_local_port ? json_integer(what->fetch_local_port)
                                               : json_null());
    json_object_set_new(line, "fetch_reused", json_boolean(what->fetch_reused));
    set_time(line, "request_start", what->request_start);
    set_time(line, "request_end", what->request_end);
    set_time(line, "first_byte", what->first_byte);
    set_time(line, "end", what->end);
    set_number(line, "request_bytes", what->request_bytes);
    set_number(line, "response_bytes", what->response_bytes);
    finish(log, line);
}

void way_access_tunnel(struct way_access_log *log, const struct way_flow *flow,
                       const struct way_access_tunnel *what)
{
    json_t *line = begin(log, "tunnel", flow);
    set_text(line, "reason", what->reason);
    set_time(line, "first_byte", what->first_byte);
    set_time(line, "end", what->end);
    set_number(line, "bytes_from_client", what->bytes_from_client);
    set_number(line, "bytes_from_origin", what->bytes_from_origin);
    finish(log, line);
}

void way_access_refused(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_refused *what)
{
    json_t *line = begin(log, "refused", flow);
    set_text(line, "by", what->by_icmp ? "icmp" : "rst");
    if (what->by_icmp) {
        set_number(line, "icmp_type", what->icmp_type);
        set_number(line, "icmp_code", what->icmp_code);
        set_address(line, "offender", what->offender);
    } else {
        set_text(line, "icmp_type", NULL);
        set_text(line, "icmp_code", NULL);
        set_text(line, "offender", NULL);
    }
    set_time(line, "at", what->at);
    finish(log, line);
}

void way_access_expired(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_expired *what)
{
    json_t *line = begin(log, "expired", flow);
    set_time(line, "at", what->at);
    set_text(line, "reason", what->reason);
    finish(log, line);
}
