/* SPDX-License-Identifier: BSD-2-Clause
 *
 * epoll_pwait2: descriptors and nanoseconds in one call.
 */
#include "emu/wire/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "core/common/clock.h"
#include "emu/wire/element.h"

enum { EVENTS = 64 };

/* Unless the thread is a real-time one, the kernel stretches a sleep by a thousandth
 * (select(2): "rounding"). Longer ones are ended early by twice that; the rest is
 * short enough. */
#define STRETCH  512
#define SHORT_NS INT64_C(1000000)
/* To sleep and to be woken takes longer than this. */
#define SHORTEST INT64_C(4000)

int way_loop_open(struct way_loop *loop, const struct way_loop_turns *turns)
{
    *loop = (struct way_loop){.epoll = epoll_create1(EPOLL_CLOEXEC), .turns = *turns};
    return loop->epoll < 0 ? -errno : 0;
}

void way_loop_close(struct way_loop *loop)
{
    if (loop->epoll >= 0)
        close(loop->epoll);
    loop->epoll = -1;
    way_schedule_free(&loop->schedule);
}

int way_loop_watch(struct way_loop *loop, int fd, struct way_watch *watch)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};
    watch->gone = false;
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0 ? -errno : 0;
}

void way_loop_unwatch(struct way_loop *loop, int fd, struct way_watch *watch)
{
    watch->gone = true;
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void way_loop_catch_up(struct way_loop *loop)
{
    const struct way_appointment *first = way_schedule_first(&loop->schedule);
    if (!first)
        return;
    int64_t now = way_clock_ns();
    if (first->at <= now)
        loop->turns.run(loop->turns.context, now);
}

/* How long to sleep, in nanoseconds. */
static int64_t time_to_sleep(const struct way_loop *loop, int64_t now)
{
    const struct way_appointment *first = way_schedule_first(&loop->schedule);
    if (!first)
        return WAY_LOOP_PULSE;
    int64_t sleep = first->at - now - loop->spin;
    if (sleep < SHORTEST)
        return 0;
    if (!loop->exact && sleep > SHORT_NS)
        sleep -= sleep / STRETCH;
    return sleep < WAY_LOOP_PULSE ? sleep : WAY_LOOP_PULSE;
}

static int sleep_and_look(const struct way_loop *loop, int64_t sleep,
                          struct epoll_event events[EVENTS])
{
    if (sleep == 0)
        return epoll_wait(loop->epoll, events, EVENTS, 0);
    const struct timespec timeout = {.tv_sec = sleep / WAY_NS_PER_SECOND,
                                     .tv_nsec = sleep % WAY_NS_PER_SECOND};
    return epoll_pwait2(loop->epoll, events, EVENTS, &timeout, NULL);
}

/* Waits, and finds out how long the loop was away: from when it began its last round, or
 * should have looked again, until now. */
static int wait(struct way_loop *loop, int64_t longest, struct epoll_event events[EVENTS])
{
    int64_t begin = way_clock_ns();
    int64_t sleep = time_to_sleep(loop, begin);
    sleep = sleep < longest ? sleep : longest;
    int64_t away = loop->looks_by > 0 ? begin - loop->looks_by : 0;
    int count = sleep_and_look(loop, sleep, events);
    int64_t end = way_clock_ns();
    if (end > begin + sleep)
        away += end - (begin + sleep);
    loop->unseen = away > 0 ? away : 0;
    /* Interrupted, or with more than it could be told: not all has been seen. */
    loop->looks_by = end - (count < 0 || count == EVENTS ? loop->unseen : 0);
    return count;
}

static void serve(struct way_loop *loop, const struct epoll_event events[EVENTS], int count,
                  bool only_urgent)
{
    way_loop_catch_up(loop);
    for (int i = 0; i < count; i++) {
        struct way_watch *watch = events[i].data.ptr;
        if (!watch->gone && (watch->urgent || !only_urgent))
            watch->ready(watch->context);
        way_loop_catch_up(loop);
    }
}

void way_loop_breathe(struct way_loop *loop, int64_t longest)
{
    struct epoll_event events[EVENTS];
    if (loop->stopped)
        return;
    int count = wait(loop, longest, events);
    serve(loop, events, count, true);
}

int way_loop_run(struct way_loop *loop)
{
    struct epoll_event events[EVENTS];
    while (!loop->stopped) {
        int count = wait(loop, WAY_LOOP_PULSE, events);
        if (count < 0 && errno != EINTR)
            return -errno;
        serve(loop, events, count, false);
        loop->turns.rest(loop->turns.context);
    }
    return 0;
}

void way_loop_stop(struct way_loop *loop)
{
    loop->stopped = true;
}
