/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The first-bytes decision.
 */
#include "core/http/first_bytes.h"

#include <string.h>

#include "core/http/text.h"

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE_LEN = sizeof preface - 1 };
_Static_assert((int)PREFACE_LEN <= (int)WAY_HTTP_FIRST_BYTES, "the bound holds for the preface");

enum way_http_first way_http_first_bytes(const void *data, size_t len)
{
    const char *at = data;
    size_t seen = len < WAY_HTTP_FIRST_BYTES ? len : WAY_HTTP_FIRST_BYTES;
    size_t alike = seen < PREFACE_LEN ? seen : PREFACE_LEN;
    if (alike > 0 && memcmp(at, preface, alike) == 0)
        return alike == PREFACE_LEN ? WAY_HTTP_FIRST_TUNNEL : WAY_HTTP_FIRST_MORE;

    size_t token = 0;
    while (token < seen && way_text_is_tchar(at[token]))
        token++;
    if (token == seen)
        return seen == WAY_HTTP_FIRST_BYTES ? WAY_HTTP_FIRST_TUNNEL : WAY_HTTP_FIRST_MORE;
    return token > 0 && at[token] == ' ' ? WAY_HTTP_FIRST_HTTP : WAY_HTTP_FIRST_TUNNEL;
}
