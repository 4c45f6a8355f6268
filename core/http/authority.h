/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Host and request target: checks and the form in which they are compared.
 *
 * Host = uri-host [ ":" port ] (RFC 9110, 7.2; RFC 3986, 3.2.2). Compared
 * without case, without the default port 80 of the scheme http.
 */
#ifndef WAYLAY_CORE_HTTP_AUTHORITY_H
#define WAYLAY_CORE_HTTP_AUTHORITY_H

#include <stdbool.h>

#include "core/http/buffer.h"
#include "core/http/message.h"

/* Is the span a well-formed Host (registered name, IPv4 or [IPv6], optional port)? Empty is. No
 * userinfo. */
bool way_http_host_ok(struct way_text host);

/* Appends the Host in the form in which two of them are compared. */
void way_http_host_normalise(struct way_buffer *out, struct way_text host);

/* Splits an absolute URI of scheme http into authority and path with query ("/" when empty), as
 * spans; the static "/" counts as one. Userinfo, an empty host, a fragment, or another scheme:
 * false. */
bool way_http_absolute_split(struct way_text uri, struct way_text *authority,
                             struct way_text *path);

/* Sorts the request target of `method` (RFC 9112, 3.2), and sets form, authority and path of the
 * message, where the authority is left empty for the origin form. False when no form fits. */
bool way_http_target_read(struct way_http_message *request);

#endif
