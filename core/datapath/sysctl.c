/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files under /proc/sys.
 */
#include "core/datapath/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common/cleanup.h"

static int open_sysctl(const char *path, int flags)
{
    char full[PATH_MAX];
    int length = snprintf(full, sizeof(full), "/proc/sys/%s", path);
    if (length < 0 || (size_t)length >= sizeof(full))
        return -ENAMETOOLONG;
    int fd = open(full, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int way_sysctl_get(const char *path, int *value)
{
    WAY_AUTO_FD int fd = open_sysctl(path, O_RDONLY);
    if (fd < 0)
        return fd;
    char text[64];
    ssize_t length = read(fd, text, sizeof(text) - 1);
    if (length < 0)
        return -errno;
    text[length] = '\0';
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || number < INT_MIN || number > INT_MAX)
        return -EINVAL;
    *value = (int)number;
    return 0;
}

int way_sysctl_set(const char *path, int value)
{
    WAY_AUTO_FD int fd = open_sysctl(path, O_WRONLY);
    if (fd < 0)
        return fd;
    char text[16];
    int length = snprintf(text, sizeof(text), "%d\n", value);
    return write(fd, text, (size_t)length) == length ? 0 : -errno;
}

int way_sysctls_change(struct way_sysctls *sysctls, const char *path, int value)
{
    int old = 0;
    int error = way_sysctl_get(path, &old);
    if (error != 0 || old == value)
        return error;
    if (sysctls->count == WAY_SYSCTL_SAVED_MAX || strlen(path) >= WAY_SYSCTL_PATH_MAX)
        return -ENOBUFS;
    error = way_sysctl_set(path, value);
    if (error != 0)
        return error;
    memcpy(sysctls->saved[sysctls->count].path, path, strlen(path) + 1);
    sysctls->saved[sysctls->count++].value = old;
    return 0;
}

void way_sysctls_restore(struct way_sysctls *sysctls)
{
    while (sysctls->count > 0) {
        sysctls->count--;
        (void)way_sysctl_set(sysctls->saved[sysctls->count].path,
                             sysctls->saved[sysctls->count].value);
    }
}
