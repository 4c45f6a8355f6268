/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values that expressions have: those of fields (analysis/dissect/value.h), and
 * what is computed from them.
 *
 * A datum is one value, or several: a list (in order), a set, or a range of two
 * ends. Numbers are signed here, since differences are. A time knows the tap at
 * which it was stamped, and a duration what it may be wrong by: a difference of
 * two stamps is only as good as the clocks; so is a number of packets.
 *
 * A datum borrows its bytes and its items.
 */
#ifndef WAYLAY_ANALYSIS_LANG_DATUM_H
#define WAYLAY_ANALYSIS_LANG_DATUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/value.h"

/* X(suffix, family, name in messages): values of one family can be compared. */
#define WAY_SORTS(X)                                                                               \
    X(ANY, ANY, "not known") /* a name of a run that is not there: --check */                      \
    X(NUMBER, NUMBER, "a number")                                                                  \
    X(REAL, NUMBER, "a number")                                                                    \
    X(BOOL, NUMBER, "a yes or no")                                                                 \
    X(ADDRESS, ADDRESS, "an IPv4 address")                                                         \
    X(PREFIX, ADDRESS, "a prefix")                                                                 \
    X(TIME, TIME, "a time")                                                                        \
    X(SPAN, SPAN, "a duration")                                                                    \
    X(MAC, BYTES, "a hardware address")                                                            \
    X(BYTES, BYTES, "a span of bytes")                                                             \
    X(STRING, BYTES, "a text")

#define WAY_SORT_ENUMERATOR(suffix, family, name) WAY_SORT_##suffix,
enum way_sort { WAY_SORTS(WAY_SORT_ENUMERATOR) WAY_SORT_COUNT };
#undef WAY_SORT_ENUMERATOR

enum way_shape { WAY_ONE, WAY_LIST, WAY_SET, WAY_RANGE };

struct way_datum {
    enum way_sort sort; /* of the items, where there are several */
    enum way_shape shape;
    int64_t number;                /* NUMBER, BOOL, ADDRESS, PREFIX, MAC, TIME, SPAN (ns) */
    double real;                   /* REAL */
    double error;                  /* by how much it may be wrong, either way; not negative */
    int tap;                       /* TIME: where it was stamped; -1: by no tap */
    unsigned width;                /* PREFIX: bits */
    struct way_bytes bytes;        /* MAC, BYTES, STRING */
    const struct way_datum *items; /* of all shapes but ONE */
    size_t count;
};

/* What a comparison came to. The order matters: "and" is the least of two, "or"
 * the greatest. UNKNOWN: a field that is absent or broken. UNDECIDED: a
 * difference of times within their error. */
enum way_truth { WAY_FALSE, WAY_UNKNOWN, WAY_UNDECIDED, WAY_TRUE };

static inline enum way_truth way_truth_not(enum way_truth truth)
{
    return truth == WAY_TRUE ? WAY_FALSE : truth == WAY_FALSE ? WAY_TRUE : truth;
}

/* The sort's name with its article, and the first sort of its family. */
const char *way_sort_name(enum way_sort sort);
enum way_sort way_sort_family(enum way_sort sort);

/* The sort of a field's type. */
enum way_sort way_sort_of(enum way_type type);

/* A field's value. A hardware address has its bytes in `room` (6 bytes). */
struct way_datum way_datum_of(const struct way_value *value, uint8_t room[6]);

/* Whether two single values of one family are equal; a prefix is equal to the
 * addresses in it. What their errors leave open is UNDECIDED. */
enum way_truth way_datum_equal(const struct way_datum *a, const struct way_datum *b);

/* Whether a < b, of numbers, times, durations or addresses. */
enum way_truth way_datum_less(const struct way_datum *a, const struct way_datum *b);

/* A number as a double, of NUMBER, BOOL, REAL, SPAN, TIME. */
double way_datum_real(const struct way_datum *datum);

/* Writes the datum as a file would: 10.0.1.2, [1, 2], 4ms. At most `size` bytes
 * with the zero. Returns `text`. */
const char *way_datum_format(const struct way_datum *datum, char *text, size_t size);

#endif
