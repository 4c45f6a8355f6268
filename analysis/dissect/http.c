/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two parsers a stream, fed in the order of the bytes; the requests' methods wait in
 * a ring for their responses, whose framing depends on them.
 */
#include "analysis/dissect/http.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/dissect/reassembly.h"
#include "core/http/first_bytes.h"
#include "core/http/parser.h"

enum { METHODS_MAX = 128 };

enum side_state {
    SIDE_UNSEEN,   /* no byte yet; reassembly has not begun */
    SIDE_CHOOSING, /* its first bytes are in `first` */
    SIDE_REQUESTS, /* parser is good */
    SIDE_RESPONSES,
    SIDE_OPAQUE, /* not HTTP, or no more: nothing is said of it */
    SIDE_BROKEN  /* it was HTTP, or may have been, and cannot be read */
};

struct side {
    enum side_state state;
    struct way_reassembly reassembly;
    struct way_http_parser *parser;
    size_t charged; /* bytes that the parser takes of the budget */
    uint8_t first[WAY_HTTP_FIRST_BYTES];
    size_t first_len;
    uint64_t body_len; /* of the present message, so far */
    bool in_message;
};

struct way_http_stream {
    struct side sides[2];
    uint8_t methods[METHODS_MAX]; /* enum way_http_method of requests not answered yet: a ring */
    unsigned method_at, method_count;
};

struct way_http_stream *way_http_stream_new(void)
{
    return calloc(1, sizeof(struct way_http_stream));
}

void way_http_facts_clear(struct way_http_facts *facts)
{
    for (unsigned i = 0; i < facts->count; i++)
        way_http_message_free(&facts->messages[i]);
    facts->broken = facts->overflow = facts->more = false;
    facts->count = facts->ended = 0;
}

static void side_ends(struct side *side, enum side_state state, size_t *budget)
{
    way_reassembly_end(&side->reassembly, budget);
    way_http_parser_free(&side->parser);
    *budget += side->charged;
    side->charged = 0;
    side->state = state;
}

void way_http_stream_break(struct way_http_stream *stream, size_t *budget)
{
    for (unsigned i = 0; i < 2; i++)
        if (stream->sides[i].state != SIDE_OPAQUE)
            side_ends(&stream->sides[i], SIDE_BROKEN, budget);
}

void way_http_stream_free(struct way_http_stream **stream, size_t *budget)
{
    if (!*stream)
        return;
    for (unsigned i = 0; i < 2; i++)
        side_ends(&(*stream)->sides[i], SIDE_OPAQUE, budget);
    free(*stream);
    *stream = NULL;
}

/* What the first bytes of a side are: CHOOSING while nobody can say. */
static enum side_state choose(const struct side *side, bool may_request, bool may_respond)
{
    static const char status_line[] = "HTTP/1.";
    const size_t len = sizeof status_line - 1;
    size_t common = side->first_len < len ? side->first_len : len;

    if (may_respond && memcmp(side->first, status_line, common) == 0)
        return common == len ? SIDE_RESPONSES : SIDE_CHOOSING;
    if (!may_request)
        return SIDE_OPAQUE;
    switch (way_http_first_bytes(side->first, side->first_len)) {
    case WAY_HTTP_FIRST_HTTP:
        return SIDE_REQUESTS;
    case WAY_HTTP_FIRST_MORE:
        return SIDE_CHOOSING;
    default:
        return SIDE_OPAQUE;
    }
}

/* Tells the response parser what the next response answers. */
static void expect_next(struct way_http_stream *stream, struct side *side)
{
    way_http_parser_expect(side->parser, stream->method_count ? stream->methods[stream->method_at]
                                                              : WAY_HTTP_METHOD_GET);
}

/* Whether what follows the message on its side is no HTTP any more. */
static bool ends_http(const struct way_http_message *message)
{
    if (message->is_request)
        return message->method == WAY_HTTP_METHOD_CONNECT ||
               message->method == WAY_HTTP_METHOD_UNKNOWN;
    return message->status == 101;
}

