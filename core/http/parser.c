/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parser: a small state machine around the collector and the
 * second parser.
 */
#include "core/http/parser.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/http/head.h"
#include "core/http/second.h"

enum state {
    STATE_HEAD,     /* collecting; no message */
    STATE_COUNTED,  /* body of `left` bytes; also no body at all (0) */
    STATE_CHUNKS,   /* the second parser decodes */
    STATE_TRAILERS, /* behind the last chunk: collecting again */
    STATE_CLOSE,    /* body until the peer closes */
    STATE_COMPLETE, /* END was told */
    STATE_FAILED,
};

enum { MAGIC = 0x57485032 };

struct way_http_parser {
    uint32_t magic;
    bool is_request;
    enum state state;
    enum way_http_error error;
    struct way_http_limits limits;
    struct way_http_collector collector;
    struct way_http_message *message; /* NULL in HEAD, and when it was taken */
    enum way_http_method expected;    /* of the request that the next response answers */
    uint64_t left;                    /* COUNTED: bytes of body to come */
    struct way_http_second second;
};

/* Makes the (empty) collector ready for the next section. */
static void reset_collector(struct way_http_parser *parser, bool trailers)
{
    enum { METHOD_AND_VERSION = 64 };
    bool has_target = parser->is_request && !trailers;
    parser->collector = (struct way_http_collector){
        .bytes.limit = parser->limits.head,
        .first_limit = has_target ? parser->limits.target + METHOD_AND_VERSION : 0,
        .trailers = trailers,
    };
}

static struct way_http_parser *parser_new(bool is_request, const struct way_http_limits *limits)
{
    struct way_http_parser *parser = calloc(1, sizeof *parser);
    if (!parser)
        return NULL;
    parser->magic = MAGIC;
    parser->is_request = is_request;
    if (limits)
        parser->limits = *limits;
    if (!parser->limits.head)
        parser->limits.head = 32768;
    if (!parser->limits.target)
        parser->limits.target = 8192;
    if (!parser->limits.fields)
        parser->limits.fields = 128;
    reset_collector(parser, false);
    return parser;
}

struct way_http_parser *way_http_request_parser(const struct way_http_limits *limits)
{
    return parser_new(true, limits);
}

struct way_http_parser *way_http_response_parser(const struct way_http_limits *limits)
{
    return parser_new(false, limits);
}

void way_http_parser_expect(struct way_http_parser *parser, enum way_http_method method)
{
    assert(parser->magic == MAGIC && !parser->is_request);
    parser->expected = method;
}

static enum way_http_event fail(struct way_http_parser *parser, enum way_http_error error)
{
    assert(error != WAY_HTTP_ERROR_NONE);
    parser->state = STATE_FAILED;
    parser->error = error;
    way_http_message_free(&parser->message);
    return WAY_HTTP_EVENT_ERROR;
}

static void enter_body(struct way_http_parser *parser)
{
    switch (parser->message->framing) {
    case WAY_HTTP_FRAMING_NONE:
    case WAY_HTTP_FRAMING_LENGTH:
        parser->left = parser->message->length;
        parser->state = STATE_COUNTED;
        break;
    case WAY_HTTP_FRAMING_CHUNKED:
        parser->state = STATE_CHUNKS;
        break;
    case WAY_HTTP_FRAMING_CLOSE:
        parser->state = STATE_CLOSE;
        break;
    }
}

/* The first line is there: what is wrong with it is told at once, not only when the head ends,
 * which a speaker of HTTP/0.9 would never send. */
static enum way_http_error check_first_line(const struct way_http_parser *parser)
{
    struct way_http_message probe = {.is_request = parser->is_request};
    const struct way_http_collector *collector = &parser->collector;
    struct way_text line = {collector->bytes.data, collector->first_line - 2};
    return way_http_start_line(&probe, line, &parser->limits);
}

