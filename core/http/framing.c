/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a message ends (RFC 9112, 6.1 to 6.3), and whether its connection goes
 * on (9.3). What the RFC lets a recipient repair is refused: each repair is
 * one that the other side may not make.
 */
#include "core/http/head.h"

static bool is_status_without_body(unsigned status)
{
    return status < 200 || status == 204 || status == 304;
}

/* Transfer-Encoding must be one field with the one word chunked. */
static enum way_http_error check_coding(const struct way_http_message *message)
{
    if (message->minor == 0)
        return WAY_HTTP_ERROR_CODING_OLD;
    if (way_http_fields_find(&message->fields, "Content-Length"))
        return WAY_HTTP_ERROR_LENGTH_AND_CODING;
    if (way_http_fields_count(&message->fields, "Transfer-Encoding") > 1)
        return WAY_HTTP_ERROR_CODING_REPEATED;
    struct way_text value = way_http_fields_value(&message->fields, "Transfer-Encoding");
    if (way_text_is(value, "chunked"))
        return WAY_HTTP_ERROR_NONE;
    struct way_text last = {NULL, 0};
    size_t chunked = 0;
    while (way_text_next_member(&value, &last))
        chunked += way_text_is(last, "chunked");
    if (chunked == 1 && way_text_is(last, "chunked"))
        return WAY_HTTP_ERROR_CODING_UNKNOWN;
    return WAY_HTTP_ERROR_CODING_LAST;
}

/* Content-Length must be one field with one number; equal ones are refused, too. */
static enum way_http_error check_length(struct way_http_message *message)
{
    if (way_http_fields_count(&message->fields, "Content-Length") > 1)
        return WAY_HTTP_ERROR_LENGTH_REPEATED;
    struct way_text value = way_http_fields_value(&message->fields, "Content-Length");
    if (!way_text_number(value, &message->length))
        return WAY_HTTP_ERROR_LENGTH_FORM;
    return WAY_HTTP_ERROR_NONE;
}

static bool has_no_body(const struct way_http_message *message, enum way_http_method method)
{
    if (message->is_request)
        return false;
    if (method == WAY_HTTP_METHOD_HEAD || is_status_without_body(message->status))
        return true;
    return method == WAY_HTTP_METHOD_CONNECT && message->status < 300;
}

static bool is_persistent(const struct way_http_message *message)
{
    const struct way_http_fields *fields = &message->fields;
    if (message->framing == WAY_HTTP_FRAMING_CLOSE)
        return false;
    if (way_http_fields_have(fields, "Connection", "close"))
        return false;
    return message->minor >= 1 || way_http_fields_have(fields, "Connection", "keep-alive");
}

static bool is_upgrade(const struct way_http_message *message)
{
    if (!message->is_request)
        return message->status == 101;
    return message->minor >= 1 && way_http_fields_find(&message->fields, "Upgrade") &&
           way_http_fields_have(&message->fields, "Connection", "upgrade");
}

enum way_http_error way_http_framing_read(struct way_http_message *message,
                                          enum way_http_method method)
{
    enum way_http_error error = WAY_HTTP_ERROR_NONE;
    message->framing = message->is_request ? WAY_HTTP_FRAMING_NONE : WAY_HTTP_FRAMING_CLOSE;
    if (way_http_fields_find(&message->fields, "Transfer-Encoding")) {
        error = check_coding(message);
        message->framing = WAY_HTTP_FRAMING_CHUNKED;
    } else if (way_http_fields_find(&message->fields, "Content-Length")) {
        error = check_length(message);
        message->framing = WAY_HTTP_FRAMING_LENGTH;
    }
    if (has_no_body(message, method))
        message->framing = WAY_HTTP_FRAMING_NONE;
    if (message->framing != WAY_HTTP_FRAMING_LENGTH)
        message->length = 0;
    message->persistent = is_persistent(message);
    message->upgrade = is_upgrade(message);
    return error;
}
