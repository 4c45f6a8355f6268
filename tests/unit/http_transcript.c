/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transcripts of the parsers.
 */
#include "tests/unit/http_transcript.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/unit/guard.h"

struct scribe {
    struct way_buffer *out;
    struct way_http_parser *parser;
    bool in_body;
    bool stopped; /* what follows is no HTTP, or nothing */
};

static void write_fields(struct way_buffer *out, const struct way_http_fields *fields)
{
    way_buffer_string(out, " [");
    for (size_t i = 0; i < fields->count; i++) {
        way_buffer_string(out, i ? ", " : "");
        way_buffer_text(out, fields->list[i].name);
        way_buffer_string(out, ": ");
        way_buffer_text(out, fields->list[i].value);
    }
    way_buffer_string(out, "]\n");
}

static void write_head(struct way_buffer *out, const struct way_http_message *message)
{
    static const char *const framings[] = {" none", " length=", " chunked", " until-close"};
    if (message->is_request) {
        way_buffer_text(out, message->method_name);
        way_buffer_string(out, " ");
        way_buffer_text(out, message->target);
        way_buffer_string(out, " ");
    }
    way_buffer_string(out, message->minor ? "HTTP/1.1" : "HTTP/1.0");
    if (!message->is_request) {
        way_buffer_string(out, " ");
        way_buffer_number(out, message->status);
    }
    way_buffer_string(out, framings[message->framing]);
    if (message->framing == WAY_HTTP_FRAMING_LENGTH)
        way_buffer_number(out, (int64_t)message->length);
    way_buffer_string(out, message->persistent ? " keep" : " close");
    way_buffer_string(out, message->upgrade ? " upgrade" : "");
    write_fields(out, &message->fields);
}

static void leave_body(struct scribe *scribe)
{
    way_buffer_string(scribe->out, scribe->in_body ? "\"\n" : "");
    scribe->in_body = false;
}

static void write_event(struct scribe *scribe, enum way_http_event event, struct way_text body)
{
    const struct way_http_message *message = way_http_parser_message(scribe->parser);
    switch (event) {
    case WAY_HTTP_EVENT_MORE:
        break;
    case WAY_HTTP_EVENT_HEAD:
        write_head(scribe->out, message);
        scribe->stopped = message->is_request ? message->method == WAY_HTTP_METHOD_UNKNOWN ||
                                                    message->method == WAY_HTTP_METHOD_CONNECT
                                              : message->upgrade;
        break;
    case WAY_HTTP_EVENT_BODY:
        assert(body.len > 0);
        way_buffer_string(scribe->out, scribe->in_body ? "" : "body \"");
        way_buffer_text(scribe->out, body);
        scribe->in_body = true;
        break;
    case WAY_HTTP_EVENT_END:
        leave_body(scribe);
        way_buffer_string(scribe->out, "end");
        write_fields(scribe->out, &message->trailers);
        break;
    case WAY_HTTP_EVENT_ERROR:
        leave_body(scribe);
        way_buffer_string(scribe->out, "error ");
        way_buffer_string(scribe->out, way_http_error_words(way_http_parser_error(scribe->parser)));
        way_buffer_string(scribe->out, "\n");
        scribe->stopped = true;
        break;
    }
}

/* Feeds one piece to its end, and on until nothing more comes of it. */
static void feed(struct scribe *scribe, const void *data, size_t len)
{
    size_t at = 0;
    enum way_http_event event = WAY_HTTP_EVENT_HEAD;
    while (!scribe->stopped && (at < len || event != WAY_HTTP_EVENT_MORE)) {
        size_t used = 0;
        struct way_text body;
        event =
            way_http_parser_feed(scribe->parser, (const char *)data + at, len - at, &used, &body);
        assert(used <= len - at);
        at += used;
        write_event(scribe, event, body);
    }
}

static void feed_copy(struct scribe *scribe, const void *data, size_t len, bool guard)
{
    if (!guard) {
        feed(scribe, data, len);
        return;
    }
    struct way_guard copy = way_guard_new(data, len, 0);
    feed(scribe, copy.data, len);
    way_guard_free(&copy);
}

static void close_input(struct scribe *scribe)
{
    enum way_http_event event = way_http_parser_end(scribe->parser);
    if (event == WAY_HTTP_EVENT_MORE)
        way_buffer_string(scribe->out, "idle\n");
    else
        write_event(scribe, event, (struct way_text){NULL, 0});
}

void way_transcript(struct way_buffer *out, const void *data, size_t len,
                    const struct way_transcript_how *how, bool guard)
{
    struct scribe scribe = {.out = out};
    scribe.parser = how->responses ? way_http_response_parser(how->limits)
                                   : way_http_request_parser(how->limits);
    if (!scribe.parser)
        abort();
    if (how->responses)
        way_http_parser_expect(scribe.parser, how->expected);
    size_t at = how->first < len ? how->first : len;
    if (at > 0)
        feed_copy(&scribe, data, at, guard);
    while (at < len && !scribe.stopped) {
        size_t piece = how->piece && how->piece < len - at ? how->piece : len - at;
        feed_copy(&scribe, (const char *)data + at, piece, guard);
        at += piece;
    }
    if (!scribe.stopped)
        close_input(&scribe);
    way_http_parser_free(&scribe.parser);
}