/* The head is complete: makes the message of it, which takes over the collected bytes. */
static enum way_http_event finish_head(struct way_http_parser *parser)
{
    struct way_http_message *message = calloc(1, sizeof *message);
    if (!message)
        return fail(parser, WAY_HTTP_ERROR_MEMORY);
    message->magic = WAY_HTTP_MESSAGE_MAGIC;
    message->is_request = parser->is_request;
    message->bytes = parser->collector.bytes.data;
    message->head = way_buffer_view(&parser->collector.bytes);
    reset_collector(parser, false);
    parser->message = message;

    enum way_http_error error = way_http_head_read(message, &parser->limits);
    if (!error)
        error =
            way_http_framing_read(message, parser->is_request ? message->method : parser->expected);
    if (!error && !way_http_second_opinion(&parser->second, message))
        error = WAY_HTTP_ERROR_SECOND_OPINION;
    if (error)
        return fail(parser, error);
    assert(way_http_message_check(message));
    enter_body(parser);
    return WAY_HTTP_EVENT_HEAD;
}

static enum way_http_event feed_head(struct way_http_parser *parser, const char *data, size_t len,
                                     size_t *used)
{
    struct way_http_collector *collector = &parser->collector;
    while (*used < len) {
        bool had_first = collector->first_line > 0;
        size_t taken = 0;
        enum way_http_error error = way_http_collect(collector, data + *used, len - *used, &taken);
        *used += taken;
        if (!error && !had_first && collector->first_line)
            error = check_first_line(parser);
        if (error)
            return fail(parser, error);
        if (collector->complete)
            return finish_head(parser);
    }
    return WAY_HTTP_EVENT_MORE;
}

static enum way_http_event finish(struct way_http_parser *parser)
{
    parser->state = STATE_COMPLETE;
    return WAY_HTTP_EVENT_END;
}

static enum way_http_event feed_counted(struct way_http_parser *parser, const char *data,
                                        size_t len, size_t *used, struct way_text *body)
{
    if (parser->left == 0)
        return finish(parser);
    if (len == 0)
        return WAY_HTTP_EVENT_MORE;
    *used = parser->left < len ? (size_t)parser->left : len;
    *body = (struct way_text){data, *used};
    parser->left -= *used;
    return WAY_HTTP_EVENT_BODY;
}

static enum way_http_event feed_chunks(struct way_http_parser *parser, const char *data, size_t len,
                                       size_t *used, struct way_text *body)
{
    bool last = false;
    if (len == 0)
        return WAY_HTTP_EVENT_MORE;
    enum way_http_error error =
        way_http_second_chunks(&parser->second, data, len, used, body, &last);
    if (error)
        return fail(parser, error);
    if (last) {
        parser->state = STATE_TRAILERS;
        reset_collector(parser, true);
    }
    return body->len > 0 ? WAY_HTTP_EVENT_BODY : WAY_HTTP_EVENT_MORE;
}

/* The trailer section goes to the message; where that was taken, it is only checked. */
static enum way_http_error finish_trailers(struct way_http_parser *parser)
{
    struct way_http_fields fields = {0};
    struct way_text lines = way_buffer_view(&parser->collector.bytes);
    enum way_http_error error = way_http_field_lines(&fields, lines, parser->limits.fields);
    if (!error && parser->message) {
        parser->message->trailers = fields;
        parser->message->trailer_bytes = parser->collector.bytes.data;
        parser->collector.bytes.data = NULL;
    } else {
        way_http_fields_free(&fields);
        way_buffer_free(&parser->collector.bytes);
    }
    reset_collector(parser, false);
    return error ? WAY_HTTP_ERROR_TRAILER : WAY_HTTP_ERROR_NONE;
}

