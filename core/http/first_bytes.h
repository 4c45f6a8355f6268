/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HTTP or tunnel: decided once, from the first bytes of the client.
 *
 * A token (RFC 9110, 5.6.2) and one space within the first 32 bytes is HTTP,
 * and every later error of that connection is answered, never forwarded. The
 * client preface of HTTP/2 (RFC 9113, 3.4), which begins in the same way, and
 * anything else make a tunnel. The decision is a pure function of all bytes
 * seen so far: call it again with more until it no longer wants more, and
 * feed the same bytes to what was decided for.
 */
#ifndef WAYLAY_CORE_HTTP_FIRST_BYTES_H
#define WAYLAY_CORE_HTTP_FIRST_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum way_http_first {
    WAY_HTTP_FIRST_MORE,   /* cannot be said yet; at most 32 bytes are needed */
    WAY_HTTP_FIRST_HTTP,   /* final */
    WAY_HTTP_FIRST_TUNNEL, /* final */
};

enum { WAY_HTTP_FIRST_BYTES = 32 };

/* Decides on the `len` bytes that came first on the connection. A client that
 * closes or falls silent while the answer is MORE is a tunnel's. */
enum way_http_first way_http_first_bytes(const void *data, size_t len);

#endif
