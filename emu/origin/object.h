/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a URL asks of waylay-origin.
 *
 * The whole script of a response stands in its URL, so that a scenario needs no
 * set-up at the origin, and a capture or a log line alone says what was asked:
 *
 *     /object/NAME?size=100k&delay=20ms&status=200&header=Cache-Control:max-age=60
 *
 *     size=SIZE          bytes of the body (default 1000, at most 1 GiB): a number,
 *                        with k, M, G for powers of 1000 or Ki, Mi, Gi for powers of
 *                        1024, each with or without a B at the end
 *     seed=N             chooses the body together with NAME (default 0)
 *     delay=TIME         wait before the head: a number with ns, us, ms or s,
 *                        at most 60s
 *     status=CODE        200 to 599 (default 200); 204, 205 and 304 have no body
 *     header=NAME:VALUE  another header field; up to 16 times. The fields that frame
 *                        and verify the body are the origin's own and refused
 *     chunked=0|1        chunked transfer coding, not Content-Length (default 0)
 *     digest=0|1         add a Repr-Digest of the body, for sizes up to 16 MiB (default 0:
 *                        it is computed before the head is sent, and would be measured)
 *     abort_after=SIZE   fail: close after that many bytes of the body
 *     abort=fin|rst      how: in order, or by a reset (default fin)
 *
 * NAME and values are percent-decoded; a plus sign stands for itself. A key that
 * is unknown, or given twice (but header), is an error, as is every value
 * out of its bounds: nothing is guessed.
 *
 * Pure functions over bytes: no I/O, no allocation, any thread.
 */
#ifndef WAYLAY_EMU_ORIGIN_OBJECT_H
#define WAYLAY_EMU_ORIGIN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WAY_OBJECT_NAME_MAX = 128,          /* bytes of NAME, decoded */
    WAY_OBJECT_HEADERS_MAX = 16,        /* header= parameters */
    WAY_OBJECT_HEADER_NAME_MAX = 64,    /* bytes */
    WAY_OBJECT_HEADER_VALUE_MAX = 1024, /* bytes, decoded */
    WAY_OBJECT_DELAY_MAX_S = 60,        /* seconds */
};

#define WAY_OBJECT_SIZE_MAX     (UINT64_C(1) << 30)
#define WAY_OBJECT_SIZE_DEFAULT 1000
#define WAY_OBJECT_DIGEST_MAX   (UINT64_C(16) << 20)

/* How a response that fails on purpose ends its connection. */
enum way_object_abort { WAY_OBJECT_ABORT_FIN, WAY_OBJECT_ABORT_RST };

struct way_object_header {
    char name[WAY_OBJECT_HEADER_NAME_MAX + 1];
    char value[WAY_OBJECT_HEADER_VALUE_MAX + 1];
};

struct way_object {
    char name[WAY_OBJECT_NAME_MAX + 1];
    uint64_t seed;
    uint64_t size; /* bytes; 0 where the status allows no body */
    int64_t delay; /* nanoseconds */
    unsigned status;
    bool chunked;
    bool digest;
    bool aborts;
    uint64_t abort_after; /* bytes of the body; meaningful if `aborts` */
    enum way_object_abort abort;
    unsigned header_count;
    struct way_object_header headers[WAY_OBJECT_HEADERS_MAX];
};

/* Why a URL was refused. */
struct way_object_error {
    unsigned status; /* 400 or 404 */
    char text[256];  /* one printable line, without its end: key, value, what was expected */
};

/* Reads `target`, the request target in origin form (RFC 9112, 3.2.1), `len`
 * bytes, not NUL-terminated. Returns true and fills `object`, or returns false
 * and fills `error`; `object` is then undefined. */
bool way_object_parse(const char *target, size_t len, struct way_object *object,
                      struct way_object_error *error);

/* Copies `from` (`len` bytes) to `to` (`room` bytes, at least 1), cut where it is too
 * long, NUL-terminated, each byte that is not printable ASCII as a question mark:
 * what strangers sent, made fit for a log line. */
void way_object_printable(const char *from, size_t len, char *to, size_t room);

#endif
