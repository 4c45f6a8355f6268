/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-origin without its sockets: the stream of bodies, the URL's parser (each
 * target ends at an unreadable page), entity tags, digests, verification.
 */
#include <stdio.h>
#include <string.h>

#include "emu/origin/body.h"
#include "emu/origin/digest.h"
#include "emu/origin/etag.h"
#include "emu/origin/object.h"
#include "emu/origin/verify.h"
#include "tests/unit/guard.h"
#include "tests/unit/tap.h"

static bool parse(const char *target, struct way_object *object, struct way_object_error *error)
{
    struct way_guard guard = way_guard_new(target, strlen(target), 0);
    bool result = way_object_parse((const char *)guard.data, guard.len, object, error);
    way_guard_free(&guard);
    return result;
}

/* SplitMix64's published outputs for the state 1234567. */
static void stream_is_splitmix64(void)
{
    static const uint64_t words[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                     UINT64_C(9817491932198370423)};
    uint8_t bytes[sizeof words];
    way_body_fill(1234567, 0, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes; i++)
        CU_ASSERT_EQUAL(bytes[i], (uint8_t)(words[i / 8] >> (8 * (i % 8))));
}

static void key_is_xxh64_of_name(void)
{
    CU_ASSERT_EQUAL(way_body_key("", 0), UINT64_C(0xef46db3751d8e999));
    CU_ASSERT_NOT_EQUAL(way_body_key("a", 0), way_body_key("a", 1));
    CU_ASSERT_NOT_EQUAL(way_body_key("a", 0), way_body_key("b", 0));
}

static void any_range_equals_the_whole(void)
{
    uint8_t whole[64];
    way_body_fill(7, 0, whole, sizeof whole);
    for (size_t from = 0; from <= sizeof whole; from++)
        for (size_t len = 0; from + len <= sizeof whole; len++) {
            struct way_guard part = way_guard_new(NULL, len, 0);
            way_body_fill(7, from, part.data, len);
            CU_ASSERT_EQUAL(memcmp(part.data, whole + from, len), 0);
            way_guard_free(&part);
        }
}

static void comparison_names_first_difference(void)
{
    static uint8_t bytes[10000];
    way_body_fill(7, 3, bytes, sizeof bytes);
    CU_ASSERT_EQUAL(way_body_compare(7, 3, bytes, sizeof bytes), sizeof bytes);
    CU_ASSERT_EQUAL(way_body_compare(7, 3, bytes, 0), 0);
    bytes[9000] ^= 1;
    bytes[4097] ^= 1;
    CU_ASSERT_EQUAL(way_body_compare(7, 3, bytes, sizeof bytes), 4097);
}

static void defaults(void)
{
    struct way_object o;
    struct way_object_error e;
    CU_ASSERT_TRUE_FATAL(parse("/object/a", &o, &e));
    CU_ASSERT_STRING_EQUAL(o.name, "a");
    CU_ASSERT_EQUAL(o.size, WAY_OBJECT_SIZE_DEFAULT);
    CU_ASSERT_EQUAL(o.status, 200);
    CU_ASSERT_EQUAL(o.delay, 0);
    CU_ASSERT_EQUAL(o.header_count, 0);
    CU_ASSERT_FALSE(o.chunked);
    CU_ASSERT_FALSE(o.aborts);
}

static void every_key(void)
{
    struct way_object o;
    struct way_object_error e;
    CU_ASSERT_TRUE_FATAL(parse("/object/b%20c/d?size=100k&seed=7&delay=20ms&status=404&chunked=1"
                               "&header=Cache-Control:max-age=60&header=X-A:%20b%3Dc%20"
                               "&abort_after=2KiB&abort=rst",
                               &o, &e));
    CU_ASSERT_STRING_EQUAL(o.name, "b c/d");
    CU_ASSERT_EQUAL(o.size, 100000);
    CU_ASSERT_EQUAL(o.seed, 7);
    CU_ASSERT_EQUAL(o.delay, 20000000);
    CU_ASSERT_EQUAL(o.status, 404);
    CU_ASSERT_TRUE(o.chunked);
    CU_ASSERT_EQUAL_FATAL(o.header_count, 2);
    CU_ASSERT_STRING_EQUAL(o.headers[0].name, "Cache-Control");
    CU_ASSERT_STRING_EQUAL(o.headers[0].value, "max-age=60");
    CU_ASSERT_STRING_EQUAL(o.headers[1].value, "b=c");
    CU_ASSERT_TRUE(o.aborts);
    CU_ASSERT_EQUAL(o.abort_after, 2048);
    CU_ASSERT_EQUAL(o.abort, WAY_OBJECT_ABORT_RST);
}