/* A head is complete: shows the message and keeps the books. Returns whether more
 * can be fed. */
static bool take_head(struct way_http_stream *stream, struct side *side,
                      struct way_http_facts *facts)
{
    struct way_http_message *message = way_http_parser_take(side->parser);
    bool goes_on = !ends_http(message);

    side->in_message = true;
    side->body_len = 0;
    if (message->is_request) {
        if (stream->method_count == METHODS_MAX)
            goes_on = false;
        else
            stream->methods[(stream->method_at + stream->method_count++) % METHODS_MAX] =
                (uint8_t)message->method;
    } else if (message->status >= 200 && stream->method_count) {
        if (stream->methods[stream->method_at] == WAY_HTTP_METHOD_CONNECT && message->status < 300)
            goes_on = false;
        stream->method_at = (stream->method_at + 1) % METHODS_MAX;
        stream->method_count--;
    }
    if (facts->count < WAY_HTTP_MESSAGES_MAX) {
        facts->messages[facts->count++] = message;
    } else {
        facts->more = true;
        way_http_message_free(&message);
    }
    return goes_on;
}

static void take_end(struct side *side, struct way_http_facts *facts)
{
    if (side->in_message && facts->ended < WAY_HTTP_MESSAGES_MAX)
        facts->body_lens[facts->ended++] = side->body_len;
    side->in_message = false;
}

/* Feeds bytes that are next. Returns the side's state behind them. */
static enum side_state feed(struct way_http_stream *stream, struct side *side,
                            struct way_bytes bytes, struct way_http_facts *facts)
{
    for (;;) {
        size_t used = 0;
        struct way_text body;
        if (side->state == SIDE_RESPONSES && !side->in_message)
            expect_next(stream, side);
        enum way_http_event event =
            way_http_parser_feed(side->parser, bytes.at, bytes.len, &used, &body);
        bytes.at += used;
        bytes.len -= used;
        switch (event) {
        case WAY_HTTP_EVENT_MORE:
            return side->state;
        case WAY_HTTP_EVENT_HEAD:
            if (!take_head(stream, side, facts))
                return SIDE_OPAQUE;
            break;
        case WAY_HTTP_EVENT_BODY:
            side->body_len += body.len;
            break;
        case WAY_HTTP_EVENT_END:
            take_end(side, facts);
            break;
        case WAY_HTTP_EVENT_ERROR:
            return SIDE_BROKEN;
        }
    }
}

/* Bytes while it is not known what they are: collected until it is. */
static void choose_side(struct way_http_stream *stream, const struct way_flow *flow, unsigned from,
                        struct way_bytes bytes, struct way_http_facts *facts)
{
    struct side *side = &stream->sides[from];
    size_t room = sizeof side->first - side->first_len;
    size_t taken = bytes.len < room ? bytes.len : room;

    memcpy(side->first + side->first_len, bytes.at, taken);
    side->first_len += taken;
    side->state = choose(side, !flow->client_known || from == flow->client,
                         !flow->client_known || from != flow->client);
    if (side->state == SIDE_REQUESTS)
        side->parser = way_http_request_parser(NULL);
    else if (side->state == SIDE_RESPONSES)
        side->parser = way_http_response_parser(NULL);
    else
        return;
    if (!side->parser) {
        side->state = SIDE_BROKEN;
        return;
    }
    side->state = feed(stream, side, (struct way_bytes){side->first, side->first_len}, facts);
    struct way_bytes rest = {bytes.at + taken, bytes.len - taken};
    if (rest.len && (side->state == SIDE_REQUESTS || side->state == SIDE_RESPONSES))
        side->state = feed(stream, side, rest, facts);
}

