/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What can be wrong with a message: one table, from which the enumerators, the
 * status to answer a request with, and the words come. A faulty response is
 * always answered to the client as 502.
 */
#ifndef WAYLAY_CORE_HTTP_ERROR_H
#define WAYLAY_CORE_HTTP_ERROR_H

/* name, status for a request, words */
#define WAY_HTTP_ERRORS(X)                                                                         \
    X(NONE, 0, "no error")                                                                         \
    X(START_LINE, 400, "malformed start line")                                                     \
    X(METHOD, 400, "malformed method")                                                             \
    X(TARGET, 400, "malformed request target")                                                     \
    X(TARGET_LONG, 414, "request target too long")                                                 \
    X(VERSION_FORM, 400, "malformed version")                                                      \
    X(VERSION, 505, "version is neither HTTP/1.0 nor HTTP/1.1")                                    \
    X(STATUS_CODE, 400, "malformed status code")                                                   \
    X(BARE_BYTE, 400, "bare CR, bare LF, NUL or control character in the head")                    \
    X(FOLD, 400, "folded field line")                                                              \
    X(FIELD_NAME, 400, "malformed field name")                                                     \
    X(HEAD_LARGE, 431, "head too large")                                                           \
    X(FIELDS_MANY, 431, "too many fields")                                                         \
    X(HOST_MISSING, 400, "no Host in HTTP/1.1")                                                    \
    X(HOST_REPEATED, 400, "more than one Host")                                                    \
    X(HOST_FORM, 400, "malformed Host")                                                            \
    X(LENGTH_FORM, 400, "malformed Content-Length")                                                \
    X(LENGTH_REPEATED, 400, "more than one Content-Length")                                        \
    X(LENGTH_AND_CODING, 400, "Content-Length together with Transfer-Encoding")                    \
    X(CODING_OLD, 400, "Transfer-Encoding in HTTP/1.0")                                            \
    X(CODING_REPEATED, 400, "more than one Transfer-Encoding")                                     \
    X(CODING_LAST, 400, "Transfer-Encoding does not end in chunked")                               \
    X(CODING_UNKNOWN, 501, "unknown transfer coding")                                              \
    X(CHUNK, 400, "malformed chunk")                                                               \
    X(CHUNK_EXTENSION, 400, "chunk extensions too large")                                          \
    X(TRAILER, 400, "malformed trailer section")                                                   \
    X(SECOND_OPINION, 400, "refused by the second parser")                                         \
    X(SHORT, 400, "ended in the middle of a message")                                              \
    X(MEMORY, 503, "out of memory")

#define WAY_HTTP_ERROR_ENUM(name, status, words) WAY_HTTP_ERROR_##name,
enum way_http_error { WAY_HTTP_ERRORS(WAY_HTTP_ERROR_ENUM) WAY_HTTP_ERROR_KINDS };
#undef WAY_HTTP_ERROR_ENUM

/* The status with which a faulty request is answered; 0 for NONE. */
int way_http_error_status(enum way_http_error error);

/* The words of the table: static, for logs and for Cache-Status details. */
const char *way_http_error_words(enum way_http_error error);

#endif
