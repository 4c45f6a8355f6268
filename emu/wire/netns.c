/* SPDX-License-Identifier: BSD-2-Clause
 *
 * setns, there and back.
 */
#define _GNU_SOURCE /* setns */

#include "emu/wire/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"

int way_netns_enter_fd(int namespace)
{
    WAY_AUTO_FD int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (own < 0 || setns(namespace, CLONE_NEWNET) != 0)
        return -errno;
    return WAY_TAKE_FD(own);
}

int way_netns_enter(const char *path)
{
    WAY_AUTO_FD int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0)
        return -errno;
    return way_netns_enter_fd(namespace);
}

void way_netns_leave(int back)
{
    if (back < 0)
        return;
    if (setns(back, CLONE_NEWNET) != 0) {
        way_log(WAY_LOG_ERROR, "cannot return to the own network namespace: %s", strerror(errno));
        abort();
    }
    close(back);
}