static void take_ready(struct way_http_stream *stream, const struct way_flow *flow, unsigned from,
                       struct way_bytes bytes, struct way_http_facts *facts)
{
    struct side *side = &stream->sides[from];

    if (side->state == SIDE_CHOOSING)
        choose_side(stream, flow, from, bytes, facts);
    else if (side->state == SIDE_REQUESTS || side->state == SIDE_RESPONSES)
        side->state = feed(stream, side, bytes, facts);
}

/* Takes from the budget what the parser takes by now; false where so much is not left. */
static bool charge_parser(struct side *side, size_t *budget)
{
    size_t size = side->parser ? way_http_parser_size(side->parser) : 0;

    if (size > side->charged && size - side->charged > *budget)
        return false;
    *budget = *budget + side->charged - size;
    side->charged = size;
    return true;
}

static bool is_over(const struct side *side)
{
    return side->state == SIDE_OPAQUE || side->state == SIDE_BROKEN;
}

/* The number of a segment's first byte of data. */
static uint32_t data_seq(const struct way_segment *segment)
{
    return segment->tcp->seq + !!(segment->tcp->flags & WAY_TCP_SYN);
}

/* Puts the segment's bytes in order and reads what is next. */
static void take_bytes(struct way_http_stream *stream, const struct way_flow *flow,
                       const struct way_segment *segment, struct way_bytes captured, size_t *budget,
                       struct way_http_facts *facts)
{
    struct side *side = &stream->sides[segment->from];
    struct way_bytes ready;

    bool kept = way_reassembly_add(&side->reassembly, data_seq(segment), captured, budget, &ready);
    while (kept && !is_over(side) && ready.len) {
        take_ready(stream, flow, segment->from, ready, facts);
        kept = charge_parser(side, budget);
        if (!kept || !way_reassembly_more(&side->reassembly, budget, &ready))
            break;
    }
    facts->overflow = !kept;
    if (!kept)
        side->state = SIDE_BROKEN;
    if (is_over(side))
        side_ends(side, side->state, budget);
}

/* What the other side acknowledges was there; if it was not captured, it never will
 * be. */
static bool was_missed(const struct way_http_stream *stream, const struct way_segment *segment)
{
    const struct side *other = &stream->sides[!segment->from];

    return segment->tcp->flags & WAY_TCP_ACK && other->state != SIDE_UNSEEN && !is_over(other) &&
           other->reassembly.kept && way_seq_before(other->reassembly.next, segment->tcp->ack);
}

static void begin_side(struct way_http_stream *stream, const struct way_segment *segment)
{
    struct side *side = &stream->sides[segment->from];

    if (side->state != SIDE_UNSEEN || (segment->len == 0 && !(segment->tcp->flags & WAY_TCP_SYN)))
        return;
    way_reassembly_begin(&side->reassembly, data_seq(segment));
    side->state = SIDE_CHOOSING;
}

void way_http_stream_take(struct way_http_stream *stream, const struct way_flow *flow,
                          const struct way_segment *segment, struct way_bytes captured,
                          size_t *budget, struct way_http_facts *facts)
{
    struct side *side = &stream->sides[segment->from];

    if (was_missed(stream, segment))
        side_ends(&stream->sides[!segment->from], SIDE_BROKEN, budget);
    begin_side(stream, segment);
    if (!is_over(side) && captured.len < segment->len)
        side_ends(side, SIDE_BROKEN, budget);
    if (!is_over(side) && segment->len)
        take_bytes(stream, flow, segment, captured, budget, facts);
    bool ends = segment->tcp->flags & WAY_TCP_FIN && side->parser &&
                side->reassembly.next == data_seq(segment) + segment->len;
    if (ends) {
        if (way_http_parser_end(side->parser) == WAY_HTTP_EVENT_END)
            take_end(side, facts);
        side_ends(side, SIDE_OPAQUE, budget);
    }
    facts->broken = side->state == SIDE_BROKEN && segment->len > 0;
}