static void bounds(void)
{
    static const struct {
        const char *target;
        bool is_right;
    } cases[] = {
        {"/object/a?size=0", true},
        {"/object/a?size=1073741824", true},
        {"/object/a?size=1GiB", true},
        {"/object/a?size=1073741825", false},
        {"/object/a?size=2G", false},
        {"/object/a?size=99999999999999999999999", false},
        {"/object/a?size=", false},
        {"/object/a?size", false},
        {"/object/a?size=-1", false},
        {"/object/a?size=10x", false},
        {"/object/a?size=1&size=2", false},
        {"/object/a?seed=18446744073709551615", true},
        {"/object/a?seed=18446744073709551616", false},
        {"/object/a?delay=60s", true},
        {"/object/a?delay=61s", false},
        {"/object/a?delay=60001ms", false},
        {"/object/a?delay=20", false},
        {"/object/a?status=599", true},
        {"/object/a?status=600", false},
        {"/object/a?status=199", false},
        {"/object/a?chunked=2", false},
        {"/object/a?digest=1", true},
        {"/object/a?digest=1&size=16MiB", true},
        {"/object/a?digest=1&size=16777217", false},
        {"/object/a?abort=maybe", false},
        {"/object/a?colour=red", false},
        {"/object/a?&&", true},
        {"/object/a?seed=%37", true},
        {"/object/a?seed=%3", false},
        {"/object/a?seed=%zz", false},
        {"/object/a?seed=7%00", false},
        {"/object/a?header=X", false},
        {"/object/a?header=:v", false},
        {"/object/a?header=X:", false},
        {"/object/a?header=X%20Y:v", false},
        {"/object/a?header=X:a%0d%0aY:b", false},
        {"/object/a?header=content-length:5", false},
        {"/object/", false},
        {"/object", false},
        {"/", false},
        {"", false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct way_object o;
        struct way_object_error e = {0, ""};
        bool is_right = parse(cases[i].target, &o, &e);
        if (is_right != cases[i].is_right)
            printf("# %s\n", cases[i].target);
        CU_ASSERT_EQUAL(is_right, cases[i].is_right);
        CU_ASSERT_TRUE(is_right || (e.status >= 400 && e.text[0]));
    }
}

static void too_many_or_too_long(void)
{
    struct way_object o;
    struct way_object_error e;
    char target[4096];
    int at = snprintf(target, sizeof target, "/object/a?");
    for (unsigned i = 0; i < WAY_OBJECT_HEADERS_MAX; i++)
        at += snprintf(target + at, sizeof target - (size_t)at, "header=A:b&");
    CU_ASSERT_TRUE(parse(target, &o, &e));
    snprintf(target + at, sizeof target - (size_t)at, "header=A:b");
    CU_ASSERT_FALSE(parse(target, &o, &e));
    char name[8 + WAY_OBJECT_NAME_MAX + 2] = "/object/";
    memset(name + 8, 'n', WAY_OBJECT_NAME_MAX);
    CU_ASSERT_TRUE(parse(name, &o, &e));
    name[8 + WAY_OBJECT_NAME_MAX] = 'n';
    CU_ASSERT_FALSE(parse(name, &o, &e));
    char value[2048] = "/object/a?header=A:";
    size_t start = strlen(value);
    memset(value + start, 'v', WAY_OBJECT_HEADER_VALUE_MAX);
    CU_ASSERT_TRUE(parse(value, &o, &e));
    value[start + WAY_OBJECT_HEADER_VALUE_MAX] = 'v';
    CU_ASSERT_FALSE(parse(value, &o, &e));
}

static void every_prefix_is_survived(void)
{
    const char whole[] = "/object/b%20c?size=100k&delay=20ms&header=A:%20b&chunked=1&abort=fin";
    for (size_t len = 0; len < sizeof whole; len++) {
        struct way_object o;
        struct way_object_error e;
        struct way_guard guard = way_guard_new(whole, len, 0);
        way_object_parse((const char *)guard.data, len, &o, &e);
        way_guard_free(&guard);
    }
}

static void complaint_names_key_value_and_expectation(void)
{
    struct way_object o;
    struct way_object_error e;
    CU_ASSERT_FALSE(parse("/object/a?status=99\x01", &o, &e));
    CU_ASSERT_EQUAL(e.status, 400);
    CU_ASSERT_STRING_EQUAL(e.text,
                           "key 'status': found '99?', expected a status code from 200 to 599");
    CU_ASSERT_FALSE(parse("/other", &o, &e));
    CU_ASSERT_EQUAL(e.status, 404);
}

static void bodyless_statuses_have_no_size(void)
{
    struct way_object o;
    struct way_object_error e;
    CU_ASSERT_TRUE(parse("/object/a?status=204&size=5", &o, &e));
    CU_ASSERT_EQUAL(o.size, 0);
}

static void tags_in_lists(void)
{
    char tag[WAY_ETAG_TEXT + 1];
    way_etag_text(0xabc, tag);
    CU_ASSERT_STRING_EQUAL(tag, "\"0000000000000abc\"");
    CU_ASSERT_TRUE(way_etag_listed("\"0000000000000abc\"", tag));
    CU_ASSERT_TRUE(way_etag_listed("\"x\" , W/\"0000000000000abc\"", tag));
    CU_ASSERT_TRUE(way_etag_listed(" * ", tag));
    CU_ASSERT_FALSE(way_etag_listed("\"0000000000000abd\"", tag));
    CU_ASSERT_FALSE(way_etag_listed("0000000000000abc", tag));
    CU_ASSERT_FALSE(way_etag_listed("\"0000000000000abc", tag));
    CU_ASSERT_FALSE(way_etag_listed("", tag));
    CU_ASSERT_FALSE(way_etag_listed("*x", tag));
}

/* The digest of no bytes at all is known to everybody. */
static void digest_of_nothing(void)
{
    char text[WAY_DIGEST_TEXT + 1];
    way_digest_of_body(1, 0, text);
    CU_ASSERT_STRING_EQUAL(text, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
}

static int verify(const char *target, const void *body, size_t len, char *said, size_t room)
{
    FILE *in = tmpfile();
    FILE *out = tmpfile();
    CU_ASSERT_FATAL(in && out);
    fwrite(body, 1, len, in);
    rewind(in);
    int code = way_verify(target, in, out);
    rewind(out);
    said[fread(said, 1, room - 1, out)] = '\0';
    fclose(in);
    fclose(out);
    return code;
}

static void verification(void)
{
    static uint8_t body[70001];
    char said[200];
    way_body_fill(way_body_key("v", 3), 0, body, sizeof body);
    CU_ASSERT_EQUAL(verify("/object/v?seed=3&size=70k", body, 70000, said, sizeof said), 0);
    CU_ASSERT_EQUAL(verify("/object/v?seed=3&size=70k", body, 69999, said, sizeof said), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "69999 bytes, expected 70000"));
    CU_ASSERT_EQUAL(verify("/object/v?seed=3&size=70k", body, 70001, said, sizeof said), 1);
    body[66000] ^= 0xff;
    CU_ASSERT_EQUAL(verify("/object/v?seed=3&size=70k", body, 70000, said, sizeof said), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "offset 66000"));
    CU_ASSERT_EQUAL(verify("/object/v?size=much", body, 1, said, sizeof said), 2);
}

int main(void)
{
    CU_TestInfo body_tests[] = {
        {"the stream is SplitMix64", stream_is_splitmix64},
        {"the key is XXH64 of the name", key_is_xxh64_of_name},
        {"any range equals the whole", any_range_equals_the_whole},
        {"a comparison names the first difference", comparison_names_first_difference},
        {"the digest of nothing", digest_of_nothing},
        {"verification", verification},
        CU_TEST_INFO_NULL,
    };
    CU_TestInfo url_tests[] = {
        {"defaults", defaults},
        {"every key", every_key},
        {"bounds", bounds},
        {"too many or too long", too_many_or_too_long},
        {"every prefix is survived", every_prefix_is_survived},
        {"a complaint names key, value and expectation", complaint_names_key_value_and_expectation},
        {"statuses without body have no size", bodyless_statuses_have_no_size},
        {"entity tags in lists", tags_in_lists},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        {"body", NULL, NULL, NULL, NULL, body_tests},
        {"URL", NULL, NULL, NULL, NULL, url_tests},
        CU_SUITE_INFO_NULL,
    };
    return way_tap_run(suites);
}
