/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whole exchanges without a socket: what a proxy does with a request, from its
 * bytes to the bytes of the answer. It is also the shortest example of how the
 * parts of core/http and core/cache are used together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/invalidate.h"
#include "core/cache/lookup.h"
#include "core/http/parser.h"
#include "core/http/write.h"
#include "tests/unit/http_made.h"
#include "tests/unit/tap.h"

#define S     WAY_CACHE_SECOND
#define THEN  (INT64_C(784111777) * S) /* Sun, 06 Nov 1994 08:49:37 GMT */
#define GET   "GET /x HTTP/1.1\r\nHost: a\r\n"
#define MADE  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define FRESH "HTTP/1.1 200 OK\r\n" MADE "Cache-Control: max-age=60\r\n"

enum { ORIGIN = 0x0203000a, PORT = 80 };

struct proxy {
    struct way_store *store;
    const char *origin_says; /* the bytes of the origin's next response; it closes after them */
    unsigned asked;          /* requests that the origin saw */
};

/* An exchange with the origin under way. */
struct relay {
    struct proxy *proxy;
    const struct way_http_message *request;
    const struct way_cache_request *about;
    const struct way_cache_key *key;
    struct way_cache_status *status;
    int64_t now;
    struct way_fill *fill; /* NULL: not being stored */
    struct way_buffer *answer;
};

/* Begins to store the response; NULL when the store will not. */
static struct way_fill *begin_fill(const struct relay *relay,
                                   const struct way_http_message *response,
                                   const struct way_cache_times *times)
{
    struct way_buffer head = {0};
    struct way_http_response_out how = {.via = "p1", .date = relay->now / S};
    way_http_write_stored(&head, response, &how);
    bool known = response->framing == WAY_HTTP_FRAMING_LENGTH;
    struct way_fill *fill =
        way_fill_begin(relay->proxy->store, relay->key, way_buffer_view(&head), response->status,
                       times, known ? (int64_t)response->length : -1);
    way_buffer_free(&head);
    return fill;
}

/* The head of the response is there: invalidates, begins to store, writes the answer's head. */
static void relay_head(struct relay *relay, const struct way_http_message *response)
{
    struct way_cache_times times;
    if (relay->about->unsafe)
        (void)way_cache_invalidate(relay->proxy->store, ORIGIN, PORT, relay->request, response);
    enum way_cache_storable storable =
        way_cache_may_store(relay->about, response, relay->now, relay->now, &times);
    if (storable == WAY_CACHE_STORABLE_YES)
        relay->fill = begin_fill(relay, response, &times);
    else if (storable != WAY_CACHE_STORABLE_REQUEST)
        relay->status->detail = way_cache_storable_words(storable);
    relay->status->fwd_status = response->status;
    relay->status->stored = relay->fill != NULL;

    struct way_buffer member = {0};
    way_http_cache_status(&member, "p1", relay->status);
    way_buffer_bytes(&member, "", 1);
    struct way_http_response_out how = {
        .via = "p1",
        .cache_status = member.data,
        .age = -1,
        .date = relay->now / S,
        .framing = way_http_framing_for(response->framing, relay->request->minor),
        .length = response->length};
    way_http_write_response(relay->answer, response, &how);
    way_buffer_free(&member);
}

/* Reads the response, passes it on as it comes, and stores it where that is allowed. A cut-off
 * response is passed on as far as it came, and not stored. */
