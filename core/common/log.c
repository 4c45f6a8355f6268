/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Log lines are put together in one buffer and leave by one write.
 */
#include "core/common/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "core/common/clock.h"

static const char *log_program = "waylay";
static bool log_verbose;

#define X(name, text) text,
static const char *const level_names[] = {WAY_LOG_LEVELS(X)};
#undef X

void way_log_start(const char *program, bool verbose)
{
    log_program = program;
    log_verbose = verbose;
    (void)way_clock_offset_ns();
}

/* What printf said it would have written, bounded to what is there. */
static size_t written(int result, size_t room)
{
    if (result < 0)
        return 0;
    return (size_t)result < room ? (size_t)result : room - 1;
}

void way_log(enum way_log_level level, const char *fmt, ...)
{
    if (level == WAY_LOG_DEBUG && !log_verbose)
        return;
    int saved = errno;
    char line[WAY_LOG_LINE_MAX];
    size_t len = written(snprintf(line, sizeof(line), "%" PRId64 " %s %s: ", way_clock_ns(),
                                  log_program, level_names[level]),
                         sizeof(line));
    va_list arguments;
    va_start(arguments, fmt);
    len += written(vsnprintf(line + len, sizeof(line) - len, fmt, arguments), sizeof(line) - len);
    va_end(arguments);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0) {
        /* there is nowhere left to say so */
    }
    errno = saved;
}
