/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is looked up, what is stored, what is invalidated, under which key.
 */
#include "core/cache/invalidate.h"
#include "core/cache/rules.h"
#include "core/cache/store.h"
#include "tests/unit/http_made.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define S            WAY_CACHE_SECOND
#define GET          "GET / HTTP/1.1\r\nHost: a\r\n"
#define OK           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
#define FRESH        OK "Cache-Control: max-age=60\r\n"

/* RFC 9111, 3, 3.5, 4, 4.4; RFC 9110, 9.2. */
static const struct {
    const char *request;
    const char *detail;
    enum way_cache_fwd fwd;
    bool look, store, unsafe;
} requests[] = {
    {GET "\r\n", NULL, WAY_CACHE_FWD_URI_MISS, true, true, false},
    {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_URI_MISS, true, false, false},
    {GET "Cache-Control: no-store\r\n\r\n", NULL, WAY_CACHE_FWD_URI_MISS, true, false, false},
    {GET "Pragma: no-cache\r\n\r\n", NULL, WAY_CACHE_FWD_URI_MISS, true, true, false},
    {GET "Authorization: x\r\n\r\n", "authorization", WAY_CACHE_FWD_BYPASS, false, false, false},
    {GET "Range: bytes=0-1\r\n\r\n", "range", WAY_CACHE_FWD_BYPASS, false, false, false},
    {GET "If-None-Match: *\r\n\r\n", "conditional", WAY_CACHE_FWD_BYPASS, false, false, false},
    {GET "If-Modified-Since: x\r\n\r\n", "conditional", WAY_CACHE_FWD_BYPASS, false, false, false},
    {GET "Content-Length: 1\r\n\r\n", "request-body", WAY_CACHE_FWD_BYPASS, false, false, false},
    {GET "Content-Length: 0\r\n\r\n", NULL, WAY_CACHE_FWD_URI_MISS, true, true, false},
    {GET "Upgrade: x\r\nConnection: upgrade\r\n\r\n", "upgrade", WAY_CACHE_FWD_BYPASS, false, false,
     false},
    {"GET / HTTP/1.0\r\n\r\n", "no-host", WAY_CACHE_FWD_BYPASS, false, false, false},
    {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_METHOD, false, false, true},
    {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_METHOD, false, false, true},
    {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_METHOD, false, false, false},
    {"PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_METHOD, false, false, false},
    {"FROB / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, WAY_CACHE_FWD_METHOD, false, false, true},
};

static void sorts_requests(void)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct way_http_message *request = way_made_request(requests[i].request);
        struct way_cache_request out;
        way_cache_request_of(request, &out);
        CU_ASSERT_EQUAL(out.fwd, requests[i].fwd);
        CU_ASSERT_EQUAL(out.may_look, requests[i].look);
        CU_ASSERT_EQUAL(out.may_store, requests[i].store);
        CU_ASSERT_EQUAL(out.unsafe, requests[i].unsafe);
        CU_ASSERT_EQUAL(out.detail == NULL, requests[i].detail == NULL);
        if (out.detail && requests[i].detail)
            CU_ASSERT_STRING_EQUAL(out.detail, requests[i].detail);
        way_http_message_free(&request);
    }
}

/* RFC 9111, 3. */
static const struct {
    const char *response;
    enum way_cache_storable storable;
} responses[] = {
    {FRESH "\r\n", WAY_CACHE_STORABLE_YES},
    {OK "Cache-Control: s-maxage=1\r\n\r\n", WAY_CACHE_STORABLE_YES},
    {"HTTP/1.1 404 No\r\nContent-Length: 0\r\nCache-Control: max-age=1\r\n\r\n",
     WAY_CACHE_STORABLE_YES},
    {"HTTP/1.1 500 No\r\nContent-Length: 0\r\nCache-Control: max-age=1\r\n\r\n",
     WAY_CACHE_STORABLE_STATUS},
    {"HTTP/1.1 206 Part\r\nContent-Length: 0\r\nCache-Control: max-age=1\r\n\r\n",
     WAY_CACHE_STORABLE_STATUS},
    {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nCache-Control: max-age=1\r\n\r\n",
     WAY_CACHE_STORABLE_STATUS},
    {"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\n", WAY_CACHE_STORABLE_NO_LENGTH},
    {OK "\r\n", WAY_CACHE_STORABLE_LIFETIME},
    {OK "Cache-Control: max-age=0\r\n\r\n", WAY_CACHE_STORABLE_STALE},
    {OK "Cache-Control: max-age=60, s-maxage=0\r\n\r\n", WAY_CACHE_STORABLE_STALE},
    {FRESH "Age: 60\r\n\r\n", WAY_CACHE_STORABLE_STALE},
    {FRESH "Cache-Control: no-store\r\n\r\n", WAY_CACHE_STORABLE_NO_STORE},
    {FRESH "Cache-Control: no-cache\r\n\r\n", WAY_CACHE_STORABLE_NO_CACHE},
    {FRESH "Cache-Control: no-cache=\"x\"\r\n\r\n", WAY_CACHE_STORABLE_NO_CACHE},
    {FRESH "Cache-Control: private\r\n\r\n", WAY_CACHE_STORABLE_PRIVATE},
    {FRESH "Vary: *\r\n\r\n", WAY_CACHE_STORABLE_VARY},
    {FRESH "Vary: Accept\r\n\r\n", WAY_CACHE_STORABLE_VARY},
    {FRESH "Set-Cookie: a=b\r\n\r\n", WAY_CACHE_STORABLE_COOKIE},
    {FRESH "Content-Range: bytes 0-1/2\r\n\r\n", WAY_CACHE_STORABLE_RANGE},
};

