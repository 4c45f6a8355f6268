/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads that take the next descriptor, until there are none.
 */
#define _GNU_SOURCE /* F_DUPFD_CLOEXEC, with threads */
#include "emu/wire/closing.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 32, STACK = 64 << 10 };

void way_closing_hold(struct way_closing *closing, int fd)
{
    if (closing->count == closing->room) {
        size_t room = closing->room ? 2 * closing->room : 64;
        int *more = realloc(closing->fds, room * sizeof(*more));
        if (!more)
            return;
        closing->fds = more;
        closing->room = room;
    }
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        closing->fds[closing->count++] = copy;
}

static void *work(void *argument)
{
    struct way_closing *closing = argument;
    size_t i;
    while ((i = atomic_fetch_add(&closing->next, 1)) < closing->count)
        close(closing->fds[i]);
    return NULL;
}

/* Starts threads of ordinary priority, as many as it can; returns how many. */
static unsigned start(struct way_closing *closing, pthread_t threads[THREADS])
{
    const struct sched_param ordinary = {.sched_priority = 0};
    pthread_attr_t attributes;
    unsigned count = 0;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &ordinary);
    pthread_attr_setstacksize(&attributes, STACK);
    while (count < THREADS && count + 1 < closing->count &&
           pthread_create(&threads[count], &attributes, work, closing) == 0)
        count++;
    pthread_attr_destroy(&attributes);
    return count;
}

void way_closing_end(struct way_closing *closing)
{
    pthread_t threads[THREADS];
    unsigned count = start(closing, threads);
    work(closing);
    while (count > 0)
        pthread_join(threads[--count], NULL);
    free(closing->fds);
    *closing = (struct way_closing){.count = 0};
}
