/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages out of strings.
 */
#include "tests/unit/http_made.h"

#include <stdlib.h>
#include <string.h>

#include "core/http/parser.h"

static struct way_http_message *made(struct way_http_parser *parser, const char *head)
{
    size_t used = 0;
    struct way_text body;
    while (*head) {
        if (way_http_parser_feed(parser, head, strlen(head), &used, &body) == WAY_HTTP_EVENT_HEAD)
            break;
        head += used;
    }
    struct way_http_message *message = way_http_parser_take(parser);
    way_http_parser_free(&parser);
    if (!message)
        abort();
    return message;
}

struct way_http_message *way_made_request(const char *head)
{
    return made(way_http_request_parser(NULL), head);
}

struct way_http_message *way_made_response(const char *head)
{
    return made(way_http_response_parser(NULL), head);
}
