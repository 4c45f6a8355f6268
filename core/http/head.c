/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Start lines and field lines (RFC 9112, 2 to 5), by exact rules. The bytes
 * passed the collector: lines end in CRLF, and there is no other control
 * character than HTAB in them.
 */
#include "core/http/head.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/http/authority.h"

/* Takes what is before the first `c` off the rest, and `c`, too; false when there is none. */
static bool take_until(struct way_text *rest, char c, struct way_text *out)
{
    const char *found = rest->len ? memchr(rest->at, c, rest->len) : NULL;
    if (!found)
        return false;
    *out = (struct way_text){rest->at, (size_t)(found - rest->at)};
    rest->at += out->len + 1;
    rest->len -= out->len + 1;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* HTTP-version (RFC 9112, 2.3), case-sensitive. What is well-formed, but neither 1.0 nor 1.1, is
 * a version that we do not speak. */
static enum way_http_error read_version(struct way_text text, unsigned *minor)
{
    if (text.len != 8 || memcmp(text.at, "HTTP/", 5) != 0 || !is_digit(text.at[5]) ||
        text.at[6] != '.' || !is_digit(text.at[7]))
        return WAY_HTTP_ERROR_VERSION_FORM;
    if (text.at[5] != '1' || text.at[7] > '1')
        return WAY_HTTP_ERROR_VERSION;
    *minor = (unsigned)(text.at[7] - '0');
    return WAY_HTTP_ERROR_NONE;
}

static enum way_http_error request_line(struct way_http_message *message, struct way_text line,
                                        const struct way_http_limits *limits)
{
    if (!take_until(&line, ' ', &message->method_name))
        return WAY_HTTP_ERROR_START_LINE;
    if (!way_text_is_token(message->method_name))
        return WAY_HTTP_ERROR_METHOD;
    if (!take_until(&line, ' ', &message->target))
        return WAY_HTTP_ERROR_START_LINE;
    if (message->target.len > limits->target)
        return WAY_HTTP_ERROR_TARGET_LONG;
    enum way_http_error error = read_version(line, &message->minor);
    if (error)
        return error;
    message->method = way_http_method_of(message->method_name);
    return way_http_target_read(message) ? WAY_HTTP_ERROR_NONE : WAY_HTTP_ERROR_TARGET;
}

/* status-line; the space before an empty reason phrase is often forgotten, and without it nothing
 * is ambiguous. */
static enum way_http_error status_line(struct way_http_message *message, struct way_text line)
{
    struct way_text version;
    if (!take_until(&line, ' ', &version))
        return WAY_HTTP_ERROR_START_LINE;
    enum way_http_error error = read_version(version, &message->minor);
    if (error)
        return error;
    if (line.len < 3 || (line.len > 3 && line.at[3] != ' '))
        return WAY_HTTP_ERROR_STATUS_CODE;
    uint64_t status = 0;
    if (!way_text_number((struct way_text){line.at, 3}, &status) || status < 100)
        return WAY_HTTP_ERROR_STATUS_CODE;
    message->status = (unsigned)status;
    size_t skip = line.len > 3 ? 4 : 3;
    message->reason = (struct way_text){line.at + skip, line.len - skip};
    return WAY_HTTP_ERROR_NONE;
}

enum way_http_error way_http_start_line(struct way_http_message *message, struct way_text line,
                                        const struct way_http_limits *limits)
{
    return message->is_request ? request_line(message, line, limits) : status_line(message, line);
}

static enum way_http_error field_line(struct way_http_fields *fields, struct way_text line,
                                      size_t limit)
{
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return WAY_HTTP_ERROR_FOLD;
    struct way_text name;
    if (!take_until(&line, ':', &name) || !way_text_is_token(name))
        return WAY_HTTP_ERROR_FIELD_NAME;
    int added = way_http_fields_add(fields, name, way_text_trim(line), limit);
    if (added == -E2BIG)
        return WAY_HTTP_ERROR_FIELDS_MANY;
    return added ? WAY_HTTP_ERROR_MEMORY : WAY_HTTP_ERROR_NONE;
}

enum way_http_error way_http_field_lines(struct way_http_fields *fields, struct way_text lines,
                                         size_t limit)
{
    struct way_text line;
    while (take_until(&lines, '\n', &line)) {
        assert(line.len > 0 && line.at[line.len - 1] == '\r');
        line.len--;
        if (line.len == 0)
            break;
        enum way_http_error error = field_line(fields, line, limit);
        if (error)
            return error;
    }
    assert(lines.len == 0);
    return WAY_HTTP_ERROR_NONE;
}

/* RFC 9112, 3.2: exactly one Host in HTTP/1.1, at most one before. An absolute target goes before
 * Host (3.2.2), which must be well-formed all the same. */
static enum way_http_error read_host(struct way_http_message *message)
{
    size_t count = way_http_fields_count(&message->fields, "Host");
    if (count > 1)
        return WAY_HTTP_ERROR_HOST_REPEATED;
    if (count == 0 && message->minor >= 1)
        return WAY_HTTP_ERROR_HOST_MISSING;
    struct way_text host = way_http_fields_value(&message->fields, "Host");
    if (!way_http_host_ok(host))
        return WAY_HTTP_ERROR_HOST_FORM;
    if (message->form == WAY_HTTP_FORM_ORIGIN || message->form == WAY_HTTP_FORM_ASTERISK)
        message->authority = host;
    return WAY_HTTP_ERROR_NONE;
}

enum way_http_error way_http_head_read(struct way_http_message *message,
                                       const struct way_http_limits *limits)
{
    struct way_text rest = message->head;
    struct way_text line;
    bool found = take_until(&rest, '\n', &line);
    assert(found && line.len > 1);
    (void)found;
    line.len--;
    enum way_http_error error = way_http_start_line(message, line, limits);
    if (!error)
        error = way_http_field_lines(&message->fields, rest, limits->fields);
    if (!error && message->is_request)
        error = read_host(message);
    return error;
}
