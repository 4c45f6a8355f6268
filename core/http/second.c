/* SPDX-License-Identifier: BSD-2-Clause
 *
 * llhttp, and what we ask of it. Its callbacks pause when there is something to
 * tell, so that execute returns at that byte.
 */
#include "core/http/second.h"

#include <assert.h>

static int on_headers_complete(llhttp_t *llhttp)
{
    struct way_http_second *second = llhttp->data;
    const struct way_http_message *message = second->message;
    bool chunked = (llhttp->flags & F_CHUNKED) != 0;
    bool has_coding = way_http_fields_find(&message->fields, "Transfer-Encoding") != NULL;
    second->agreed = chunked == has_coding;
    if (message->framing == WAY_HTTP_FRAMING_LENGTH)
        second->agreed = second->agreed && (llhttp->flags & F_CONTENT_LENGTH) &&
                         llhttp->content_length == message->length;
    return message->framing == WAY_HTTP_FRAMING_CHUNKED ? 0 : HPE_PAUSED;
}

static int on_chunk_header(llhttp_t *llhttp)
{
    struct way_http_second *second = llhttp->data;
    second->last_chunk = llhttp->content_length == 0;
    return second->last_chunk ? HPE_PAUSED : 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    struct way_http_second *second = llhttp->data;
    second->body = (struct way_text){at, len};
    return HPE_PAUSED;
}

bool way_http_second_opinion(struct way_http_second *second, const struct way_http_message *message)
{
    if (message->is_request && message->method == WAY_HTTP_METHOD_UNKNOWN)
        return true;
    *second = (struct way_http_second){.message = message};
    llhttp_settings_init(&second->settings);
    second->settings.on_headers_complete = on_headers_complete;
    second->settings.on_chunk_header = on_chunk_header;
    second->settings.on_body = on_body;
    llhttp_init(&second->llhttp, message->is_request ? HTTP_REQUEST : HTTP_RESPONSE,
                &second->settings);
    second->llhttp.data = second;
    (void)llhttp_execute(&second->llhttp, message->head.at, message->head.len);
    second->message = NULL;
    return second->agreed;
}

/* What is neither body nor the end is overhead, and bounded: chunk extensions have no bound of
 * their own. */
enum way_http_error way_http_second_chunks(struct way_http_second *second, const char *data,
                                           size_t len, size_t *used, struct way_text *body,
                                           bool *last)
{
    assert(second->agreed && !second->last_chunk && len > 0);
    second->body = (struct way_text){NULL, 0};
    llhttp_errno_t result = llhttp_execute(&second->llhttp, data, len);
    *used = len;
    if (result == HPE_PAUSED) {
        *used = (size_t)(llhttp_get_error_pos(&second->llhttp) - data);
        llhttp_resume(&second->llhttp);
    } else if (result != HPE_OK) {
        return WAY_HTTP_ERROR_CHUNK;
    }
    second->overhead += *used - second->body.len;
    if (second->overhead > WAY_HTTP_CHUNK_OVERHEAD)
        return WAY_HTTP_ERROR_CHUNK_EXTENSION;
    if (second->body.len > 0)
        second->overhead = 0;
    *body = second->body;
    *last = second->last_chunk;
    return WAY_HTTP_ERROR_NONE;
}