static void sorts_responses(void)
{
    struct way_http_message *request = way_made_request(GET "\r\n");
    struct way_cache_request about;
    way_cache_request_of(request, &about);
    for (size_t i = 0; i < COUNT(responses); i++) {
        struct way_http_message *response = way_made_response(responses[i].response);
        struct way_cache_times times;
        CU_ASSERT_EQUAL(way_cache_may_store(&about, response, 100 * S, 100 * S, &times),
                        responses[i].storable);
        about.may_store = false;
        CU_ASSERT_EQUAL(way_cache_may_store(&about, response, 100 * S, 100 * S, &times),
                        WAY_CACHE_STORABLE_REQUEST);
        about.may_store = true;
        way_http_message_free(&response);
    }
    way_http_message_free(&request);
}

static bool same_key(const char *a, uint16_t port_a, const char *b, uint16_t port_b)
{
    struct way_cache_key left;
    struct way_cache_key right;
    struct way_http_message *request = way_made_request(a);
    CU_ASSERT_EQUAL_FATAL(way_cache_key_make(&left, 0x0203000a, port_a, request), 0);
    way_http_message_free(&request);
    request = way_made_request(b);
    CU_ASSERT_EQUAL_FATAL(way_cache_key_make(&right, 0x0203000a, port_b, request), 0);
    way_http_message_free(&request);
    bool same = way_text_equal(way_buffer_view(&left.bytes), way_buffer_view(&right.bytes));
    CU_ASSERT_EQUAL(same, left.hash == right.hash);
    way_cache_key_free(&left);
    way_cache_key_free(&right);
    return same;
}

static void makes_keys(void)
{
    const char *plain = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    CU_ASSERT_TRUE(same_key(plain, 80, "HEAD /x HTTP/1.1\r\nHost: A:80\r\n\r\n", 80));
    CU_ASSERT_TRUE(same_key(plain, 80, "GET http://a/x HTTP/1.1\r\nHost: b\r\n\r\n", 80));
    CU_ASSERT_FALSE(same_key(plain, 80, plain, 8080));
    CU_ASSERT_FALSE(same_key(plain, 80, "GET /X HTTP/1.1\r\nHost: a\r\n\r\n", 80));
    CU_ASSERT_FALSE(same_key(plain, 80, "GET /x HTTP/1.1\r\nHost: b\r\n\r\n", 80));
    CU_ASSERT_FALSE(same_key(plain, 80, "GET /x? HTTP/1.1\r\nHost: a\r\n\r\n", 80));
}

/* Stores an empty response under a path of Host a, origin 1, port 80. */
static void put(struct way_store *store, const char *path)
{
    struct way_cache_key key;
    struct way_cache_times times = {.lifetime = S};
    CU_ASSERT_EQUAL_FATAL(way_cache_key_from(&key, 1, 80, way_text_of("a"), way_text_of(path)), 0);
    struct way_fill *fill = way_fill_begin(store, &key, way_text_of("h"), 200, &times, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fill);
    CU_ASSERT_EQUAL(way_fill_commit(&fill), 0);
    way_cache_key_free(&key);
}

static size_t left_after(const char *request_head, const char *response_head)
{
    struct way_store *store = way_store_new(&(struct way_store_config){.size = 65536});
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    put(store, "/x");
    put(store, "/y");
    put(store, "/z");
    struct way_http_message *request = way_made_request(request_head);
    struct way_http_message *response = response_head ? way_made_response(response_head) : NULL;
    CU_ASSERT_EQUAL(way_cache_invalidate(store, 1, 80, request, response), 0);
    struct way_store_stats stats;
    way_store_stats(store, &stats);
    way_http_message_free(&request);
    way_http_message_free(&response);
    way_store_free(&store);
    return stats.entries;
}

/* RFC 9111, 4.4. */
static void invalidates(void)
{
    const char *post = "POST /x HTTP/1.1\r\nHost: A:80\r\n\r\n";
    CU_ASSERT_EQUAL(left_after(post, "HTTP/1.1 204 No\r\n\r\n"), 2);
    CU_ASSERT_EQUAL(left_after(post, NULL), 2);
    CU_ASSERT_EQUAL(left_after(post, "HTTP/1.1 500 No\r\n\r\n"), 3);
    CU_ASSERT_EQUAL(left_after(post, "HTTP/1.1 303 See\r\nLocation: /y\r\n\r\n"), 1);
    CU_ASSERT_EQUAL(left_after(post, "HTTP/1.1 201 Made\r\nLocation: http://a/y\r\n"
                                     "Content-Location: /z\r\n\r\n"),
                    0);
    CU_ASSERT_EQUAL(left_after(post, "HTTP/1.1 201 Made\r\nLocation: http://b/y\r\n"
                                     "Content-Location: //a/z\r\n\r\n"),
                    2);
    CU_ASSERT_EQUAL(left_after("POST /x HTTP/1.1\r\nHost: b\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n"),
                    3);
}

/* What is not stored says of what is stored that it is outdated, unless it is not about it. */
static void supersedes(void)
{
    struct way_cache_request get = {.may_look = true, .may_store = true};
    struct way_cache_request head = {.may_look = true};
    CU_ASSERT(way_cache_supersedes(&get, 200));
    CU_ASSERT(way_cache_supersedes(&get, 404));
    CU_ASSERT_FALSE(way_cache_supersedes(&get, 503));
    CU_ASSERT_FALSE(way_cache_supersedes(&get, 101));
    CU_ASSERT_FALSE(way_cache_supersedes(&head, 200));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"requests that touch the cache, and that pass by", sorts_requests},
        {"responses that are stored, and that are not", sorts_responses},
        {"keys", makes_keys},
        {"unsafe methods invalidate", invalidates},
        {"what is newer and not stored supersedes", supersedes},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "rules", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
