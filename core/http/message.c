/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Methods, reason phrases, and the message's own life.
 */
#include "core/http/message.h"

#include <assert.h>
#include <llhttp.h>
#include <stdlib.h>

/* Every method that llhttp reads with HTTP/1.1. PRI is HTTP/2's, SOURCE is Icecast's. */
static const char *const known_methods[] = {
#define NAME(number, name, string) #string,
    HTTP_METHOD_MAP(NAME)
#undef NAME
};

static const struct {
    const char *name;
    enum way_http_method method;
} special_methods[] = {
    {"GET", WAY_HTTP_METHOD_GET},         {"HEAD", WAY_HTTP_METHOD_HEAD},
    {"OPTIONS", WAY_HTTP_METHOD_OPTIONS}, {"TRACE", WAY_HTTP_METHOD_TRACE},
    {"CONNECT", WAY_HTTP_METHOD_CONNECT}, {"PRI", WAY_HTTP_METHOD_UNKNOWN},
    {"SOURCE", WAY_HTTP_METHOD_UNKNOWN},
};

/* The IANA registry of methods, those marked safe. */
static const char *const safe_methods[] = {
    "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum way_http_method way_http_method_of(struct way_text token)
{
    for (size_t i = 0; i < COUNT(special_methods); i++)
        if (way_text_equal(token, way_text_of(special_methods[i].name)))
            return special_methods[i].method;
    for (size_t i = 0; i < COUNT(known_methods); i++)
        if (way_text_equal(token, way_text_of(known_methods[i])))
            return WAY_HTTP_METHOD_OTHER;
    return WAY_HTTP_METHOD_UNKNOWN;
}

bool way_http_method_is_safe(struct way_text token)
{
    for (size_t i = 0; i < COUNT(safe_methods); i++)
        if (way_text_equal(token, way_text_of(safe_methods[i])))
            return true;
    return false;
}

static const struct {
    unsigned status;
    const char *words;
} reasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {414, "URI Too Long"},
    {421, "Misdirected Request"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *way_http_reason(unsigned status)
{
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return "";
}

void way_http_message_free(struct way_http_message **message)
{
    struct way_http_message *gone = *message;
    *message = NULL;
    if (!gone)
        return;
    assert(gone->magic == WAY_HTTP_MESSAGE_MAGIC);
    gone->magic = 0;
    way_http_fields_free(&gone->fields);
    way_http_fields_free(&gone->trailers);
    free(gone->bytes);
    free(gone->trailer_bytes);
    free(gone);
}

bool way_http_message_check(const struct way_http_message *message)
{
    assert(message->magic == WAY_HTTP_MESSAGE_MAGIC);
    assert(message->minor <= 1);
    assert(message->head.at == message->bytes && message->head.len > 0);
    assert(message->fields.count <= message->fields.room);
    if (message->is_request) {
        assert(way_text_is_token(message->method_name));
        assert(message->target.len > 0 && message->path.len > 0);
        assert(message->framing != WAY_HTTP_FRAMING_CLOSE);
    } else {
        assert(message->status >= 100 && message->status <= 999);
        assert(message->framing != WAY_HTTP_FRAMING_CLOSE || !message->persistent);
    }
    return true;
}
