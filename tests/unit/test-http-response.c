/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Responses: framing that depends on the request, and what is refused.
 */
#include "tests/unit/http_cases.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REFUSED(about, bytes, why)                                                                 \
    {                                                                                              \
        .words = (about), .input = (bytes), .transcript = "error " why "\n"                        \
    }

static const struct way_http_case bodies[] = {
    {.words = "by length (RFC 9112, 6.2)",
     .input = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 No\r\n"
              "Content-Length: 0\r\n\r\n",
     .transcript = "HTTP/1.1 200 length=3 keep [Content-Length: 3]\nbody \"abc\"\nend []\n"
                   "HTTP/1.1 404 length=0 keep [Content-Length: 0]\nend []\nidle\n"},
    {.words = "by chunks, with a trailer",
     .input =
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab\r\n\r\n0\r\nA: b\r\n\r\n",
     .transcript = "HTTP/1.1 200 chunked keep [Transfer-Encoding: chunked]\nbody \"ab\r\n\"\n"
                   "end [A: b]\nidle\n"},
    {.words = "until close (6.3)",
     .input = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nabc\r\n\r\ndef",
     .transcript = "HTTP/1.1 200 until-close close [Server: x]\nbody \"abc\r\n\r\ndef\"\nend []\n"},
    {.words = "HTTP/1.0 with a length and keep-alive",
     .input = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
     .transcript = "HTTP/1.0 200 length=1 keep [Connection: keep-alive, Content-Length: 1]\n"
                   "body \"x\"\nend []\nidle\n"},
    {.words = "no reason phrase, not even its space (4)",
     .input = "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx",
     .transcript = "HTTP/1.1 200 length=1 keep [Content-Length: 1]\nbody \"x\"\nend []\nidle\n"},
};

static const struct way_http_case without_body[] = {
    {.words = "to HEAD",
     .expected = WAY_HTTP_METHOD_HEAD,
     .input = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nHTTP/1.1 200 OK\r\n"
              "Transfer-Encoding: chunked\r\n\r\n",
     .transcript = "HTTP/1.1 200 none keep [Content-Length: 30]\nend []\n"
                   "HTTP/1.1 200 none keep [Transfer-Encoding: chunked]\nend []\nidle\n"},
    {.words = "304 and 204, whatever their fields say",
     .input = "HTTP/1.1 304 Not Modified\r\nContent-Length: 30\r\n\r\n"
              "HTTP/1.1 204 No Content\r\n\r\n",
     .transcript = "HTTP/1.1 304 none keep [Content-Length: 30]\nend []\n"
                   "HTTP/1.1 204 none keep []\nend []\nidle\n"},
    {.words = "100, then the final one (RFC 9110, 15.2)",
     .input = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     .transcript = "HTTP/1.1 100 none keep []\nend []\n"
                   "HTTP/1.1 200 length=1 keep [Content-Length: 1]\nbody \"x\"\nend []\nidle\n"},
    {.words = "to CONNECT, when it succeeds",
     .expected = WAY_HTTP_METHOD_CONNECT,
     .input = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
     .transcript = "HTTP/1.1 200 none keep [Content-Length: 5]\nend []\nidle\n"},
    {.words = "to CONNECT, when it fails",
     .expected = WAY_HTTP_METHOD_CONNECT,
     .input = "HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\nx",
     .transcript = "HTTP/1.1 403 length=1 keep [Content-Length: 1]\nbody \"x\"\nend []\nidle\n"},
    {.words = "101 ends HTTP",
     .input = "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n\x01\x02",
     .transcript = "HTTP/1.1 101 none keep upgrade [Connection: upgrade, Upgrade: x]\n"},
};

static const struct way_http_case refused[] = {
    REFUSED("Content-Length and Transfer-Encoding",
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Content-Length together with Transfer-Encoding"),
    REFUSED("two Content-Lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
            "more than one Content-Length"),
    REFUSED("the same to a 304",
            "HTTP/1.1 304 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
            "more than one Content-Length"),
    REFUSED("a coding that does not end in chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("no status", "HTTP/1.1 OK\r\n\r\n", "malformed status code"),
    REFUSED("status of two digits", "HTTP/1.1 20\r\n\r\n", "malformed status code"),
    REFUSED("status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "malformed status code"),
    REFUSED("status 099", "HTTP/1.1 099 OK\r\n\r\n", "malformed status code"),
    REFUSED("another protocol", "ICY 200 OK\r\n\r\n", "malformed version"),
    REFUSED("version 2", "HTTP/2.0 200 OK\r\n\r\n", "version is neither HTTP/1.0 nor HTTP/1.1"),
    REFUSED("an empty line first", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "malformed start line"),
    REFUSED("a fold", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "folded field line"),
    {.words = "cut off in its body",
     .input = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
     .transcript = "HTTP/1.1 200 length=4 keep [Content-Length: 4]\nbody \"abc\"\n"
                   "error ended in the middle of a message\n"},
};

static void reads_bodies(void)
{
    CU_ASSERT_EQUAL(way_http_cases(bodies, COUNT(bodies), true, NULL), 0);
}

static void knows_what_has_no_body(void)
{
    CU_ASSERT_EQUAL(way_http_cases(without_body, COUNT(without_body), true, NULL), 0);
}

static void refuses(void)
{
    CU_ASSERT_EQUAL(way_http_cases(refused, COUNT(refused), true, NULL), 0);
}

/* A message that was taken lives on without its parser. */
static void gives_messages_away(void)
{
    const char bytes[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
    struct way_http_parser *parser = way_http_response_parser(NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(parser);
    size_t used = 0;
    struct way_text body;
    CU_ASSERT_EQUAL(way_http_parser_feed(parser, bytes, sizeof bytes - 1, &used, &body),
                    WAY_HTTP_EVENT_HEAD);
    struct way_http_message *message = way_http_parser_take(parser);
    CU_ASSERT_PTR_NOT_NULL_FATAL(message);
    CU_ASSERT_PTR_NULL(way_http_parser_message(parser));
    CU_ASSERT_EQUAL(
        way_http_parser_feed(parser, bytes + used, sizeof bytes - 1 - used, &used, &body),
        WAY_HTTP_EVENT_BODY);
    CU_ASSERT_EQUAL(body.len, 2);
    CU_ASSERT_EQUAL(way_http_parser_feed(parser, NULL, 0, &used, &body), WAY_HTTP_EVENT_END);
    CU_ASSERT(way_http_parser_idle(parser));
    way_http_parser_free(&parser);
    CU_ASSERT_PTR_NULL(parser);
    CU_ASSERT(way_http_message_check(message));
    CU_ASSERT(way_text_is(way_http_fields_value(&message->fields, "content-LENGTH"), "2"));
    way_http_message_free(&message);
    CU_ASSERT_PTR_NULL(message);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"bodies by length, chunks, close", reads_bodies},
        {"responses without a body", knows_what_has_no_body},
        {"odd responses are refused", refuses},
        {"a taken message outlives its parser", gives_messages_away},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "responses", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
