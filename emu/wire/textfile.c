/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading whole files into memory that grows with them.
 */
#include "emu/wire/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common/cleanup.h"

enum { FIRST_ROOM = 64 << 10 };

int way_textfile_open(const char *path, struct stat *what, char *error, size_t error_size)
{
    /* Not blocking: a pipe without a writer must not hold up the wire. */
    WAY_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, what) != 0) {
        snprintf(error, error_size, "cannot be opened: %s", strerror(errno));
        return -1;
    }
    if (!S_ISREG(what->st_mode)) {
        snprintf(error, error_size, "expected a regular file");
        return -1;
    }
    return WAY_TAKE_FD(fd);
}

/* Fills the room behind `len`; false with errno set. At the end of the file, `*ended`. */
static bool fill(int fd, char *text, size_t room, size_t *len, bool *ended)
{
    while (*len < room && !*ended) {
        ssize_t got = read(fd, text + *len, room - *len);
        if (got < 0)
            return false;
        *ended = got == 0;
        *len += (size_t)got;
    }
    return true;
}

char *way_textfile_read(int fd, size_t max, size_t *len, char *error, size_t error_size)
{
    char *text = NULL;
    bool ended = false;
    bool fine = true;
    *len = 0;
    for (size_t room = FIRST_ROOM; fine && !ended && *len <= max; room *= 2) {
        char *more = realloc(text, room);
        text = more ? more : text;
        fine = more && fill(fd, text, room, len, &ended);
    }
    if (fine && *len <= max)
        return text;
    if (fine)
        snprintf(error, error_size, "found more than %zu bytes, expected fewer", max);
    else
        snprintf(error, error_size, "cannot be read: %s", strerror(errno));
    free(text);
    return NULL;
}
