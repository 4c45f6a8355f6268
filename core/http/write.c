/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Heads to bytes. One filter decides which fields pass, by a table and by what
 * Connection names; the rest is appending lines.
 */
#include "core/http/write.h"

#include <stdio.h>

#include "core/http/date.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* RFC 9110, 7.6.1, and older ones of the same kind. */
static const char *const hop_by_hop[] = {
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Authentication-Info",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
};

/* What must not be in a trailer section (RFC 9110, 6.5.1): framing, routing, request modifiers,
 * authentication, response control, content format. */
static const char *const not_in_trailers[] = {
    "Age",          "Allow",          "Authorization",    "Cache-Control",
    "Cache-Status", "Content-Length", "Content-Encoding", "Content-Range",
    "Content-Type", "Date",           "Expect",           "Expires",
    "Host",         "Location",       "Max-Forwards",     "Pragma",
    "Range",        "Retry-After",    "Set-Cookie",       "Vary",
    "Via",          "Warning",        "WWW-Authenticate",
};

static bool is_one_of(struct way_text name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (way_text_is(name, names[i]))
            return true;
    return false;
}

/* Does Connection name the field? */
static bool is_connection_option(const struct way_http_message *message, struct way_text name)
{
    struct way_http_members walk = {.fields = &message->fields, .name = "Connection"};
    struct way_text option;
    while (way_http_members_next(&walk, &option))
        if (way_text_same(option, name))
            return true;
    return false;
}

static bool is_end_to_end(const struct way_http_message *message, struct way_text name)
{
    return !is_one_of(name, hop_by_hop, COUNT(hop_by_hop)) && !is_connection_option(message, name);
}

static void write_field(struct way_buffer *out, struct way_text name, struct way_text value)
{
    way_buffer_text(out, name);
    way_buffer_string(out, ": ");
    way_buffer_text(out, value);
    way_buffer_string(out, "\r\n");
}

static void write_named(struct way_buffer *out, const char *name, struct way_text value)
{
    write_field(out, way_text_of(name), value);
}

static void write_count(struct way_buffer *out, const char *name, int64_t count)
{
    way_buffer_string(out, name);
    way_buffer_string(out, ": ");
    way_buffer_number(out, count);
    way_buffer_string(out, "\r\n");
}

static void write_date(struct way_buffer *out, int64_t date)
{
    char text[WAY_HTTP_DATE_LEN + 1];
    way_http_date_print(date, text);
    write_named(out, "Date", way_text_of(text));
}

/* Via names the version in which the message came (RFC 9110, 7.6.3). */
static void write_via(struct way_buffer *out, unsigned minor, const char *pseudonym)
{
    if (!pseudonym)
        return;
    way_buffer_string(out, minor == 0 ? "Via: 1.0 " : "Via: 1.1 ");
    way_buffer_string(out, pseudonym);
    way_buffer_string(out, "\r\n");
}

static void write_framing(struct way_buffer *out, enum way_http_framing framing, uint64_t length)
{
    if (framing == WAY_HTTP_FRAMING_LENGTH)
        write_count(out, "Content-Length", (int64_t)length);
    else if (framing == WAY_HTTP_FRAMING_CHUNKED)
        way_buffer_string(out, "Transfer-Encoding: chunked\r\n");
}

/* Connection as `close`, `keep_alive` and `upgrade` say; Upgrade from the message, if any. */
static void write_connection(struct way_buffer *out, const struct way_http_message *message,
                             bool close, bool keep_alive, bool upgrade)
{
    if (upgrade && message) {
        struct way_http_members walk = {.fields = &message->fields, .name = "Upgrade"};
        struct way_text protocol;
        while (way_http_members_next(&walk, &protocol))
            write_named(out, "Upgrade", protocol);
        way_buffer_string(out, "Connection: Upgrade\r\n");
    } else if (close) {
        way_buffer_string(out, "Connection: close\r\n");
    } else if (keep_alive) {
        way_buffer_string(out, "Connection: keep-alive\r\n");
    }
}

static void write_request_line(struct way_buffer *out, const struct way_http_message *request)
{
    way_buffer_text(out, request->method_name);
    way_buffer_string(out, " ");
    way_buffer_text(out, request->path);
    way_buffer_string(out, " HTTP/1.1\r\n");
}

static bool heeds_max_forwards(const struct way_http_message *request)
{
    return request->method == WAY_HTTP_METHOD_TRACE || request->method == WAY_HTTP_METHOD_OPTIONS;
}

bool way_http_forwards_spent(const struct way_http_message *request)
{
    uint64_t left = 1;
    struct way_text value = way_http_fields_value(&request->fields, "Max-Forwards");
    return heeds_max_forwards(request) && way_text_number(value, &left) && left == 0;
}

static void write_request_field(struct way_buffer *out, const struct way_http_message *request,
                                const struct way_http_field *field)
{
    uint64_t forwards = 0;
    if (way_text_is(field->name, "Host") || way_text_is(field->name, "Content-Length"))
        return;
    if (!is_end_to_end(request, field->name))
        return;
    if (heeds_max_forwards(request) && way_text_is(field->name, "Max-Forwards") &&
        way_text_number(field->value, &forwards) && forwards > 0)
        write_count(out, "Max-Forwards", (int64_t)forwards - 1);
    else
        write_field(out, field->name, field->value);
}