static void relay_response(struct relay *relay)
{
    struct way_http_parser *parser = way_http_response_parser(NULL);
    const char *at = relay->proxy->origin_says;
    const char *end = at + strlen(at);
    enum way_http_event event = WAY_HTTP_EVENT_MORE;
    relay->proxy->asked++;
    way_http_parser_expect(parser, relay->request->method);
    while (event != WAY_HTTP_EVENT_END && event != WAY_HTTP_EVENT_ERROR) {
        size_t used = 0;
        struct way_text body;
        event = way_http_parser_feed(parser, at, (size_t)(end - at), &used, &body);
        at += used;
        if (event == WAY_HTTP_EVENT_MORE)
            event = way_http_parser_end(parser);
        if (event == WAY_HTTP_EVENT_HEAD)
            relay_head(relay, way_http_parser_message(parser));
        if (event != WAY_HTTP_EVENT_BODY)
            continue;
        way_buffer_text(relay->answer, body);
        if (relay->fill && way_fill_append(relay->fill, body.at, body.len))
            way_fill_abandon(&relay->fill);
    }
    if (event == WAY_HTTP_EVENT_END && relay->fill)
        CU_ASSERT_EQUAL(way_fill_commit(&relay->fill), 0);
    way_fill_abandon(&relay->fill);
    way_http_parser_free(&parser);
}

static void answer_hit(const struct way_http_message *request, const struct way_cache_found *found,
                       struct way_buffer *answer)
{
    struct way_buffer member = {0};
    way_http_cache_status(&member, "p1", &found->status);
    way_buffer_bytes(&member, "", 1);
    struct way_http_response_out how = {.cache_status = member.data,
                                        .age = found->age,
                                        .framing = WAY_HTTP_FRAMING_LENGTH,
                                        .length = way_entry_length(found->entry)};
    way_http_write_from_stored(answer, way_entry_head(found->entry), &how);
    struct way_text piece;
    for (uint64_t at = 0; request->method != WAY_HTTP_METHOD_HEAD; at += piece.len) {
        piece = way_entry_body(found->entry, at);
        if (piece.len == 0)
            break;
        way_buffer_text(answer, piece);
    }
    way_buffer_free(&member);
}

/* One request at `now`; the answer must be these bytes. */
static void exchange(struct proxy *proxy, const char *head, int64_t now, const char *expected)
{
    struct way_http_message *request = way_made_request(head);
    struct way_cache_request about;
    struct way_cache_found found;
    struct way_cache_key key;
    struct way_buffer answer = {0};
    way_cache_request_of(request, &about);
    CU_ASSERT_EQUAL_FATAL(way_cache_key_make(&key, ORIGIN, PORT, request), 0);
    way_cache_look(proxy->store, &key, &about, now, &found);
    if (found.entry)
        answer_hit(request, &found, &answer);
    else if (found.only_if_cached)
        way_http_write_own(&answer, 504, "not stored", false,
                           &(struct way_http_response_out){.age = -1, .date = -1});
    else
        relay_response(
            &(struct relay){proxy, request, &about, &key, &found.status, now, NULL, &answer});
    bool same = way_text_equal(way_buffer_view(&answer), way_text_of(expected));
    CU_ASSERT(same);
    if (!same)
        printf("# expected:\n%s\n# found:\n%.*s\n", expected, (int)answer.len, answer.data);
    way_entry_release(&found.entry);
    way_cache_key_free(&key);
    way_buffer_free(&answer);
    way_http_message_free(&request);
    CU_ASSERT(way_store_check(proxy->store));
}

static struct proxy proxy_new(const char *origin_says)
{
    struct way_store_config config = {.size = 65536, .object = 4096};
    struct proxy proxy = {.store = way_store_new(&config), .origin_says = origin_says};
    if (!proxy.store)
        abort();
    return proxy;
}

#define MISS(body)                                                                                 \
    FRESH "Via: 1.1 p1\r\nCache-Status: p1; fwd=uri-miss; fwd-status=200; stored\r\n"              \
          "Content-Length: 3\r\n\r\n" body
#define HIT(age, ttl, body)                                                                        \
    FRESH "Via: 1.1 p1\r\nAge: " age "\r\nCache-Status: p1; hit; ttl=" ttl                         \
          "\r\nContent-Length: 3\r\n\r\n" body

