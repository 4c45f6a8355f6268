/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The request parser: two ways of cutting the same bytes give the same
 * transcript, and what was read is written as a request that is read again.
 * The first byte of the input says how the second reading is cut.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/http/first_bytes.h"
#include "core/http/write.h"
#include "tests/unit/http_transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The first head in the bytes, written for the origin, must pass the parser again with the same
 * path and framing. */
static void write_and_read_again(const uint8_t *data, size_t len)
{
    struct way_http_parser *parser = way_http_request_parser(NULL);
    size_t used = 0;
    struct way_text body;
    if (way_http_parser_feed(parser, data, len, &used, &body) == WAY_HTTP_EVENT_MORE)
        (void)way_http_parser_feed(parser, data + used, len - used, &used, &body);
    struct way_http_message *message = way_http_parser_take(parser);
    way_http_parser_free(&parser);
    if (!message)
        return;
    struct way_buffer out = {0};
    struct way_http_request_out how = {
        .via = "p1", .framing = message->framing, .length = message->length};
    way_http_write_request(&out, message, &how);
    parser = way_http_request_parser(&(struct way_http_limits){.head = 1 << 17, .fields = 256});
    if (way_http_parser_feed(parser, out.data, out.len, &used, &body) != WAY_HTTP_EVENT_HEAD)
        abort();
    const struct way_http_message *again = way_http_parser_message(parser);
    if (used != out.len || again->framing != message->framing || again->length != message->length ||
        !way_text_equal(again->path, message->path))
        abort();
    way_http_parser_free(&parser);
    way_buffer_free(&out);
    way_http_message_free(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    struct way_buffer whole = {0};
    struct way_buffer pieces = {0};
    struct way_transcript_how how = {0};
    way_transcript(&whole, data + 1, len - 1, &how, false);
    how.first = data[0] >> 4;
    how.piece = 1 + (data[0] & 15);
    way_transcript(&pieces, data + 1, len - 1, &how, false);
    if (!way_text_equal(way_buffer_view(&whole), way_buffer_view(&pieces)))
        abort();
    (void)way_http_first_bytes(data + 1, len - 1);
    write_and_read_again(data + 1, len - 1);
    way_buffer_free(&whole);
    way_buffer_free(&pieces);
    return 0;
}
