/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libmicrohttpd calls us three ways for each request: on_uri with the raw target, on_request
 * once for the head, for each piece of a body and at its end, and on_completed. What
 * belongs to the request lives from the first to the last of them in
 * struct request, touched by the connection's thread alone.
 */
#include "config.h" /* first: it asks for ppoll */

#include "emu/origin/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "core/common/log.h"
#include "emu/origin/body.h"
#include "emu/origin/digest.h"
#include "emu/origin/etag.h"
#include "emu/origin/object.h"

enum { STACK_BYTES = 256 * 1024, BLOCK_BYTES = 32 * 1024, LOG_TARGET_MAX = 400 };

struct way_origin {
    struct MHD_Daemon *daemon;
    int stop_fd; /* not ours */
};

struct request {
    bool head_seen; /* on_request was called for the head */
    bool is_valid;  /* `object` was read; else `error` says why not */
    char target[LOG_TARGET_MAX + 1];
    char method[16];
    unsigned status; /* 0 until a response was queued */
    uint64_t length; /* of the body received (POST) or sent */
    GChecksum *sum;  /* of the body received; POST only */
    struct way_object object;
    struct way_object_error error;
};

/* What the reader of a body needs; freed by libmicrohttpd with the response. */
struct source {
    uint64_t key, size;
    uint64_t abort_after; /* UINT64_MAX: never */
    enum way_object_abort abort;
    int fd;
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)cls;
    (void)connection;
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    size_t len = strlen(uri);
    way_object_printable(uri, len, request->target, sizeof request->target);
    request->is_valid = way_object_parse(uri, len, &request->object, &request->error);
    return request;
}

/* Sleeps `delay` nanoseconds; false when the program stops meanwhile. */
static bool wait_for(int stop_fd, int64_t delay)
{
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    struct timespec time = {delay / 1000000000, delay % 1000000000};
    int n = ppoll(&stop, 1, &time, NULL);
    return n == 0 || (n < 0 && errno == EINTR);
}

/* A reset, at once: what the kernel has not sent yet is dropped. */
static void reset_connection(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    if (connect(fd, &none, sizeof none) < 0)
        way_log(WAY_LOG_WARNING, "cannot reset a connection: %s", strerror(errno));
}

