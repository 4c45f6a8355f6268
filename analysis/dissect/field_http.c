/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of HTTP/1 messages: analysis/dissect/http.h. A packet has those of each
 * message whose head it completes, in the order of the messages.
 */
#include "analysis/dissect/field_table.h"
#include "analysis/dissect/flow.h"
#include "analysis/dissect/http.h"

/* The messages of a packet, or how there are none. */
static enum way_presence messages_of(const struct way_view *view,
                                     const struct way_http_facts **http)
{
    *http = view->flow ? view->flow->http : NULL;
    if (!*http) /* a stream that nobody has followed */
        return WAY_BROKEN;
    if ((*http)->count == 0)
        return (*http)->broken ? WAY_BROKEN : WAY_ABSENT;
    return WAY_PRESENT;
}

/* Adds what a row asks for of one message. */
typedef void picker(const struct way_field *field, const struct way_http_message *message,
                    struct way_values *out);

static enum way_presence each_message(const struct way_field *field, const struct way_view *view,
                                      picker *pick, struct way_values *out)
{
    const struct way_http_facts *http;
    enum way_presence presence = messages_of(view, &http);

    if (presence != WAY_PRESENT)
        return presence;
    for (unsigned i = 0; i < http->count; i++)
        pick(field, http->messages[i], out);
    out->more |= http->more;
    return way_values_any(out);
}

static void add_text(const struct way_field *field, struct way_text text, struct way_values *out)
{
    static const uint8_t empty[1];

    way_values_add_span(out, field->info->type, text.at ? (const uint8_t *)text.at : empty,
                        text.len);
}

static void pick_head(const struct way_field *field, const struct way_http_message *message,
                      struct way_values *out)
{
    add_text(field, message->head, out);
}

static void pick_head_len(const struct way_field *field, const struct way_http_message *message,
                          struct way_values *out)
{
    way_values_add(out, field->info->type, message->head.len);
}

/* `argument`: requests are asked for. */
static void pick_kind(const struct way_field *field, const struct way_http_message *message,
                      struct way_values *out)
{
    if (message->is_request == field->info->argument)
        way_values_add(out, field->info->type, 1);
}

static void pick_method(const struct way_field *field, const struct way_http_message *message,
                        struct way_values *out)
{
    if (message->is_request)
        add_text(field, message->method_name, out);
}

static void pick_target(const struct way_field *field, const struct way_http_message *message,
                        struct way_values *out)
{
    if (message->is_request)
        add_text(field, message->target, out);
}

static void pick_version(const struct way_field *field, const struct way_http_message *message,
                         struct way_values *out)
{
    if (message->is_request == field->info->argument)
        add_text(field, way_text_of(message->minor ? "HTTP/1.1" : "HTTP/1.0"), out);
}

static void pick_status(const struct way_field *field, const struct way_http_message *message,
                        struct way_values *out)
{
    if (!message->is_request)
        way_values_add(out, field->info->type, message->status);
}

static void pick_reason(const struct way_field *field, const struct way_http_message *message,
                        struct way_values *out)
{
    if (!message->is_request)
        add_text(field, message->reason, out);
}

static void pick_has_body(const struct way_field *field, const struct way_http_message *message,
                          struct way_values *out)
{
    bool none = message->framing == WAY_HTTP_FRAMING_NONE ||
                (message->framing == WAY_HTTP_FRAMING_LENGTH && message->length == 0);

    way_values_add(out, field->info->type, !none);
}

/* The values of every field line of that name: the row's, or the key that was asked
 * for. Of a row that is a number, those that are one. */
static void pick_header(const struct way_field *field, const struct way_http_message *message,
                        struct way_values *out)
{
    const char *name = field->info->text ? field->info->text : field->key;
    uint64_t number;

    for (size_t i = 0; name && i < message->fields.count; i++) {
        const struct way_http_field *line = &message->fields.list[i];
        if (!way_text_is(line->name, name))
            continue;
        if (way_type_is_span(field->info->type))
            add_text(field, line->value, out);
        else if (way_text_number(line->value, &number))
            way_values_add(out, field->info->type, number);
    }
}

/* One getter a picker: what the rows name. */
#define PICKED(getter, pick)                                                                       \
    static enum way_presence getter(const struct way_field *field, const struct way_view *view,    \
                                    const struct way_level *level, struct way_values *out)         \
    {                                                                                              \
        (void)level;                                                                               \
        return each_message(field, view, pick, out);                                               \
    }
