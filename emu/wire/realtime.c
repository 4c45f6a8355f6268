/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Latency, slack, priority.
 */
#define _GNU_SOURCE /* SCHED_RESET_ON_FORK */

#include "emu/wire/realtime.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"

#define LATENCY_NODE "/dev/cpu_dma_latency"

/* Returns the descriptor, or a negative errno. */
static int hold_latency(void)
{
    const int32_t none = 0;
    WAY_AUTO_FD int fd = open(LATENCY_NODE, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, &none, sizeof(none)) < 0)
        return -errno;
    return WAY_TAKE_FD(fd);
}

struct way_realtime way_realtime_begin(bool asked)
{
    struct way_realtime realtime = {.asked = asked, .dma_latency = hold_latency()};
    const struct sched_param priority = {.sched_priority = WAY_REALTIME_PRIORITY};
    if (realtime.dma_latency < 0) {
        realtime.dma_error = -realtime.dma_latency;
        realtime.dma_latency = -1;
        way_log(WAY_LOG_WARNING, LATENCY_NODE ": %s: idle cores may sleep, frames may be late",
                strerror(realtime.dma_error));
    }
    if (prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) != 0)
        way_log(WAY_LOG_WARNING, "timer slack: %s", strerror(errno));
    if (asked && sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) != 0) {
        realtime.error = errno;
        way_log(WAY_LOG_WARNING, "real-time priority: %s: frames may be late on a busy machine",
                strerror(errno));
    }
    realtime.got = asked && realtime.error == 0;
    return realtime;
}

void way_realtime_end(struct way_realtime *realtime)
{
    if (realtime->dma_latency >= 0)
        close(realtime->dma_latency);
    realtime->dma_latency = -1;
}