static void misses_then_hits_until_stale(void)
{
    struct proxy proxy = proxy_new(FRESH "Content-Length: 3\r\n\r\nabc");
    exchange(&proxy, GET "\r\n", THEN, MISS("abc"));
    exchange(&proxy, GET "\r\n", THEN + S, HIT("1", "59", "abc"));
    exchange(&proxy, "HEAD /x HTTP/1.1\r\nHost: A:80\r\n\r\n", THEN + 5 * S / 2,
             HIT("2", "57", ""));
    CU_ASSERT_EQUAL(proxy.asked, 1);
    proxy.origin_says = "HTTP/1.1 200 OK\r\n" MADE "Content-Length: 3\r\n\r\ndef";
    exchange(&proxy, GET "\r\n", THEN + 61 * S,
             "HTTP/1.1 200 OK\r\n" MADE "Via: 1.1 p1\r\n"
             "Cache-Status: p1; fwd=stale; fwd-status=200; detail=no-lifetime\r\n"
             "Content-Length: 3\r\n\r\ndef");
    exchange(&proxy, GET "Cache-Control: only-if-cached\r\n\r\n", THEN + 61 * S,
             "HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n"
             "\r\nnot stored\n");
    CU_ASSERT_EQUAL(proxy.asked, 2);
    way_store_free(&proxy.store);
}

/* A chunked response is stored too, and answered with a length. */
static void stores_chunked_responses(void)
{
    struct proxy proxy =
        proxy_new(FRESH "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    exchange(&proxy, "GET /x HTTP/1.0\r\nHost: a\r\n\r\n", THEN,
             FRESH "Via: 1.1 p1\r\nCache-Status: p1; fwd=uri-miss; fwd-status=200; stored\r\n\r\n"
                   "abc");
    exchange(&proxy, GET "\r\n", THEN, HIT("0", "60", "abc"));
    way_store_free(&proxy.store);
}

/* A response that is cut off is not stored; nor is one that the request or its fields forbid. */
static void stores_nothing_doubtful(void)
{
    struct proxy proxy = proxy_new(FRESH "Content-Length: 3\r\n\r\nab");
    exchange(&proxy, GET "\r\n", THEN, MISS("ab"));
    proxy.origin_says = FRESH "Vary: x\r\nContent-Length: 3\r\n\r\nabc";
    exchange(&proxy, GET "\r\n", THEN,
             FRESH "Vary: x\r\nVia: 1.1 p1\r\nCache-Status: p1; fwd=uri-miss; fwd-status=200; "
                   "detail=vary\r\nContent-Length: 3\r\n\r\nabc");
    proxy.origin_says = FRESH "Content-Length: 3\r\n\r\nabc";
    exchange(&proxy, GET "Authorization: x\r\n\r\n", THEN,
             FRESH "Via: 1.1 p1\r\nCache-Status: p1; fwd=bypass; fwd-status=200; "
                   "detail=authorization\r\nContent-Length: 3\r\n\r\nabc");
    struct way_store_stats stats;
    way_store_stats(proxy.store, &stats);
    CU_ASSERT(stats.entries == 0 && stats.fills == 0 && proxy.asked == 3);
    way_store_free(&proxy.store);
}

/* RFC 9111, 4.4: a POST that succeeds makes the next GET a miss. */
static void forgets_after_unsafe_methods(void)
{
    struct proxy proxy = proxy_new(FRESH "Content-Length: 3\r\n\r\nabc");
    exchange(&proxy, GET "\r\n", THEN, MISS("abc"));
    proxy.origin_says = "HTTP/1.1 204 No Content\r\n\r\n";
    exchange(&proxy, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", THEN,
             "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nVia: 1.1 p1\r\n"
             "Cache-Status: p1; fwd=method; fwd-status=204\r\n\r\n");
    proxy.origin_says = FRESH "Content-Length: 3\r\n\r\nxyz";
    exchange(&proxy, GET "\r\n", THEN, MISS("xyz"));
    exchange(&proxy, GET "\r\n", THEN, HIT("0", "60", "xyz"));
    way_store_free(&proxy.store);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a miss, hits until it is stale, 504", misses_then_hits_until_stale},
        {"chunked responses are stored", stores_chunked_responses},
        {"what is doubtful is not stored", stores_nothing_doubtful},
        {"unsafe methods make misses", forgets_after_unsafe_methods},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "exchanges", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