PICKED(get_head, pick_head)
PICKED(get_head_len, pick_head_len)
PICKED(get_kind, pick_kind)
PICKED(get_method, pick_method)
PICKED(get_target, pick_target)
PICKED(get_version, pick_version)
PICKED(get_status, pick_status)
PICKED(get_reason, pick_reason)
PICKED(get_has_body, pick_has_body)
PICKED(get_header, pick_header)

static enum way_presence get_body_len(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    const struct way_http_facts *http = view->flow ? view->flow->http : NULL;
    (void)level;

    if (!http || (http->ended == 0 && http->broken))
        return WAY_BROKEN;
    for (unsigned i = 0; i < http->ended; i++)
        way_values_add(out, field->info->type, http->body_lens[i]);
    return way_values_any(out);
}

#define HTTP(name, kind, getter, about, ...)                                                       \
    LISTED(name, kind, HTTP, getter, about, .needs = WAY_NEEDS_HTTP __VA_OPT__(, ) __VA_ARGS__)
#define HEADER(name, kind, header, ...)                                                            \
    HTTP(name, kind, get_header, "header field " header, .text = (header)__VA_OPT__(, ) __VA_ARGS__)

static const struct way_field_info rows[] = {
    HTTP("http", BYTES, get_head, "the head of each message, with the empty line at its end"),
    HTTP("http.head_len", NUMBER, get_head_len, "bytes of that head", .ours = true),
    HTTP("http.request", BOOL, get_kind, "it is a request; absent for responses", .argument = 1),
    HTTP("http.response", BOOL, get_kind, "it is a response; absent for requests", .argument = 0),
    HTTP("http.request.method", STRING, get_method, "method"),
    HTTP("http.request.uri", STRING, get_target, "request target, as written"),
    HTTP("http.request.version", STRING, get_version, "HTTP/1.0 or HTTP/1.1", .argument = 1),
    HTTP("http.response.version", STRING, get_version, "the same of a response", .argument = 0),
    HTTP("http.response.code", NUMBER, get_status, "status"),
    HTTP("http.response.phrase", STRING, get_reason, "reason phrase"),
    HTTP("http.has_body", BOOL, get_has_body, "a body follows the head, of more than 0 bytes",
         .ours = true),
    HTTP("http.body_len", NUMBER, get_body_len,
         "at the packet that ends a message: bytes of its body, decoded", .ours = true),
    HEADER("http.accept", STRING, "Accept"),
    HEADER("http.age", NUMBER, "Age", .ours = true),
    HEADER("http.authorization", STRING, "Authorization"),
    HEADER("http.cache_control", STRING, "Cache-Control"),
    HEADER("http.cache_status", STRING, "Cache-Status", .ours = true),
    HEADER("http.connection", STRING, "Connection"),
    HEADER("http.content_encoding", STRING, "Content-Encoding"),
    HEADER("http.content_length", NUMBER, "Content-Length"),
    HEADER("http.content_type", STRING, "Content-Type"),
    HEADER("http.cookie", STRING, "Cookie"),
    HEADER("http.date", STRING, "Date"),
    HEADER("http.etag", STRING, "ETag", .ours = true),
    HEADER("http.expires", STRING, "Expires", .ours = true),
    HEADER("http.host", STRING, "Host"),
    HEADER("http.if_modified_since", STRING, "If-Modified-Since", .ours = true),
    HEADER("http.if_none_match", STRING, "If-None-Match", .ours = true),
    HEADER("http.last_modified", STRING, "Last-Modified"),
    HEADER("http.location", STRING, "Location"),
    HEADER("http.referer", STRING, "Referer"),
    HEADER("http.server", STRING, "Server"),
    HEADER("http.set_cookie", STRING, "Set-Cookie"),
    HEADER("http.transfer_encoding", STRING, "Transfer-Encoding"),
    HEADER("http.user_agent", STRING, "User-Agent"),
    HEADER("http.vary", STRING, "Vary", .ours = true),
    HEADER("http.via", STRING, "Via", .ours = true),
    HTTP("http.header", STRING, get_header, "any header field, by name: http.header[\"Name\"]",
         .keyed = true, .ours = true),
};
WAY_FIELD_GROUP(way_fields_http, "HTTP/1");
