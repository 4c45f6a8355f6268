/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests that are read, and how.
 */
#include "tests/unit/http_cases.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct way_http_case plain[] = {
    {.words = "a GET (RFC 9112, 2.1)",
     .input = "GET /x?y=1 HTTP/1.1\r\nHost: a\r\nAccept:  text/html\t \r\n\r\n",
     .transcript = "GET /x?y=1 HTTP/1.1 none keep [Host: a, Accept: text/html]\nend []\nidle\n"},
    {.words = "two requests in one piece (9.3.2), an empty line between them (2.2)",
     .input = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "GET /1 HTTP/1.1 none keep [Host: a]\nend []\n"
                   "HEAD /2 HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
    {.words = "a body by Content-Length (6.2), then another request",
     .input = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabcde"
              "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "POST / HTTP/1.1 length=5 keep [host: a, content-length: 5]\nbody \"abcde\"\n"
                   "end []\nGET / HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
    {.words = "an empty body by Content-Length",
     .input = "PUT / HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\n\r\n",
     .transcript = "PUT / HTTP/1.1 length=0 keep [Host: , Content-Length: 0]\nend []\nidle\n"},
    {.words = "chunks with an extension, and a trailer (7.1)",
     .input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
              "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nSum: 1\r\n\r\n"
              "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "POST / HTTP/1.1 chunked keep [Host: a, Transfer-Encoding: Chunked]\n"
                   "body \"abc0123456789\"\nend [Sum: 1]\n"
                   "GET / HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
    {.words = "chunks without any body",
     .input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     .transcript = "POST / HTTP/1.1 chunked keep [Host: a, Transfer-Encoding: chunked]\n"
                   "end []\nidle\n"},
    {.words = "chunks, then close",
     .input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: x, close\r\n"
              "\r\n1\r\na\r\n0\r\n\r\n",
     .transcript = "POST / HTTP/1.1 chunked close [Host: a, Transfer-Encoding: chunked, "
                   "Connection: x, close]\nbody \"a\"\nend []\nidle\n"},
};

static const struct way_http_case persistence[] = {
    {.words = "HTTP/1.0 closes, and needs no Host (9.3)",
     .input = "GET / HTTP/1.0\r\n\r\n",
     .transcript = "GET / HTTP/1.0 none close []\nend []\nidle\n"},
    {.words = "HTTP/1.0 with keep-alive",
     .input = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
     .transcript = "GET / HTTP/1.0 none keep [Connection: Keep-Alive]\nend []\nidle\n"},
    {.words = "close in the second of two Connection fields",
     .input = "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: Close\r\n\r\n",
     .transcript = "GET / HTTP/1.1 none close [Host: a, Connection: x, Connection: Close]\n"
                   "end []\nidle\n"},
};

static const struct way_http_case forms[] = {
    {.words = "absolute form (3.2.2)",
     .input = "GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "GET http://b:81/x HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
    {.words = "asterisk form (3.2.4)",
     .input = "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "OPTIONS * HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
    {.words = "CONNECT ends HTTP (3.2.3)",
     .input = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03",
     .transcript = "CONNECT a:443 HTTP/1.1 none keep [Host: a:443]\n"},
    {.words = "an unknown method is told, its rest is not read",
     .input = "FROB /x HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n\x01\x02",
     .transcript = "FROB /x HTTP/1.1 none keep [Host: a, X: y]\n"},
    {.words = "a method of another protocol is unknown",
     .input = "PLAY /x HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "PLAY /x HTTP/1.1 none keep [Host: a]\n"},
    {.words = "methods have case (RFC 9110, 9.1)",
     .input = "get /x HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "get /x HTTP/1.1 none keep [Host: a]\n"},
    {.words = "M-SEARCH is known",
     .input = "M-SEARCH /x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
     .transcript = "M-SEARCH /x HTTP/1.1 none keep [Host: [::1]:80]\nend []\nidle\n"},
    {.words = "an Upgrade is told (RFC 9110, 7.8)",
     .input = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
     .transcript = "GET /x HTTP/1.1 none keep upgrade [Host: a, Connection: upgrade, "
                   "Upgrade: websocket]\nend []\nidle\n"},
    {.words = "an Upgrade that the origin ignores, with chunks",
     .input = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
              "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
              "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
     .transcript = "POST /x HTTP/1.1 chunked keep upgrade [Host: a, Connection: upgrade, "
                   "Upgrade: h2c, Transfer-Encoding: chunked]\nbody \"a\"\nend []\n"
                   "GET / HTTP/1.1 none keep [Host: a]\nend []\nidle\n"},
};

static void reads_plain(void)
{
    CU_ASSERT_EQUAL(way_http_cases(plain, COUNT(plain), false, NULL), 0);
}

static void reads_persistence(void)
{
    CU_ASSERT_EQUAL(way_http_cases(persistence, COUNT(persistence), false, NULL), 0);
}

static void reads_forms(void)
{
    CU_ASSERT_EQUAL(way_http_cases(forms, COUNT(forms), false, NULL), 0);
}

/* Every method that the table of llhttp holds is read by llhttp, too. */
static void reads_every_known_method(void)
{
    static const char *const methods[] = {
        "DELETE", "GET",    "HEAD",  "POST",      "PUT",        "OPTIONS",     "TRACE",  "COPY",
        "LOCK",   "MKCOL",  "MOVE",  "PROPFIND",  "PROPPATCH",  "SEARCH",      "UNLOCK", "BIND",
        "REBIND", "UNBIND", "ACL",   "REPORT",    "MKACTIVITY", "CHECKOUT",    "MERGE",  "M-SEARCH",
        "NOTIFY", "PATCH",  "PURGE", "SUBSCRIBE", "MKCALENDAR", "UNSUBSCRIBE", "LINK",   "UNLINK",
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct way_buffer input = {0};
        struct way_buffer out = {0};
        way_buffer_string(&input, methods[i]);
        way_buffer_string(&input, " /x HTTP/1.1\r\nHost: a\r\n\r\n");
        struct way_transcript_how how = {0};
        way_transcript(&out, input.data, input.len, &how, true);
        CU_ASSERT(out.len > 12 && out.data[out.len - 2] == 'e' && out.data[out.len - 5] == 'i');
        CU_ASSERT_NOT_EQUAL(way_http_method_of(way_text_of(methods[i])), WAY_HTTP_METHOD_UNKNOWN);
        way_buffer_free(&input);
        way_buffer_free(&out);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"plain requests are read in any pieces", reads_plain},
        {"persistence follows version and Connection", reads_persistence},
        {"forms of target, and what ends HTTP", reads_forms},
        {"every known method is known to both parsers", reads_every_known_method},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "requests", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
