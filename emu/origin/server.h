/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The origin's HTTP side, on libmicrohttpd.
 *
 * Each connection has a thread of its own: a scripted delay is then nothing but a
 * sleep, and one slow object never holds up another. A sleeper waits on
 * the server's stop descriptor, so that stopping never waits for a delay.
 * Every response is computed from its URL (object.h); nothing is stored.
 *
 *     GET, HEAD   the object, or 304 when If-None-Match lists its entity tag
 *     POST        200 (or status=) and a line with the length and the digest of
 *                 what was received
 *     others      405
 *
 * One line of log a request, when it is over:
 *     10.0.1.2:40000 GET /object/a?size=10 200 10 bytes
 */
#ifndef WAYLAY_EMU_ORIGIN_SERVER_H
#define WAYLAY_EMU_ORIGIN_SERVER_H

#include <netinet/in.h>
#include <stdint.h>

enum { WAY_ORIGIN_CONNECTIONS_MAX = 1000 }; /* at a time, for each port */

struct way_origin; /* one listening port */

/* Listens on `address` (port in network order, 0: the kernel chooses) and serves.
 * `stop_fd` (an eventfd, still the caller's) becomes readable when the program stops, and
 * ends every delay. Returns NULL when it cannot listen (errno says why). The
 * caller ends it with way_origin_stop. */
struct way_origin *way_origin_start(const struct sockaddr_in *address, int stop_fd);

/* The port it listens on, host order. */
uint16_t way_origin_port(const struct way_origin *origin);

/* Stops listening, ends all connections, waits for their threads, frees, nulls. */
void way_origin_stop(struct way_origin **origin);

#endif