static enum way_http_event feed_trailers(struct way_http_parser *parser, const char *data,
                                         size_t len, size_t *used)
{
    while (*used < len) {
        size_t taken = 0;
        enum way_http_error error =
            way_http_collect(&parser->collector, data + *used, len - *used, &taken);
        *used += taken;
        if (!error && parser->collector.complete) {
            error = finish_trailers(parser);
            if (!error)
                return finish(parser);
        }
        if (error)
            return fail(parser, WAY_HTTP_ERROR_TRAILER);
    }
    return WAY_HTTP_EVENT_MORE;
}

/* One step in one state. It may use nothing and yet change the state; then it is stepped again. */
static enum way_http_event step(struct way_http_parser *parser, const char *data, size_t len,
                                size_t *used, struct way_text *body)
{
    switch (parser->state) {
    case STATE_COMPLETE:
        if (len == 0)
            return WAY_HTTP_EVENT_MORE;
        way_http_message_free(&parser->message);
        parser->state = STATE_HEAD;
        return feed_head(parser, data, len, used);
    case STATE_HEAD:
        return feed_head(parser, data, len, used);
    case STATE_COUNTED:
        return feed_counted(parser, data, len, used, body);
    case STATE_CHUNKS:
        return feed_chunks(parser, data, len, used, body);
    case STATE_TRAILERS:
        return feed_trailers(parser, data, len, used);
    case STATE_CLOSE:
        *used = len;
        *body = (struct way_text){data, len};
        return len > 0 ? WAY_HTTP_EVENT_BODY : WAY_HTTP_EVENT_MORE;
    case STATE_FAILED:
        break;
    }
    return WAY_HTTP_EVENT_ERROR;
}

enum way_http_event way_http_parser_feed(struct way_http_parser *parser, const void *data,
                                         size_t len, size_t *used, struct way_text *body)
{
    assert(parser->magic == MAGIC);
    enum way_http_event event = WAY_HTTP_EVENT_MORE;
    *used = 0;
    *body = (struct way_text){NULL, 0};
    do {
        size_t taken = 0;
        const char *rest = len > 0 ? (const char *)data + *used : NULL;
        event = step(parser, rest, len - *used, &taken, body);
        *used += taken;
    } while (event == WAY_HTTP_EVENT_MORE && *used < len);
    assert(*used <= len);
    return event;
}

enum way_http_event way_http_parser_end(struct way_http_parser *parser)
{
    assert(parser->magic == MAGIC);
    switch (parser->state) {
    case STATE_COMPLETE:
        return WAY_HTTP_EVENT_MORE;
    case STATE_HEAD:
        if (parser->collector.bytes.len == 0)
            return WAY_HTTP_EVENT_MORE;
        break;
    case STATE_COUNTED:
        if (parser->left == 0)
            return finish(parser);
        break;
    case STATE_CLOSE:
        return finish(parser);
    case STATE_FAILED:
        return WAY_HTTP_EVENT_ERROR;
    case STATE_CHUNKS:
    case STATE_TRAILERS:
        break;
    }
    return fail(parser, WAY_HTTP_ERROR_SHORT);
}

const struct way_http_message *way_http_parser_message(const struct way_http_parser *parser)
{
    return parser->message;
}

struct way_http_message *way_http_parser_take(struct way_http_parser *parser)
{
    struct way_http_message *message = parser->message;
    parser->message = NULL;
    return message;
}

enum way_http_error way_http_parser_error(const struct way_http_parser *parser)
{
    return parser->error;
}

bool way_http_parser_idle(const struct way_http_parser *parser)
{
    return parser->state == STATE_COMPLETE ||
           (parser->state == STATE_HEAD && parser->collector.bytes.len == 0);
}

size_t way_http_parser_size(const struct way_http_parser *parser)
{
    return sizeof *parser + parser->collector.bytes.room;
}

void way_http_parser_free(struct way_http_parser **parser)
{
    struct way_http_parser *gone = *parser;
    *parser = NULL;
    if (!gone)
        return;
    assert(gone->magic == MAGIC);
    gone->magic = 0;
    way_http_message_free(&gone->message);
    way_buffer_free(&gone->collector.bytes);
    free(gone);
}