static ssize_t read_body(void *cls, uint64_t at, char *to, size_t max)
{
    struct source *source = cls;
    if (at >= source->abort_after) {
        if (source->abort == WAY_OBJECT_ABORT_RST)
            reset_connection(source->fd);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (at >= source->size)
        return MHD_CONTENT_READER_END_OF_STREAM;
    uint64_t end = source->size < source->abort_after ? source->size : source->abort_after;
    size_t take = end - at < max ? (size_t)(end - at) : max;
    way_body_fill(source->key, at, (uint8_t *)to, take);
    return (ssize_t)take;
}

static struct MHD_Response *text_response(const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
    if (response)
        MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    return response;
}

static struct MHD_Response *body_response(struct MHD_Connection *connection,
                                          const struct way_object *object, uint64_t key)
{
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    *source = (struct source){
        .key = key,
        .size = object->size,
        .abort_after = object->aborts ? object->abort_after : UINT64_MAX,
        .abort = object->abort,
        .fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
    };
    struct MHD_Response *response = MHD_create_response_from_callback(
        object->chunked ? MHD_SIZE_UNKNOWN : object->size, BLOCK_BYTES, read_body, source, free);
    if (!response)
        free(source);
    return response;
}

static void add_object_headers(struct MHD_Response *response, const struct way_object *object,
                               uint64_t key, const char *etag)
{
    MHD_add_response_header(response, "ETag", etag);
    if (object->digest) {
        char digest[WAY_DIGEST_TEXT + 1];
        way_digest_of_body(key, object->size, digest);
        MHD_add_response_header(response, "Repr-Digest", digest);
    }
    for (unsigned i = 0; i < object->header_count; i++)
        MHD_add_response_header(response, object->headers[i].name, object->headers[i].value);
}

/* The object, its head alone, or 304. */
static struct MHD_Response *get_response(struct MHD_Connection *connection, struct request *request)
{
    const struct way_object *object = &request->object;
    uint64_t key = way_body_key(object->name, object->seed);
    char etag[WAY_ETAG_TEXT + 1];
    way_etag_text(way_body_tag(key, object->size), etag);
    const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
    request->status = object->status;
    struct MHD_Response *response = NULL;
    if (object->status == 200 && known && way_etag_listed(known, etag)) {
        request->status = 304;
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    } else {
        response = body_response(connection, object, key);
        request->length = strcmp(request->method, "HEAD") == 0 ? 0 : object->size;
    }
    if (response)
        add_object_headers(response, object, key, etag);
    return response;
}

static struct MHD_Response *post_response(struct request *request)
{
    char digest[WAY_DIGEST_TEXT + 1];
    way_digest_text(request->sum, digest);
    char text[128];
    snprintf(text, sizeof text, "received %" PRIu64 " bytes %s\n", request->length, digest);
    request->status = request->object.status;
    struct MHD_Response *response = text_response(text);
    for (unsigned i = 0; response && i < request->object.header_count; i++)
        MHD_add_response_header(response, request->object.headers[i].name,
                                request->object.headers[i].value);
    return response;
}

static struct MHD_Response *error_response(struct request *request)
{
    char text[sizeof request->error.text + 1];
    snprintf(text, sizeof text, "%s\n", request->error.text);
    request->status = request->error.status;
    request->length = strlen(text);
    return text_response(text);
}

static struct MHD_Response *not_allowed_response(struct request *request)
{
    request->status = 405;
    struct MHD_Response *response = text_response("only GET, HEAD and POST\n");
    if (response)
        MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
    return response;
}

static bool is_get_or_head(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static enum MHD_Result respond(struct way_origin *origin, struct MHD_Connection *connection,
                               struct request *request)
{
    bool is_post = strcmp(request->method, "POST") == 0;
    struct MHD_Response *response = NULL;
    if (!is_post && !is_get_or_head(request->method))
        response = not_allowed_response(request);
    else if (!request->is_valid)
        response = error_response(request);
    else if (request->object.delay > 0 && !wait_for(origin->stop_fd, request->object.delay))
        return MHD_NO;
    else
        response = is_post ? post_response(request) : get_response(connection, request);
    if (!response)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(connection, request->status, response);
    MHD_destroy_response(response);
    return result;
}

static void begin(struct request *request, const char *method)
{
    request->head_seen = true;
    way_object_printable(method, strlen(method), request->method, sizeof request->method);
    if (strcmp(method, "POST") == 0)
        request->sum = g_checksum_new(G_CHECKSUM_SHA256);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **context)
{
    (void)url;
    (void)version;
    struct request *request = *context;
    if (!request)
        return MHD_NO;
    if (!request->head_seen) {
        begin(request, method);
        return MHD_YES;
    }
    if (*data_len > 0) {
        if (request->sum) {
            g_checksum_update(request->sum, (const guchar *)data, (gssize)*data_len);
            request->length += *data_len;
        }
        *data_len = 0;
        return MHD_YES;
    }
    return respond(cls, connection, request);
}

static void log_request(struct MHD_Connection *connection, const struct request *request,
                        bool was_completed)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr_in *client = (const struct sockaddr_in *)info->client_addr;
    char address[INET_ADDRSTRLEN] = "?";
    inet_ntop(AF_INET, &client->sin_addr, address, sizeof address);
    way_log(WAY_LOG_INFO, "%s:%u %s %s %u %" PRIu64 " bytes%s", address, ntohs(client->sin_port),
            request->method[0] ? request->method : "?", request->target, request->status,
            request->length, was_completed ? "" : ", cut short");
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    (void)cls;
    struct request *request = *context;
    if (!request)
        return;
    log_request(connection, request, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    if (request->sum)
        g_checksum_free(request->sum);
    free(request);
    *context = NULL;
}

/* What libmicrohttpd has to say is about its own inside: for --verbose. */
__attribute__((format(printf, 2, 0))) static void on_library_log(void *cls, const char *fmt,
                                                                 va_list arguments)
{
    (void)cls;
    char text[256];
    vsnprintf(text, sizeof text, fmt, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    way_log(WAY_LOG_DEBUG, "libmicrohttpd: %s", text);
}

struct way_origin *way_origin_start(const struct sockaddr_in *address, int stop_fd)
{
    struct way_origin *origin = calloc(1, sizeof *origin);
    if (!origin)
        return NULL;
    origin->stop_fd = stop_fd;
    origin->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, origin,
        /* the logger comes first, so that it hears of the other options' errors */
        MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)WAY_ORIGIN_CONNECTIONS_MAX,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (!origin->daemon) {
        free(origin);
        return NULL;
    }
    return origin;
}

uint16_t way_origin_port(const struct way_origin *origin)
{
    return MHD_get_daemon_info(origin->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void way_origin_stop(struct way_origin **origin)
{
    MHD_stop_daemon((*origin)->daemon);
    free(*origin);
    *origin = NULL;
}
