/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The log: one line an event, to standard error, written with one write.
 *
 *     <nanoseconds since the epoch> <program> <level>: <text>
 *
 * Lines of the parent and of its worker do not mix. A line is cut at
 * WAY_LOG_LINE_MAX bytes; control characters in it (a client's bytes may be
 * quoted) are written as '?'. Nothing here is for the path of every packet.
 */
#ifndef WAYLAY_CORE_COMMON_LOG_H
#define WAYLAY_CORE_COMMON_LOG_H

#include <stdbool.h>

#define WAY_LOG_LINE_MAX 1024

/* Levels in order; `debug` is printed with --verbose only. */
#define WAY_LOG_LEVELS(X)                                                                          \
    X(ERROR, "error")                                                                              \
    X(WARNING, "warning")                                                                          \
    X(INFO, "info")                                                                                \
    X(DEBUG, "debug")

#define X(name, text) WAY_LOG_##name,
enum way_log_level { WAY_LOG_LEVELS(X) };
#undef X

/* Names the program (the string is kept, not copied) and says whether debug
 * lines are printed. To be called once, before the second thread or process. */
void way_log_start(const char *program, bool verbose);

/* Writes one line; `fmt` as for printf, without a newline. errno is kept. */
void way_log(enum way_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
