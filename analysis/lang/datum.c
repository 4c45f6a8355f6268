/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values: comparing and writing them.
 */
#include "analysis/lang/datum.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *way_sort_name(enum way_sort sort)
{
#define NAME(suffix, family, name) [WAY_SORT_##suffix] = (name),
    static const char *const names[] = {WAY_SORTS(NAME)};
#undef NAME

    return names[sort];
}

enum way_sort way_sort_family(enum way_sort sort)
{
#define FAMILY(suffix, family, name) [WAY_SORT_##suffix] = WAY_SORT_##family,
    static const enum way_sort families[] = {WAY_SORTS(FAMILY)};
#undef FAMILY

    return families[sort];
}

enum way_sort way_sort_of(enum way_type type)
{
    static const enum way_sort sorts[] = {
        [WAY_TYPE_NUMBER] = WAY_SORT_NUMBER,   [WAY_TYPE_BOOL] = WAY_SORT_BOOL,
        [WAY_TYPE_ADDRESS] = WAY_SORT_ADDRESS, [WAY_TYPE_MAC] = WAY_SORT_MAC,
        [WAY_TYPE_TIME] = WAY_SORT_TIME,       [WAY_TYPE_SPAN] = WAY_SORT_SPAN,
        [WAY_TYPE_BYTES] = WAY_SORT_BYTES,     [WAY_TYPE_STRING] = WAY_SORT_STRING};

    return sorts[type];
}

struct way_datum way_datum_of(const struct way_value *value, uint8_t room[6])
{
    struct way_datum datum = {.sort = way_sort_of(value->type), .tap = -1};

    if (way_type_is_span(value->type)) {
        datum.bytes = value->bytes;
        return datum;
    }
    datum.number = value->number > INT64_MAX ? INT64_MAX : (int64_t)value->number;
    if (value->type == WAY_TYPE_MAC) {
        for (int i = 0; i < 6; i++)
            room[i] = (uint8_t)(value->number >> (40 - 8 * i));
        datum.bytes = (struct way_bytes){room, 6};
    }
    return datum;
}

double way_datum_real(const struct way_datum *datum)
{
    return datum->sort == WAY_SORT_REAL ? datum->real : (double)datum->number;
}

/* By how much a is more than b, of NUMBER, BOOL, REAL, TIME, SPAN. Exact for what is as
 * near as errors are. */
static double more(const struct way_datum *a, const struct way_datum *b)
{
    int64_t difference;

    if (a->sort != WAY_SORT_REAL && b->sort != WAY_SORT_REAL &&
        !__builtin_sub_overflow(a->number, b->number, &difference))
        return (double)difference;
    return way_datum_real(a) - way_datum_real(b);
}

static bool in_prefix(const struct way_datum *address, const struct way_datum *prefix)
{
    return prefix->width == 0 || (uint64_t)address->number >> (32 - prefix->width) ==
                                     (uint64_t)prefix->number >> (32 - prefix->width);
}

static bool equal_addresses(const struct way_datum *a, const struct way_datum *b)
{
    if (a->sort == b->sort)
        return a->number == b->number && a->width == b->width;
    return a->sort == WAY_SORT_PREFIX ? in_prefix(b, a) : in_prefix(a, b);
}

