/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Cache-Control by one table: a directive is a flag or a number of seconds.
 */
#include "core/http/cache_control.h"

#include <stddef.h>
#include <string.h>

enum kind { FLAG, SECONDS, OPTIONAL_SECONDS, MORE_SECONDS };

/* SECONDS: the smaller of two counts, malformed is 0; OPTIONAL: the same, but without an argument
 * it is unbounded and malformed is absent; MORE: the larger of two counts, malformed is unbounded
 * (min-fresh asks for more the larger it is). */
static const struct directive {
    const char *name;
    enum kind kind;
    size_t offset;
} directives[] = {
    {"no-store", FLAG, offsetof(struct way_cache_control, no_store)},
    {"no-cache", FLAG, offsetof(struct way_cache_control, no_cache)},
    {"private", FLAG, offsetof(struct way_cache_control, private_)},
    {"public", FLAG, offsetof(struct way_cache_control, public_)},
    {"must-revalidate", FLAG, offsetof(struct way_cache_control, must_revalidate)},
    {"proxy-revalidate", FLAG, offsetof(struct way_cache_control, proxy_revalidate)},
    {"must-understand", FLAG, offsetof(struct way_cache_control, must_understand)},
    {"no-transform", FLAG, offsetof(struct way_cache_control, no_transform)},
    {"only-if-cached", FLAG, offsetof(struct way_cache_control, only_if_cached)},
    {"max-age", SECONDS, offsetof(struct way_cache_control, max_age)},
    {"s-maxage", SECONDS, offsetof(struct way_cache_control, s_maxage)},
    {"max-stale", OPTIONAL_SECONDS, offsetof(struct way_cache_control, max_stale)},
    {"min-fresh", MORE_SECONDS, offsetof(struct way_cache_control, min_fresh)},
};

/* delta-seconds, as a token or (5.2: recipients ought to accept both) a quoted string; -1 when
 * malformed. Digits without end are WAY_HTTP_DELTA_MAX. */
static int64_t delta_seconds(struct way_text argument)
{
    size_t len = argument.len;
    if (len >= 2 && argument.at[0] == '"' && argument.at[len - 1] == '"')
        argument = (struct way_text){argument.at + 1, len - 2};
    int64_t seconds = 0;
    for (size_t i = 0; i < argument.len; i++) {
        char c = argument.at[i];
        if (c < '0' || c > '9')
            return -1;
        seconds = seconds * 10 + (c - '0');
        if (seconds > WAY_HTTP_DELTA_MAX)
            seconds = WAY_HTTP_DELTA_MAX;
    }
    return argument.len > 0 ? seconds : -1;
}

static void set_seconds(int64_t *slot, enum kind kind, bool has_argument, struct way_text argument)
{
    int64_t seconds = has_argument ? delta_seconds(argument) : -1;
    if (kind == OPTIONAL_SECONDS && !has_argument)
        seconds = WAY_HTTP_DELTA_MAX;
    if (kind == OPTIONAL_SECONDS && seconds < 0)
        return;
    if (kind == MORE_SECONDS) {
        seconds = seconds < 0 ? WAY_HTTP_DELTA_MAX : seconds;
        *slot = *slot > seconds ? *slot : seconds;
        return;
    }
    seconds = seconds < 0 ? 0 : seconds;
    if (*slot < 0 || seconds < *slot)
        *slot = seconds;
}

static void read_directive(struct way_text member, struct way_cache_control *out)
{
    const char *equals = memchr(member.at, '=', member.len);
    struct way_text name = member;
    struct way_text argument = {NULL, 0};
    if (equals) {
        name.len = (size_t)(equals - member.at);
        argument = (struct way_text){equals + 1, member.len - name.len - 1};
    }
    name = way_text_trim(name);
    argument = way_text_trim(argument);
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        if (!way_text_is(name, directives[i].name))
            continue;
        char *slot = (char *)out + directives[i].offset;
        if (directives[i].kind == FLAG)
            *(bool *)slot = true;
        else
            set_seconds((int64_t *)(void *)slot, directives[i].kind, equals != NULL, argument);
        return;
    }
}

void way_http_cache_control(const struct way_http_fields *fields, bool is_request,
                            struct way_cache_control *out)
{
    *out =
        (struct way_cache_control){.max_age = -1, .s_maxage = -1, .max_stale = -1, .min_fresh = -1};
    struct way_http_members walk = {.fields = fields, .name = "Cache-Control"};
    struct way_text member;
    while (way_http_members_next(&walk, &member))
        read_directive(member, out);
    if (is_request && !way_http_fields_find(fields, "Cache-Control") &&
        way_http_fields_have(fields, "Pragma", "no-cache"))
        out->no_cache = true;
}
