/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages for tests, made of a string by the real parser.
 */
#ifndef WAYLAY_TESTS_UNIT_HTTP_MADE_H
#define WAYLAY_TESTS_UNIT_HTTP_MADE_H

#include "core/http/message.h"

/* The message with this head (CRLF at each line, empty line last). Aborts when it is refused. The
 * caller frees it with way_http_message_free. */
struct way_http_message *way_made_request(const char *head);
struct way_http_message *way_made_response(const char *head);

#endif