static bool equal_bytes(const struct way_bytes *a, const struct way_bytes *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

enum way_truth way_datum_equal(const struct way_datum *a, const struct way_datum *b)
{
    enum way_sort family = way_sort_family(a->sort);
    double error = a->error + b->error;
    bool equal;

    if (family == WAY_SORT_BYTES)
        equal = equal_bytes(&a->bytes, &b->bytes);
    else if (family == WAY_SORT_ADDRESS)
        equal = equal_addresses(a, b);
    else if (error > 0)
        return fabs(more(a, b)) > error ? WAY_FALSE : WAY_UNDECIDED;
    else if (a->sort == WAY_SORT_REAL || b->sort == WAY_SORT_REAL)
        equal = way_datum_real(a) == way_datum_real(b);
    else
        equal = a->number == b->number;
    return equal ? WAY_TRUE : WAY_FALSE;
}

enum way_truth way_datum_less(const struct way_datum *a, const struct way_datum *b)
{
    double error = a->error + b->error;

    if (error > 0)
        return more(a, b) < -error ? WAY_TRUE : more(a, b) < error ? WAY_UNDECIDED : WAY_FALSE;
    if (a->sort == WAY_SORT_REAL || b->sort == WAY_SORT_REAL)
        return way_datum_real(a) < way_datum_real(b) ? WAY_TRUE : WAY_FALSE;
    return a->number < b->number ? WAY_TRUE : WAY_FALSE;
}

/* A duration in the largest unit that needs no more than three decimals. */
static void format_span(int64_t ns, char *text, size_t size)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
    const char *sign = ns < 0 ? "-" : "";
    uint64_t rest = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t unit = (uint64_t)units[i].ns;
        if (rest < unit && unit > 1)
            continue;
        if (unit == 1 || rest % unit == 0)
            snprintf(text, size, "%s%" PRIu64 "%s", sign, rest / unit, units[i].name);
        else
            snprintf(text, size, "%s%" PRIu64 ".%03" PRIu64 "%s", sign, rest / unit,
                     rest % unit * 1000 / unit, units[i].name);
        return;
    }
}

static void format_as_field(enum way_type type, const struct way_datum *datum, char *text,
                            size_t size)
{
    struct way_value value = {.type = type};

    if (way_type_is_span(type))
        value.bytes = datum->bytes;
    else
        value.number = (uint64_t)datum->number;
    way_value_format(&value, text, size);
}

static void format_one(const struct way_datum *datum, char *text, size_t size)
{
    char inner[256];

    switch (datum->sort) {
    case WAY_SORT_REAL:
        if (datum->error > 0)
            snprintf(text, size, "%.6g..%.6g", datum->real - datum->error,
                     datum->real + datum->error);
        else
            snprintf(text, size, "%.6g", datum->real);
        break;
    case WAY_SORT_ADDRESS:
        format_as_field(WAY_TYPE_ADDRESS, datum, text, size);
        break;
    case WAY_SORT_PREFIX:
        format_as_field(WAY_TYPE_ADDRESS, datum, inner, sizeof inner);
        snprintf(text, size, "%s/%u", inner, datum->width);
        break;
    case WAY_SORT_MAC:
        format_as_field(WAY_TYPE_MAC, datum, text, size);
        break;
    case WAY_SORT_TIME:
        format_as_field(WAY_TYPE_TIME, datum, text, size);
        break;
    case WAY_SORT_SPAN:
        format_span(datum->number, text, size);
        break;
    case WAY_SORT_BYTES:
        format_as_field(WAY_TYPE_BYTES, datum, text, size);
        break;
    case WAY_SORT_STRING:
        format_as_field(WAY_TYPE_STRING, datum, inner, sizeof inner);
        snprintf(text, size, "\"%s\"", inner);
        break;
    default:
        snprintf(text, size, "%" PRId64, datum->number);
    }
}

const char *way_datum_format(const struct way_datum *datum, char *text, size_t size)
{
    static const char *const brackets[] = {[WAY_LIST] = "[]", [WAY_SET] = "{}", [WAY_RANGE] = "  "};
    size_t at = 0;

    if (datum->shape == WAY_ONE) {
        format_one(datum, text, size);
        return text;
    }
    if (datum->shape != WAY_RANGE)
        at += (size_t)snprintf(text, size, "%c", brackets[datum->shape][0]);
    for (size_t i = 0; i < datum->count && at + 8 < size; i++) {
        if (i)
            at += (size_t)snprintf(text + at, size - at, "%s",
                                   datum->shape == WAY_RANGE ? ".." : ", ");
        format_one(&datum->items[i], text + at, size - at);
        at += strlen(text + at);
    }
    if (datum->shape != WAY_RANGE && at + 2 <= size)
        snprintf(text + at, size - at, "%c", brackets[datum->shape][1]);
    return text;
}
