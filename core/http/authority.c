/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hosts and request targets, read strictly: what is odd is refused rather than
 * repaired, because the origin might repair it differently.
 */
#include "core/http/authority.h"

#include <string.h>

static const char scheme[] = "http://";
enum { SCHEME_LEN = sizeof scheme - 1 };

static struct way_text cut(struct way_text text, size_t from)
{
    return (struct way_text){text.at + from, text.len - from};
}

/* unreserved, sub-delims and "%" (RFC 3986), without the comma: a Host that reads like a list is
 * two hosts to some. */
static bool is_name_char(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != '\0' && strchr("-._~%!$&'()*+;=", c) != NULL;
}

static bool is_address_char(char c)
{
    return is_name_char(c) || c == ':';
}

/* Bytes of the uri-host at the start; the span's length + 1 when it is malformed. */
static size_t host_length(struct way_text host)
{
    size_t at = 0;
    if (host.len > 0 && host.at[0] == '[') {
        for (at = 1; at < host.len && is_address_char(host.at[at]);)
            at++;
        return at > 1 && at < host.len && host.at[at] == ']' ? at + 1 : host.len + 1;
    }
    while (at < host.len && is_name_char(host.at[at]))
        at++;
    return at;
}

bool way_http_host_ok(struct way_text host)
{
    if (host.len == 0)
        return true;
    size_t name = host_length(host);
    if (name > host.len || name == 0)
        return false;
    if (name == host.len)
        return true;
    struct way_text port = cut(host, name + 1);
    uint64_t number = 0;
    if (host.at[name] != ':')
        return false;
    return port.len == 0 || (port.len <= 5 && way_text_number(port, &number) && number <= 65535);
}

void way_http_host_normalise(struct way_buffer *out, struct way_text host)
{
    size_t name = host_length(host);
    if (name > host.len)
        name = host.len;
    struct way_text port = name < host.len ? cut(host, name + 1) : (struct way_text){NULL, 0};
    for (size_t i = 0; i < name; i++) {
        char lower = way_text_lower(host.at[i]);
        way_buffer_bytes(out, &lower, 1);
    }
    while (port.len > 0 && port.at[0] == '0')
        port = cut(port, 1);
    if (port.len > 0 && !way_text_equal(port, way_text_of("80"))) {
        way_buffer_string(out, ":");
        way_buffer_text(out, port);
    }
}

bool way_http_absolute_split(struct way_text uri, struct way_text *authority, struct way_text *path)
{
    if (uri.len < SCHEME_LEN || !way_text_is((struct way_text){uri.at, SCHEME_LEN}, scheme))
        return false;
    struct way_text rest = cut(uri, SCHEME_LEN);
    size_t len = 0;
    while (len < rest.len && !strchr("/?#", rest.at[len]))
        len++;
    struct way_text host = {rest.at, len};
    struct way_text tail = cut(rest, len);
    if (len == 0 || !way_http_host_ok(host))
        return false;
    /* "?query" without a path would have to become "/?query": nobody sends it. */
    if (tail.len > 0 && (tail.at[0] != '/' || memchr(tail.at, '#', tail.len)))
        return false;
    *authority = host;
    *path = tail.len > 0 ? tail : way_text_of("/");
    return true;
}

/* Printable ASCII only, no fragment. */
static bool target_bytes_ok(struct way_text target)
{
    for (size_t i = 0; i < target.len; i++)
        if (target.at[i] <= ' ' || target.at[i] >= 0x7f || target.at[i] == '#')
            return false;
    return target.len > 0;
}

bool way_http_target_read(struct way_http_message *request)
{
    struct way_text target = request->target;
    request->path = target;
    request->authority = (struct way_text){NULL, 0};
    if (!target_bytes_ok(target))
        return false;
    if (request->method == WAY_HTTP_METHOD_CONNECT) {
        request->form = WAY_HTTP_FORM_AUTHORITY;
        request->authority = target;
        return way_http_host_ok(target);
    }
    if (target.at[0] == '/') {
        request->form = WAY_HTTP_FORM_ORIGIN;
        return true;
    }
    if (way_text_is(target, "*")) {
        request->form = WAY_HTTP_FORM_ASTERISK;
        return request->method == WAY_HTTP_METHOD_OPTIONS;
    }
    request->form = WAY_HTTP_FORM_ABSOLUTE;
    return way_http_absolute_split(target, &request->authority, &request->path);
}
