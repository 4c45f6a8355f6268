/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Freshness, by the sections of RFC 9111, on a clock of the test's own.
 */
#include <string.h>

#include "core/cache/freshness.h"
#include "core/http/buffer.h"
#include "tests/unit/http_made.h"
#include "tests/unit/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define S            WAY_CACHE_SECOND
/* Sun, 06 Nov 1994 08:49:37 GMT */
#define THEN (784111777 * S)
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static struct way_http_message *response_with(const char *fields)
{
    struct way_buffer head = {0};
    way_buffer_string(&head, "HTTP/1.1 200 OK\r\n");
    way_buffer_string(&head, fields);
    way_buffer_bytes(&head, "\r\n", 3);
    struct way_http_message *response = way_made_response(head.data);
    way_buffer_free(&head);
    return response;
}

/* Asked for `asked` seconds after THEN, arrived at `came`: lifetime and initial age in seconds; -1:
 * there is no lifetime. */
static const struct {
    const char *words, *fields;
    int64_t asked, came, lifetime, age;
    bool never_stale;
} cases[] = {
    {"max-age (4.2.1)", DATE "Cache-Control: max-age=60\r\n", 0, 0, 60, 0, false},
    {"s-maxage goes before it (5.2.2.10)", DATE "Cache-Control: max-age=60, s-maxage=5\r\n", 0, 0,
     5, 0, true},
    {"max-age goes before Expires (5.3)",
     DATE "Cache-Control: max-age=9\r\nExpires: Sun, 06 Nov 1994 08:59:37 GMT\r\n", 0, 0, 9, 0,
     false},
    {"Expires less Date", DATE "Expires: Sun, 06 Nov 1994 08:59:37 GMT\r\n", 0, 3, 600, 3, false},
    {"Expires without Date: less arrival", "Expires: Sun, 06 Nov 1994 08:59:37 GMT\r\n", 0, 100,
     500, 100, false},
    {"Expires in the past", DATE "Expires: Sun, 06 Nov 1994 08:39:37 GMT\r\n", 0, 0, 0, 0, false},
    {"Expires: 0", DATE "Expires: 0\r\n", 0, 0, 0, 0, false},
    {"Expires twice",
     DATE "Expires: Sun, 06 Nov 1994 08:59:37 GMT\r\nExpires: Sun, 06 Nov 1994 "
          "08:59:37 GMT\r\n",
     0, 0, 0, 0, false},
    {"nothing explicit", DATE "Last-Modified: Sun, 06 Nov 1994 08:39:37 GMT\r\n", 0, 0, -1, 0,
     false},
    {"apparent age (4.2.3)", DATE "Cache-Control: max-age=60\r\n", 7, 7, 60, 7, false},
    {"a Date ahead of us", DATE "Cache-Control: max-age=60\r\n", -9, -9, 60, 0, false},
    {"Age and delay (4.2.3)", DATE "Age: 10\r\nCache-Control: max-age=60\r\n", 0, 2, 60, 12, false},
    {"an apparent age that is larger", DATE "Age: 1\r\nCache-Control: max-age=60\r\n", 20, 20, 60,
     20, false},
    {"Age that is no number (5.1)", DATE "Age: x\r\nCache-Control: max-age=60\r\n", 0, 0, 60, 0,
     false},
    {"Age twice: the first", DATE "Age: 3\r\nAge: 9\r\nCache-Control: max-age=60\r\n", 0, 0, 60, 3,
     false},
    {"must-revalidate (4.2.4)", DATE "Cache-Control: max-age=60, must-revalidate\r\n", 0, 0, 60, 0,
     true},
    {"proxy-revalidate", DATE "Cache-Control: max-age=60, proxy-revalidate\r\n", 0, 0, 60, 0, true},
};

static void works_out_times(void)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct way_http_message *response = response_with(cases[i].fields);
        struct way_cache_times times;
        bool has = way_cache_times_of(response, THEN + cases[i].asked * S, THEN + cases[i].came * S,
                                      &times);
        CU_ASSERT_EQUAL(has, cases[i].lifetime >= 0);
        if (has) {
            CU_ASSERT_EQUAL(times.lifetime, cases[i].lifetime * S);
            CU_ASSERT_EQUAL(times.never_stale, cases[i].never_stale);
            CU_ASSERT_EQUAL(times.corrected_initial_age, cases[i].age * S);
        }
        way_http_message_free(&response);
    }
}

static void ages(void)
{
    struct way_cache_times times = {
        .response_time = THEN, .corrected_initial_age = 5 * S, .lifetime = 60 * S};
    CU_ASSERT_EQUAL(way_cache_age(&times, THEN), 5 * S);
    CU_ASSERT_EQUAL(way_cache_age(&times, THEN + 10 * S), 15 * S);
    CU_ASSERT_EQUAL(way_cache_age(&times, THEN - 10 * S), 5 * S);
    CU_ASSERT_EQUAL(way_cache_ttl(&times, THEN + 54 * S), S);
    CU_ASSERT_EQUAL(way_cache_ttl(&times, THEN + 56 * S), -S);
}

/* An entry of lifetime 60 that arrived with age 0, asked `after` seconds later. */
static const struct {
    const char *control;
    int64_t after;
    bool never_stale;
    enum way_cache_use use;
} uses[] = {
    {"", 0, false, WAY_CACHE_USE_HIT},
    {"", 59, false, WAY_CACHE_USE_HIT},
    {"", 60, false, WAY_CACHE_USE_STALE},
    {"max-age=10", 10, false, WAY_CACHE_USE_HIT},
    {"max-age=10", 11, false, WAY_CACHE_USE_REQUEST},
    {"max-age=0", 1, false, WAY_CACHE_USE_REQUEST},
    {"max-age=100", 61, false, WAY_CACHE_USE_STALE},
    {"min-fresh=10", 50, false, WAY_CACHE_USE_HIT},
    {"min-fresh=10", 51, false, WAY_CACHE_USE_REQUEST},
    {"no-cache", 1, false, WAY_CACHE_USE_REQUEST},
    {"no-cache", 61, false, WAY_CACHE_USE_STALE},
    {"max-stale=5", 65, false, WAY_CACHE_USE_HIT},
    {"max-stale=5", 66, false, WAY_CACHE_USE_STALE},
    {"max-stale", 100000, false, WAY_CACHE_USE_HIT},
    {"max-stale", 61, true, WAY_CACHE_USE_STALE},
    {"max-stale, max-age=61", 62, false, WAY_CACHE_USE_STALE},
    {"max-stale, min-fresh=1", 62, false, WAY_CACHE_USE_STALE},
    {"only-if-cached", 1, false, WAY_CACHE_USE_HIT},
    {"no-store", 1, false, WAY_CACHE_USE_HIT},
};

static void heeds_the_request(void)
{
    for (size_t i = 0; i < COUNT(uses); i++) {
        struct way_http_field field = {way_text_of("Cache-Control"), way_text_of(uses[i].control)};
        struct way_http_fields fields = {&field, 1, 1};
        struct way_cache_control control;
        way_http_cache_control(&fields, true, &control);
        struct way_cache_times times = {
            .response_time = THEN, .lifetime = 60 * S, .never_stale = uses[i].never_stale};
        CU_ASSERT_EQUAL(way_cache_may_use(&times, &control, THEN + uses[i].after * S), uses[i].use);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"lifetime and initial age", works_out_times},
        {"age and time to live", ages},
        {"directives of the request", heeds_the_request},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "freshness", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
