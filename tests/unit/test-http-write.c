/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Heads as they go out.
 */
#include <stdio.h>

#include "core/http/write.h"
#include "tests/unit/http_made.h"
#include "tests/unit/tap.h"

static bool wrote(struct way_buffer *out, const char *expected)
{
    bool same = way_buffer_ok(out) && way_text_equal(way_buffer_view(out), way_text_of(expected));
    if (!same)
        printf("# expected:\n%s# found:\n%.*s\n", expected, (int)out->len, out->data);
    way_buffer_clear(out);
    return same;
}

/* RFC 9110, 7.6.1: what belongs to one hop stays behind, also what Connection names. */
static void leaves_hop_by_hop_behind(void)
{
    struct way_http_message *request = way_made_request(
        "POST /x HTTP/1.1\r\nAccept: a\r\nHost: h\r\nConnection: keep-alive, X-Hop\r\n"
        "x-hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\nTrailer: Sum\r\n"
        "Transfer-Encoding: chunked\r\nUpgrade: x\r\nVia: 1.0 front\r\n\r\n");
    struct way_buffer out = {0};
    struct way_http_request_out how = {.via = "p1", .framing = WAY_HTTP_FRAMING_CHUNKED};
    way_http_write_request(&out, request, &how);
    CU_ASSERT(wrote(&out, "POST /x HTTP/1.1\r\nHost: h\r\nAccept: a\r\nVia: 1.0 front\r\n"
                          "Via: 1.1 p1\r\nTransfer-Encoding: chunked\r\n\r\n"));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

/* RFC 9112, 3.2.2: the origin gets the origin form, and the target's authority as Host. */
static void turns_absolute_into_origin_form(void)
{
    struct way_http_message *request =
        way_made_request("PUT http://b:81/x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    struct way_buffer out = {0};
    struct way_http_request_out how = {
        .framing = WAY_HTTP_FRAMING_LENGTH, .length = 3, .close = true};
    way_http_write_request(&out, request, &how);
    CU_ASSERT(wrote(&out, "PUT /x?y HTTP/1.1\r\nHost: b:81\r\nContent-Length: 3\r\n"
                          "Connection: close\r\n\r\n"));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

/* RFC 9110, 7.6.3: Via tells the version that was received; HTTP/1.1 needs a Host. */
static void raises_old_requests(void)
{
    struct way_http_message *request = way_made_request("GET /x HTTP/1.0\r\n\r\n");
    struct way_buffer out = {0};
    struct way_http_request_out how = {.via = "p1", .host = "10.0.3.2"};
    way_http_write_request(&out, request, &how);
    CU_ASSERT(wrote(&out, "GET /x HTTP/1.1\r\nHost: 10.0.3.2\r\nVia: 1.0 p1\r\n\r\n"));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

static void passes_upgrade_on_when_told(void)
{
    struct way_http_message *request = way_made_request(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket, x\r\n\r\n");
    struct way_buffer out = {0};
    struct way_http_request_out how = {.upgrade = true};
    way_http_write_request(&out, request, &how);
    CU_ASSERT(wrote(&out, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nUpgrade: x\r\n"
                          "Connection: Upgrade\r\n\r\n"));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

/* RFC 9110, 7.6.2. */
static void counts_max_forwards_down(void)
{
    struct way_http_message *request =
        way_made_request("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 3\r\n\r\n");
    struct way_buffer out = {0};
    way_http_write_request(&out, request, &(struct way_http_request_out){0});
    CU_ASSERT(wrote(&out, "OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n"));
    CU_ASSERT_FALSE(way_http_forwards_spent(request));
    way_http_message_free(&request);
    request = way_made_request("TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
    CU_ASSERT_TRUE(way_http_forwards_spent(request));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

static void keeps_unknown_methods_as_they_came(void)
{
    struct way_http_message *request = way_made_request(
        "FROB /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: x\r\n\r\n");
    struct way_buffer out = {0};
    way_http_write_request_as_is(&out, request, "p1");
    CU_ASSERT(wrote(&out, "FROB /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: x\r\n"
                          "Via: 1.1 p1\r\n\r\n"));
    way_http_message_free(&request);
    way_buffer_free(&out);
}

#define RESPONSE                                                                                   \
    "HTTP/1.1 200 Fine\r\nServer: s\r\nContent-Length: 3\r\nAge: 4\r\nConnection: X\r\nX: 1\r\n"   \
    "Cache-Status: up; hit\r\n\r\n"

static void writes_responses(void)
{
    struct way_http_message *response = way_made_response(RESPONSE);
    struct way_buffer out = {0};
    struct way_http_response_out how = {.via = "p1",
                                        .cache_status = "p1; fwd=uri-miss",
                                        .age = -1,
                                        .date = 784111777,
                                        .framing = WAY_HTTP_FRAMING_LENGTH,
                                        .length = 3,
                                        .keep_alive = true};
    way_http_write_response(&out, response, &how);
    CU_ASSERT(wrote(&out, "HTTP/1.1 200 Fine\r\nServer: s\r\nAge: 4\r\nCache-Status: up; hit\r\n"
                          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nVia: 1.1 p1\r\n"
                          "Cache-Status: p1; fwd=uri-miss\r\nContent-Length: 3\r\n"
                          "Connection: keep-alive\r\n\r\n"));
    how = (struct way_http_response_out){.age = 9, .date = -1, .framing = WAY_HTTP_FRAMING_NONE};
    way_http_write_response(&out, response, &how);
    CU_ASSERT(wrote(&out, "HTTP/1.1 200 Fine\r\nServer: s\r\nContent-Length: 3\r\n"
                          "Cache-Status: up; hit\r\nAge: 9\r\n\r\n"));
    way_http_message_free(&response);
    way_buffer_free(&out);
}

/* What is stored is the response without what each answer has of its own. */
static void stores_and_answers(void)
{
    struct way_http_message *response = way_made_response(RESPONSE);
    struct way_buffer stored = {0};
    struct way_buffer out = {0};
    struct way_http_response_out how = {.via = "p1", .age = 3, .date = 784111777};
    way_http_write_stored(&stored, response, &how);
    how = (struct way_http_response_out){.cache_status = "p1; hit; ttl=2",
                                         .age = 7,
                                         .framing = WAY_HTTP_FRAMING_LENGTH,
                                         .length = 3,
                                         .close = true};
    way_http_write_from_stored(&out, way_buffer_view(&stored), &how);
    CU_ASSERT(wrote(&out, "HTTP/1.1 200 Fine\r\nServer: s\r\nCache-Status: up; hit\r\n"
                          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nVia: 1.1 p1\r\nAge: 7\r\n"
                          "Cache-Status: p1; hit; ttl=2\r\nContent-Length: 3\r\n"
                          "Connection: close\r\n\r\n"));
    way_http_message_free(&response);
    way_buffer_free(&stored);
    way_buffer_free(&out);
}

static void answers_by_itself(void)
{
    struct way_buffer out = {0};
    struct way_http_response_out how = {.age = -1, .date = 0, .close = true};
    way_http_write_own(&out, 400, "two Hosts", false, &how);
    CU_ASSERT(wrote(&out, "HTTP/1.1 400 Bad Request\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                          "Content-Type: text/plain\r\nContent-Length: 10\r\n"
                          "Connection: close\r\n\r\ntwo Hosts\n"));
    way_http_write_own(&out, 504, "x", true,
                       &(struct way_http_response_out){.age = -1, .date = -1});
    CU_ASSERT(wrote(&out, "HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 2\r\n\r\n"));
    way_buffer_free(&out);
}

/* RFC 9112, 7.1 and RFC 9110, 6.5.1. */
static void writes_chunks_and_trailers(void)
{
    struct way_http_field list[] = {
        {way_text_of("Sum"), way_text_of("1")},
        {way_text_of("content-length"), way_text_of("5")},
        {way_text_of("Transfer-Encoding"), way_text_of("x")},
    };
    struct way_http_fields trailers = {list, 3, 3};
    struct way_buffer out = {0};
    way_http_write_chunk_size(&out, 0x1f0);
    way_http_write_last_chunk(&out, &trailers);
    way_http_write_last_chunk(&out, NULL);
    CU_ASSERT(wrote(&out, "1f0\r\n0\r\nSum: 1\r\n\r\n0\r\n\r\n"));
    way_buffer_free(&out);
    CU_ASSERT_EQUAL(way_http_framing_for(WAY_HTTP_FRAMING_CLOSE, 1), WAY_HTTP_FRAMING_CHUNKED);
    CU_ASSERT_EQUAL(way_http_framing_for(WAY_HTTP_FRAMING_CHUNKED, 0), WAY_HTTP_FRAMING_CLOSE);
    CU_ASSERT_EQUAL(way_http_framing_for(WAY_HTTP_FRAMING_LENGTH, 0), WAY_HTTP_FRAMING_LENGTH);
}

static void says_when_it_does_not_fit(void)
{
    struct way_buffer out = {.limit = 8};
    way_buffer_string(&out, "1234567");
    CU_ASSERT_TRUE(way_buffer_ok(&out));
    way_buffer_string(&out, "89");
    CU_ASSERT_FALSE(way_buffer_ok(&out));
    CU_ASSERT_EQUAL(out.len, 7);
    way_buffer_string(&out, "8");
    CU_ASSERT_FALSE(way_buffer_ok(&out));
    way_buffer_free(&out);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"hop-by-hop fields stay behind", leaves_hop_by_hop_behind},
        {"absolute form becomes origin form", turns_absolute_into_origin_form},
        {"HTTP/1.0 goes on as HTTP/1.1", raises_old_requests},
        {"Upgrade passes when told", passes_upgrade_on_when_told},
        {"Max-Forwards is counted down", counts_max_forwards_down},
        {"unknown methods pass as they came", keeps_unknown_methods_as_they_came},
        {"responses for the client", writes_responses},
        {"responses from what was stored", stores_and_answers},
        {"responses of our own", answers_by_itself},
        {"chunks and trailers", writes_chunks_and_trailers},
        {"a buffer that is full says so", says_when_it_does_not_fit},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "writing heads", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
