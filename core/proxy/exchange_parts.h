/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the two halves of an exchange share, and nobody else: the request's half
 * (core/proxy/exchange.c) and the response's (core/proxy/exchange_response.c).
 */
#ifndef WAYLAY_CORE_PROXY_EXCHANGE_PARTS_H
#define WAYLAY_CORE_PROXY_EXCHANGE_PARTS_H

#include "core/http/write.h"
#include "core/proxy/exchange.h"

/* The pseudonym for Via, or NULL when none is wanted. Borrowed from the settings. */
const char *way_exchange_via(const struct way_exchange *x);

/* How a response to the client is to be written, as far as the exchange knows;
 * cache_status in it is the exchange's. Age is unset (-1), Date is now. */
struct way_http_response_out way_exchange_response_out(struct way_exchange *x);

/* Writes to the client, and notes when its first byte left. The buffer is copied. */
void way_exchange_write(struct way_exchange *x, const struct way_buffer *buffer);

/* Asks the origin; a connection that lacks is answered with 502. */
void way_exchange_forward(struct way_exchange *x);

/* Answers 502 with these words; returns what the end is. */
enum way_exchange_end way_exchange_bad_gateway(struct way_exchange *x, const char *words);

/* Frees what it holds, logs, makes it inactive, and tells its owner the end. */
void way_exchange_finish(struct way_exchange *x, enum way_exchange_end end);

#endif