void way_http_write_request(struct way_buffer *out, const struct way_http_message *request,
                            const struct way_http_request_out *how)
{
    struct way_text host = request->authority;
    if (host.len == 0 && how->host && !way_http_fields_find(&request->fields, "Host"))
        host = way_text_of(how->host);
    write_request_line(out, request);
    write_named(out, "Host", host);
    for (size_t i = 0; i < request->fields.count; i++)
        write_request_field(out, request, &request->fields.list[i]);
    write_via(out, request->minor, how->via);
    write_framing(out, how->framing, how->length);
    write_connection(out, request, how->close, false, how->upgrade);
    way_buffer_string(out, "\r\n");
}

void way_http_write_request_as_is(struct way_buffer *out, const struct way_http_message *request,
                                  const char *via)
{
    /* The head without the empty line at its end. */
    way_buffer_bytes(out, request->head.at, request->head.len - 2);
    write_via(out, request->minor, via);
    way_buffer_string(out, "\r\n");
}

static void write_status_line(struct way_buffer *out, unsigned status, struct way_text reason)
{
    way_buffer_string(out, "HTTP/1.1 ");
    way_buffer_number(out, status);
    way_buffer_string(out, " ");
    way_buffer_text(out, reason);
    way_buffer_string(out, "\r\n");
}

/* Does a Content-Length that came with the response still hold when no body is sent? In responses
 * to HEAD and in 304 it tells of a body elsewhere; with 1xx and 204 it may not be (RFC 9110, 8.6).
 */
static bool keeps_length(const struct way_http_message *response, enum way_http_framing framing)
{
    return framing == WAY_HTTP_FRAMING_NONE && response->status >= 200 && response->status != 204;
}

struct kept {
    bool length, age;
};

static void write_response_fields(struct way_buffer *out, const struct way_http_message *response,
                                  const struct way_http_response_out *how, struct kept keep)
{
    bool has_date = false;
    for (size_t i = 0; i < response->fields.count; i++) {
        const struct way_http_field *field = &response->fields.list[i];
        if (!is_end_to_end(response, field->name) ||
            (!keep.length && way_text_is(field->name, "Content-Length")) ||
            (!keep.age && way_text_is(field->name, "Age")))
            continue;
        has_date = has_date || way_text_is(field->name, "Date");
        write_field(out, field->name, field->value);
    }
    if (!has_date && how->date >= 0 && response->status >= 200)
        write_date(out, how->date);
    write_via(out, response->minor, how->via);
}

static void write_own_fields(struct way_buffer *out, const struct way_http_response_out *how)
{
    if (how->age >= 0)
        write_count(out, "Age", how->age);
    if (how->cache_status)
        write_named(out, "Cache-Status", way_text_of(how->cache_status));
}

void way_http_write_response(struct way_buffer *out, const struct way_http_message *response,
                             const struct way_http_response_out *how)
{
    struct kept keep = {.length = keeps_length(response, how->framing), .age = how->age < 0};
    write_status_line(out, response->status, response->reason);
    write_response_fields(out, response, how, keep);
    write_own_fields(out, how);
    write_framing(out, how->framing, how->length);
    write_connection(out, response, how->close, how->keep_alive, how->upgrade);
    way_buffer_string(out, "\r\n");
}

void way_http_write_stored(struct way_buffer *out, const struct way_http_message *response,
                           const struct way_http_response_out *how)
{
    write_status_line(out, response->status, response->reason);
    write_response_fields(out, response, how, (struct kept){0});
}

void way_http_write_from_stored(struct way_buffer *out, struct way_text stored,
                                const struct way_http_response_out *how)
{
    way_buffer_text(out, stored);
    write_own_fields(out, how);
    write_framing(out, how->framing, how->length);
    write_connection(out, NULL, how->close, how->keep_alive, false);
    way_buffer_string(out, "\r\n");
}

void way_http_write_own(struct way_buffer *out, unsigned status, const char *words, bool head_only,
                        const struct way_http_response_out *how)
{
    struct way_text text = way_text_of(words);
    write_status_line(out, status, way_text_of(way_http_reason(status)));
    if (how->date >= 0)
        write_date(out, how->date);
    way_buffer_string(out, "Content-Type: text/plain\r\n");
    write_via(out, 1, how->via);
    write_own_fields(out, how);
    write_framing(out, WAY_HTTP_FRAMING_LENGTH, text.len + 1);
    write_connection(out, NULL, how->close, how->keep_alive, false);
    way_buffer_string(out, "\r\n");
    if (head_only)
        return;
    way_buffer_text(out, text);
    way_buffer_string(out, "\n");
}

enum way_http_framing way_http_framing_for(enum way_http_framing from, unsigned client_minor)
{
    if (from == WAY_HTTP_FRAMING_NONE || from == WAY_HTTP_FRAMING_LENGTH)
        return from;
    return client_minor >= 1 ? WAY_HTTP_FRAMING_CHUNKED : WAY_HTTP_FRAMING_CLOSE;
}

void way_http_write_chunk_size(struct way_buffer *out, size_t len)
{
    char line[24];
    int written = snprintf(line, sizeof line, "%zx\r\n", len);
    way_buffer_bytes(out, line, (size_t)written);
}

void way_http_write_last_chunk(struct way_buffer *out, const struct way_http_fields *trailers)
{
    way_buffer_string(out, "0\r\n");
    for (size_t i = 0; trailers && i < trailers->count; i++) {
        struct way_text name = trailers->list[i].name;
        if (!is_one_of(name, hop_by_hop, COUNT(hop_by_hop)) &&
            !is_one_of(name, not_in_trailers, COUNT(not_in_trailers)))
            write_field(out, name, trailers->list[i].value);
    }
    way_buffer_string(out, "\r\n");
}
