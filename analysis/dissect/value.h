/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values of fields.
 *
 * A value is a number with a type that says how it is to be read and written, or
 * a span of bytes. All that is no span is held in `number`, so that equality and
 * order of two values of one type are those of their numbers: an address is its
 * four bytes as one host-order number (10.0.1.2 is 0x0a000102), a hardware
 * address its six bytes, a time its nanoseconds since the epoch.
 *
 * Spans borrow: from the packet (good as long as the record's bytes are), or,
 * for strings of reassembled messages, from the flow table (good until it sees
 * the next packet).
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_VALUE_H
#define WAYLAY_ANALYSIS_DISSECT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(suffix, name in docs and messages) */
#define WAY_TYPES(X)                                                                               \
    X(NUMBER, "number")        /* unsigned, up to 64 bits */                                       \
    X(BOOL, "yes/no")          /* 0 or 1 */                                                        \
    X(ADDRESS, "IPv4 address") /* host order */                                                    \
    X(MAC, "hardware address") /* 48 bits, the first byte highest */                               \
    X(TIME, "time")            /* ns since the epoch; never negative */                            \
    X(SPAN, "duration")        /* ns; never negative */                                            \
    X(BYTES, "bytes")          /* bytes */                                                         \
    X(STRING, "text")          /* bytes; text as it stands in the packet, without a zero */

#define WAY_TYPE_ENUMERATOR(suffix, name) WAY_TYPE_##suffix,
enum way_type { WAY_TYPES(WAY_TYPE_ENUMERATOR) WAY_TYPE_COUNT };
#undef WAY_TYPE_ENUMERATOR

struct way_bytes {
    const uint8_t *at; /* borrowed; never NULL, also where len is 0 */
    size_t len;
};

struct way_value {
    enum way_type type;
    union {
        uint64_t number;        /* every type but the last two */
        struct way_bytes bytes; /* WAY_TYPE_BYTES, WAY_TYPE_STRING */
    };
};

enum { WAY_VALUES_MAX = 64 }; /* no IPv4 or TCP header holds more than 40 of anything */

/* What a field is in one packet: nothing, one value, or several in the order of
 * the packet. */
struct way_values {
    unsigned count;
    bool more; /* there were more than fit: only of pipelined messages */
    struct way_value items[WAY_VALUES_MAX];
};

/* Whether a type's values are spans of bytes. */
static inline bool way_type_is_span(enum way_type type)
{
    return type == WAY_TYPE_BYTES || type == WAY_TYPE_STRING;
}

/* The type's name as above; "unknown" outside of the table. Static. */
const char *way_type_name(enum way_type type);

/* Orders two values of one type (asserted): below 0, 0 or above 0. Spans are
 * ordered by their bytes, a beginning before the whole. */
int way_value_compare(const struct way_value *a, const struct way_value *b);

/* `len` bytes of a span from `offset` on, as a value of the type BYTES. A
 * negative offset counts from the end (-1 is the last byte); len of SIZE_MAX is
 * all that follows. Returns false, and leaves `out` alone, when the value is no
 * span or has not all of these bytes. */
bool way_value_slice(const struct way_value *value, int64_t offset, size_t len,
                     struct way_value *out);

/* Writes the value as people and Wireshark write it: 10.0.1.2, 02:00:…,
 * 1753.000000123, 0102ff, text with control characters as \xNN. At most `size`
 * bytes with the zero; what does not fit ends in "...". Returns `text`. */
const char *way_value_format(const struct way_value *value, char *text, size_t size);

#endif
