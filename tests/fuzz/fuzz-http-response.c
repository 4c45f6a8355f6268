/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The response parser: two ways of cutting the same bytes give the same
 * transcript; the first message goes through the cache's rules and the
 * writers. The first byte says the cut, the second the request's method.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/cache/rules.h"
#include "core/http/write.h"
#include "tests/unit/http_transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void judge_and_write(const uint8_t *data, size_t len)
{
    struct way_http_parser *parser = way_http_response_parser(NULL);
    size_t used = 0;
    struct way_text body;
    (void)way_http_parser_feed(parser, data, len, &used, &body);
    struct way_http_message *message = way_http_parser_take(parser);
    way_http_parser_free(&parser);
    if (!message)
        return;
    struct way_cache_request request = {.may_store = true};
    struct way_cache_times times;
    int64_t now = 1763942400 * WAY_CACHE_SECOND;
    if (way_cache_may_store(&request, message, now, now + 5, &times) == WAY_CACHE_STORABLE_YES &&
        way_cache_ttl(&times, now + 5) <= 0)
        abort();
    struct way_buffer out = {0};
    struct way_http_response_out how = {
        .via = "p1", .age = -1, .framing = message->framing, .length = message->length};
    way_http_write_response(&out, message, &how);
    way_buffer_clear(&out);
    way_http_write_stored(&out, message, &how);
    way_buffer_free(&out);
    way_http_message_free(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2)
        return 0;
    struct way_buffer whole = {0};
    struct way_buffer pieces = {0};
    struct way_transcript_how how = {
        .responses = true,
        .expected = (enum way_http_method)(data[1] % (WAY_HTTP_METHOD_UNKNOWN + 1))};
    way_transcript(&whole, data + 2, len - 2, &how, false);
    how.first = data[0] >> 4;
    how.piece = 1 + (data[0] & 15);
    way_transcript(&pieces, data + 2, len - 2, &how, false);
    if (!way_text_equal(way_buffer_view(&whole), way_buffer_view(&pieces)))
        abort();
    judge_and_write(data + 2, len - 2);
    way_buffer_free(&whole);
    way_buffer_free(&pieces);
    return 0;
}
