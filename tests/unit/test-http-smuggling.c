/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests that are refused: each is read differently by two recipients
 * somewhere in the world (RFC 9112, 11.2), or is simply no request.
 */
#include <string.h>

#include "tests/unit/http_cases.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REQUEST      "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED      REQUEST "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED_HEAD "POST / HTTP/1.1 chunked keep [Host: a, Transfer-Encoding: chunked]\n"
#define REFUSED(about, bytes, why)                                                                 \
    {                                                                                              \
        .words = (about), .input = (bytes), .transcript = "error " why "\n"                        \
    }

static const struct way_http_case framing[] = {
    REFUSED("Content-Length and Transfer-Encoding (6.1)",
            REQUEST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Content-Length together with Transfer-Encoding"),
    REFUSED("the same in the other order",
            REQUEST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
            "Content-Length together with Transfer-Encoding"),
    REFUSED("two Content-Lengths that differ (6.3)",
            REQUEST "Content-Length: 4\r\nContent-Length: 5\r\n\r\n",
            "more than one Content-Length"),
    REFUSED("two that are equal", REQUEST "Content-Length: 4\r\nContent-Length: 4\r\n\r\n",
            "more than one Content-Length"),
    REFUSED("a list", REQUEST "Content-Length: 4, 4\r\n\r\n", "malformed Content-Length"),
    REFUSED("a sign", REQUEST "Content-Length: +4\r\n\r\n", "malformed Content-Length"),
    REFUSED("negative", REQUEST "Content-Length: -4\r\n\r\n", "malformed Content-Length"),
    REFUSED("hexadecimal", REQUEST "Content-Length: 0x4\r\n\r\n", "malformed Content-Length"),
    REFUSED("empty", REQUEST "Content-Length: \r\n\r\n", "malformed Content-Length"),
    REFUSED("a space inside", REQUEST "Content-Length: 1 2\r\n\r\n", "malformed Content-Length"),
    REFUSED("too large", REQUEST "Content-Length: 9223372036854775808\r\n\r\n",
            "malformed Content-Length"),
    REFUSED("Transfer-Encoding twice (6.1)",
            REQUEST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "more than one Transfer-Encoding"),
    REFUSED("Transfer-Encoding folded", REQUEST "Transfer-Encoding:\r\n chunked\r\n\r\n",
            "folded field line"),
    REFUSED("not ending in chunked", REQUEST "Transfer-Encoding: chunked, gzip\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("chunked twice", REQUEST "Transfer-Encoding: chunked, chunked\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("identity", REQUEST "Transfer-Encoding: identity\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("empty coding", REQUEST "Transfer-Encoding:\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("a control character hides it",
            REQUEST "Transfer-Encoding: \x0b"
                    "chunked\r\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    REFUSED("quoted", REQUEST "Transfer-Encoding: \"chunked\"\r\n\r\n",
            "Transfer-Encoding does not end in chunked"),
    REFUSED("a coding that we do not know (501)",
            REQUEST "Transfer-Encoding: gzip, chunked\r\n\r\n", "unknown transfer coding"),
    REFUSED("in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding in HTTP/1.0"),
};

static const struct way_http_case lines[] = {
    REFUSED("a space before the colon (5.1)", REQUEST "Content-Length : 4\r\n\r\n",
            "malformed field name"),
    REFUSED("a tab before the colon", REQUEST "Transfer-Encoding\t: chunked\r\n\r\n",
            "malformed field name"),
    REFUSED("no colon", REQUEST "Foo\r\n\r\n", "malformed field name"),
    REFUSED("no name", REQUEST ": x\r\n\r\n", "malformed field name"),
    REFUSED("a fold (5.2)", REQUEST "X: a\r\n\tb\r\n\r\n", "folded field line"),
    REFUSED("a fold behind the request line (2.2)", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            "folded field line"),
    REFUSED("bare LF after a field (2.2)", REQUEST "X: y\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    REFUSED("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    REFUSED("bare CR in a value", REQUEST "X: y\rContent-Length: 4\r\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    REFUSED("two CR", REQUEST "X: y\r\r\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    REFUSED("delete", REQUEST "X: \x7f\r\n\r\n",
            "bare CR, bare LF, NUL or control character in the head"),
    {.words = "NUL in a value",
     .input = REQUEST "X: a\0b\r\n\r\n",
     .len = sizeof(REQUEST "X: a\0b\r\n\r\n") - 1,
     .transcript = "error bare CR, bare LF, NUL or control character in the head\n"},
};

static const struct way_http_case hosts[] = {
    REFUSED("no Host (3.2)", "GET / HTTP/1.1\r\n\r\n", "no Host in HTTP/1.1"),
    REFUSED("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "more than one Host"),
    REFUSED("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            "more than one Host"),
    REFUSED("a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "malformed Host"),
    REFUSED("userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "malformed Host"),
    REFUSED("a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "malformed Host"),
    REFUSED("a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", "malformed Host"),
    REFUSED("a port too large", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", "malformed Host"),
    REFUSED("only a port", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "malformed Host"),
    REFUSED("an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "malformed Host"),
};

static const struct way_http_case start_lines[] = {
    REFUSED("HTTP/0.9", "GET /\r\n", "malformed start line"),
    REFUSED("two spaces (3)", "GET  / HTTP/1.1\r\n\r\n", "malformed version"),
    REFUSED("two spaces before the version", "GET /  HTTP/1.1\r\n\r\n", "malformed version"),
    REFUSED("a space at the end", "GET / HTTP/1.1 \r\n\r\n", "malformed version"),
    REFUSED("a space in the target", "GET /a b HTTP/1.1\r\n\r\n", "malformed version"),
    REFUSED("a tab", "GET\t/ HTTP/1.1\r\n\r\n", "malformed method"),
    REFUSED("lower-case version (2.3)", "GET / http/1.1\r\n\r\n", "malformed version"),
    REFUSED("version 1.10", "GET / HTTP/1.10\r\n\r\n", "malformed version"),
    REFUSED("version 1.2 (505)", "GET / HTTP/1.2\r\n\r\n",
            "version is neither HTTP/1.0 nor HTTP/1.1"),
    REFUSED("version 2.0 (505)", "GET / HTTP/2.0\r\n\r\n",
            "version is neither HTTP/1.0 nor HTTP/1.1"),
    REFUSED("version 0.9 (505)", "GET / HTTP/0.9\r\n\r\n",
            "version is neither HTTP/1.0 nor HTTP/1.1"),
    REFUSED("no token", "G(T / HTTP/1.1\r\n\r\n", "malformed method"),
    REFUSED("a relative target", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", "malformed request target"),
    REFUSED("a fragment", "GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n", "malformed request target"),
    REFUSED("a byte above ASCII", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
            "malformed request target"),
    REFUSED("an asterisk, but GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            "malformed request target"),
    REFUSED("another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "malformed request target"),
    REFUSED("userinfo in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "malformed request target"),
    REFUSED("two empty lines first (2.2 has one)", "\r\n\r\nGET / HTTP/1.1\r\n",
            "malformed start line"),
    REFUSED("the preface of HTTP/2 in the middle of a connection",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version is neither HTTP/1.0 nor HTTP/1.1"),
    REFUSED("cut off", "GET / HTTP/1.1\r\nHos", "ended in the middle of a message"),
};

#define BAD_CHUNK(about, bytes, decoded, why)                                                      \
    {                                                                                              \
        .words = (about), .input = CHUNKED bytes,                                                  \
        .transcript = CHUNKED_HEAD decoded "error " why "\n"                                       \
    }

static const struct way_http_case chunks[] = {
    BAD_CHUNK("no CRLF behind the data (7.1)", "3\r\nabc0\r\n\r\n", "body \"abc\"\n",
              "malformed chunk"),
    BAD_CHUNK("bare LF behind the size", "3\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("bare LF behind the data", "3\r\nabc\n0\r\n\r\n", "body \"abc\"\n",
              "malformed chunk"),
    BAD_CHUNK("no size", "\r\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("a sign", "+3\r\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("0x", "0x3\r\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("a space before the size", " 3\r\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("a size that overflows", "10000000000000003\r\nabc\r\n0\r\n\r\n", "",
              "malformed chunk"),
    BAD_CHUNK("bare LF in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n", "", "malformed chunk"),
    BAD_CHUNK("a fold in the trailer", "0\r\nX: a\r\n b\r\n\r\n", "", "malformed trailer section"),
    BAD_CHUNK("a bare LF in the trailer", "0\r\nX: a\n\r\n", "", "malformed trailer section"),
    BAD_CHUNK("no field in the trailer", "0\r\nX\r\n\r\n", "", "malformed trailer section"),
    BAD_CHUNK("cut off in the data", "5\r\nabc", "body \"abc\"\n",
              "ended in the middle of a message"),
    BAD_CHUNK("cut off before the last line", "0\r\n", "", "ended in the middle of a message"),
};

static const struct way_http_case limits[] = {
    REFUSED("a target too long (414)", "GET /abcdefgh HTTP/1.1\r\nHost: a\r\n\r\n",
            "request target too long"),
    REFUSED("a head too large (431)",
            "GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789012345678901234567890\r\n\r\n",
            "head too large"),
    REFUSED("too many fields (431)", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY:\r\nZ:\r\n\r\n",
            "too many fields"),
};

static void refuses_framing(void)
{
    CU_ASSERT_EQUAL(way_http_cases(framing, COUNT(framing), false, NULL), 0);
}

static void refuses_lines(void)
{
    CU_ASSERT_EQUAL(way_http_cases(lines, COUNT(lines), false, NULL), 0);
}

static void refuses_hosts(void)
{
    CU_ASSERT_EQUAL(way_http_cases(hosts, COUNT(hosts), false, NULL), 0);
}

static void refuses_start_lines(void)
{
    CU_ASSERT_EQUAL(way_http_cases(start_lines, COUNT(start_lines), false, NULL), 0);
}

static void refuses_chunks(void)
{
    CU_ASSERT_EQUAL(way_http_cases(chunks, COUNT(chunks), false, NULL), 0);
}

static void keeps_limits(void)
{
    const struct way_http_limits small = {.head = 60, .target = 8, .fields = 3};
    CU_ASSERT_EQUAL(way_http_cases(limits, COUNT(limits), false, &small), 0);
}

/* Chunk extensions and leading zeroes are bounded, whatever their pieces. */
static void bounds_chunk_overhead(void)
{
    struct way_buffer input = {0};
    way_buffer_string(&input, CHUNKED "3;");
    for (int i = 0; i < 2000; i++)
        way_buffer_string(&input, "x");
    way_buffer_string(&input, "\r\nabc\r\n0\r\n\r\n");
    for (size_t piece = 0; piece < 3; piece++) {
        struct way_buffer out = {0};
        struct way_transcript_how how = {.piece = piece * 7};
        way_transcript(&out, input.data, input.len, &how, true);
        const char *expected = CHUNKED_HEAD "error chunk extensions too large\n";
        CU_ASSERT(way_text_equal(way_buffer_view(&out), way_text_of(expected)));
        way_buffer_free(&out);
    }
    way_buffer_free(&input);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"ambiguous framing", refuses_framing},
        {"odd field lines", refuses_lines},
        {"odd Hosts", refuses_hosts},
        {"odd start lines", refuses_start_lines},
        {"odd chunks", refuses_chunks},
        {"limits of size and number", keeps_limits},
        {"chunk extensions are bounded", bounds_chunk_overhead},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "refused requests", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
