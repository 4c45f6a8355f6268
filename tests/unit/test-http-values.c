/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Field values: dates, Cache-Control, Cache-Status, lists, hosts.
 */
#include <string.h>

#include "core/http/authority.h"
#include "core/http/cache_control.h"
#include "core/http/cache_status.h"
#include "core/http/date.h"
#include "tests/unit/guard.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NOW          INT64_C(1763942400) /* 2025-11-24 00:00:00 */

/* RFC 9110, 5.6.7; -1: refused. */
static const struct {
    const char *text;
    int64_t seconds;
} dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"Wed Nov 16 08:49:37 1994", 784975777},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Thu, 29 Feb 2024 12:00:00 GMT", 1709208000},
    {"Sunday, 06-Nov-75 08:49:37 GMT", INT64_C(3340255777)},
    {"Sunday, 06-Nov-76 08:49:37 GMT", 216118177},
    {"Fri, 31 Dec 9999 23:59:59 GMT", INT64_C(253402300799)},
    {"Thu, 29 Feb 2023 12:00:00 GMT", -1},
    {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
    {"Sun, 06 Nov 1994 08:49:37 UTC", -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT ", -1},
    {"Sun, 6 Nov 1994 08:49:37 GMT", -1},
    {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
    {"Sun, 06 nov 1994 08:49:37 GMT", -1},
    {"Sun, 06 Nov 0000 08:49:37 GMT", -1},
    {"Sun, 06 Nov 1994 08:49:3", -1},
    {"0", -1},
    {"", -1},
};

static void reads_dates(void)
{
    for (size_t i = 0; i < COUNT(dates); i++) {
        struct way_guard guard = way_guard_new(dates[i].text, strlen(dates[i].text), 0);
        int64_t seconds = -1;
        struct way_text text = {(const char *)guard.data, guard.len};
        CU_ASSERT_EQUAL(way_http_date_parse(text, NOW, &seconds), dates[i].seconds >= 0);
        CU_ASSERT_EQUAL(seconds, dates[i].seconds);
        way_guard_free(&guard);
    }
}

/* What is printed is read again as the same time, over four thousand years. */
static void prints_dates(void)
{
    char out[WAY_HTTP_DATE_LEN + 1];
    way_http_date_print(784111777, out);
    CU_ASSERT_STRING_EQUAL(out, "Sun, 06 Nov 1994 08:49:37 GMT");
    for (int64_t t = INT64_C(-62135596800); t < INT64_C(90000000000); t += INT64_C(86399) * 97) {
        int64_t again = 0;
        way_http_date_print(t, out);
        CU_ASSERT_FATAL(way_http_date_parse(way_text_of(out), NOW, &again));
        CU_ASSERT_EQUAL_FATAL(again, t);
    }
    way_http_date_print(INT64_MAX, out);
    CU_ASSERT_STRING_EQUAL(out, "Fri, 31 Dec 9999 23:59:59 GMT");
    way_http_date_print(INT64_MIN, out);
    CU_ASSERT_STRING_EQUAL(out, "Mon, 01 Jan 0001 00:00:00 GMT");
}

/* RFC 9111, 5.2 and 4.2.1. Flags as letters: s no-store, c no-cache, p private, r must-revalidate,
 * x proxy-revalidate, o only-if-cached, u public. */
static const struct {
    const char *value;
    const char *flags;
    int64_t max_age, s_maxage, max_stale, min_fresh;
} controls[] = {
    {"max-age=60", "", 60, -1, -1, -1},
    {"Max-Age=60, S-MAXAGE=5", "", 60, 5, -1, -1},
    {" public ,,\tno-store,", "us", -1, -1, -1, -1},
    {"no-cache=\"a, max-age=3\", private=\"x\"", "cp", -1, -1, -1, -1},
    {"max-age=\"60\"", "", 60, -1, -1, -1},
    {"max-age=60, max-age=30", "", 30, -1, -1, -1},
    {"max-age", "", 0, -1, -1, -1},
    {"max-age=", "", 0, -1, -1, -1},
    {"max-age=-1", "", 0, -1, -1, -1},
    {"max-age=1.5", "", 0, -1, -1, -1},
    {"max-age=99999999999999999999999", "", WAY_HTTP_DELTA_MAX, -1, -1, -1},
    {"max-stale", "", -1, -1, WAY_HTTP_DELTA_MAX, -1},
    {"max-stale=5", "", -1, -1, 5, -1},
    {"max-stale=x", "", -1, -1, -1, -1},
    {"min-fresh=5, min-fresh=7", "", -1, -1, -1, 7},
    {"only-if-cached, must-revalidate, proxy-revalidate", "orx", -1, -1, -1, -1},
    {"x-max-age=60, foo=\"no-store, bar", "", -1, -1, -1, -1},
    {"", "", -1, -1, -1, -1},
};

static void expect_flags(const struct way_cache_control *control, const char *flags)
{
    CU_ASSERT_EQUAL(control->no_store, strchr(flags, 's') != NULL);
    CU_ASSERT_EQUAL(control->no_cache, strchr(flags, 'c') != NULL);
    CU_ASSERT_EQUAL(control->private_, strchr(flags, 'p') != NULL);
    CU_ASSERT_EQUAL(control->public_, strchr(flags, 'u') != NULL);
    CU_ASSERT_EQUAL(control->must_revalidate, strchr(flags, 'r') != NULL);
    CU_ASSERT_EQUAL(control->proxy_revalidate, strchr(flags, 'x') != NULL);
    CU_ASSERT_EQUAL(control->only_if_cached, strchr(flags, 'o') != NULL);
}

static void reads_cache_control(void)
{
    for (size_t i = 0; i < COUNT(controls); i++) {
        struct way_guard guard = way_guard_new(controls[i].value, strlen(controls[i].value), 0);
        struct way_http_field field = {way_text_of("cache-control"),
                                       {(const char *)guard.data, guard.len}};
        struct way_http_fields fields = {&field, 1, 1};
        struct way_cache_control control;
        way_http_cache_control(&fields, false, &control);
        expect_flags(&control, controls[i].flags);
        CU_ASSERT_EQUAL(control.max_age, controls[i].max_age);
        CU_ASSERT_EQUAL(control.s_maxage, controls[i].s_maxage);
        CU_ASSERT_EQUAL(control.max_stale, controls[i].max_stale);
        CU_ASSERT_EQUAL(control.min_fresh, controls[i].min_fresh);
        way_guard_free(&guard);
    }
}

/* RFC 9111, 5.4: only in requests, only without Cache-Control. */
static void heeds_pragma(void)
{
    struct way_http_field list[] = {
        {way_text_of("Pragma"), way_text_of("x, No-Cache")},
        {way_text_of("Cache-Control"), way_text_of("max-age=3")},
    };
    struct way_http_fields fields = {list, 1, 2};
    struct way_cache_control control;
    way_http_cache_control(&fields, true, &control);
    CU_ASSERT_TRUE(control.no_cache);
    way_http_cache_control(&fields, false, &control);
    CU_ASSERT_FALSE(control.no_cache);
    fields.count = 2;
    way_http_cache_control(&fields, true, &control);
    CU_ASSERT_FALSE(control.no_cache);
}

static const struct {
    const char *pseudonym;
    struct way_cache_status status;
    const char *text;
} statuses[] = {
    {"p1", {.fwd = WAY_CACHE_FWD_HIT, .has_ttl = true, .ttl = 57}, "p1; hit; ttl=57"},
    {"p1",
     {.fwd = WAY_CACHE_FWD_URI_MISS, .fwd_status = 200, .stored = true},
     "p1; fwd=uri-miss; fwd-status=200; stored"},
    {"p 1", {.fwd = WAY_CACHE_FWD_STALE, .has_ttl = true, .ttl = -3}, "\"p 1\"; fwd=stale; ttl=-3"},
    {"1p", {.fwd = WAY_CACHE_FWD_METHOD}, "\"1p\"; fwd=method"},
    {"p1", {.fwd = WAY_CACHE_FWD_BYPASS, .detail = "vary"}, "p1; fwd=bypass; detail=vary"},
    {"p1",
     {.fwd = WAY_CACHE_FWD_MISS, .detail = "a \"b\""},
     "p1; fwd=miss; detail=\"a \\\"b\\\"\""},
};

static void prints_cache_status(void)
{
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct way_buffer out = {0};
        way_http_cache_status(&out, statuses[i].pseudonym, &statuses[i].status);
        CU_ASSERT(way_text_equal(way_buffer_view(&out), way_text_of(statuses[i].text)));
        way_buffer_free(&out);
    }
    CU_ASSERT_STRING_EQUAL(way_cache_fwd_word(WAY_CACHE_FWD_REQUEST), "request");
}

/* RFC 9110, 5.6.1 and 5.3: empty members, quoted commas, several fields. */
static void walks_lists(void)
{
    static const char *const expected[] = {"a", "\"b, \\\" c\"", "d e", "f"};
    struct way_http_field list[] = {
        {way_text_of("X"), way_text_of(",a ,, \"b, \\\" c\" ,")},
        {way_text_of("Y"), way_text_of("no")},
        {way_text_of("x"), way_text_of("\td e,f")},
    };
    struct way_http_fields fields = {list, 3, 3};
    struct way_http_members walk = {.fields = &fields, .name = "X"};
    struct way_text member;
    size_t count = 0;
    while (way_http_members_next(&walk, &member)) {
        CU_ASSERT_FATAL(count < COUNT(expected));
        CU_ASSERT(way_text_equal(member, way_text_of(expected[count])));
        count++;
    }
    CU_ASSERT_EQUAL(count, COUNT(expected));
    CU_ASSERT_TRUE(way_http_fields_have(&fields, "x", "F"));
    CU_ASSERT_FALSE(way_http_fields_have(&fields, "x", "d"));
    CU_ASSERT_EQUAL(way_http_fields_count(&fields, "x"), 2);
}

static void normalises_hosts(void)
{
    static const char *const pairs[][2] = {
        {"Example.ORG", "example.org"},
        {"a:80", "a"},
        {"a:", "a"},
        {"a:8080", "a:8080"},
        {"a:0081", "a:81"},
        {"[::A]:80", "[::a]"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct way_buffer out = {0};
        CU_ASSERT_TRUE(way_http_host_ok(way_text_of(pairs[i][0])));
        way_http_host_normalise(&out, way_text_of(pairs[i][0]));
        CU_ASSERT(way_text_equal(way_buffer_view(&out), way_text_of(pairs[i][1])));
        way_buffer_free(&out);
    }
}

static void splits_absolute_targets(void)
{
    struct way_text authority;
    struct way_text path;
    CU_ASSERT_TRUE(way_http_absolute_split(way_text_of("HTTP://a:81/x?y"), &authority, &path));
    CU_ASSERT(way_text_is(authority, "a:81") && way_text_is(path, "/x?y"));
    CU_ASSERT_TRUE(way_http_absolute_split(way_text_of("http://a"), &authority, &path));
    CU_ASSERT(way_text_is(authority, "a") && way_text_is(path, "/"));
    CU_ASSERT_FALSE(way_http_absolute_split(way_text_of("http://"), &authority, &path));
    CU_ASSERT_FALSE(way_http_absolute_split(way_text_of("http:///x"), &authority, &path));
    CU_ASSERT_FALSE(way_http_absolute_split(way_text_of("https://a/"), &authority, &path));
    CU_ASSERT_FALSE(way_http_absolute_split(way_text_of("http://a/#x"), &authority, &path));
}

static void reads_numbers(void)
{
    uint64_t value = 7;
    CU_ASSERT_TRUE(way_text_number(way_text_of("9223372036854775807"), &value));
    CU_ASSERT_EQUAL(value, INT64_MAX);
    CU_ASSERT_TRUE(way_text_number(way_text_of("007"), &value));
    CU_ASSERT_EQUAL(value, 7);
    CU_ASSERT_FALSE(way_text_number(way_text_of("9223372036854775808"), &value));
    CU_ASSERT_FALSE(way_text_number(way_text_of(""), &value));
    CU_ASSERT_FALSE(way_text_number(way_text_of("7 "), &value));
    CU_ASSERT_EQUAL(value, 7);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"dates in three formats", reads_dates},
        {"dates are printed and read again", prints_dates},
        {"Cache-Control", reads_cache_control},
        {"Pragma", heeds_pragma},
        {"Cache-Status", prints_cache_status},
        {"lists over several fields", walks_lists},
        {"hosts in the form in which they are compared", normalises_hosts},
        {"absolute targets", splits_absolute_targets},
        {"numbers", reads_numbers},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "values", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
