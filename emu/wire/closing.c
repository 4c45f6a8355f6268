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

enum { STACK = 64 << 10 };

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
    while ((i = atomic_fetch_add(&closing->next, 1)) < closing->count) {
        close(closing->fds[i]);
        atomic_fetch_add(&closing->done, 1);
    }
    return NULL;
}

/* The threads have ordinary priority. */
void way_closing_begin(struct way_closing *closing)
{
    const struct sched_param ordinary = {.sched_priority = 0};
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &ordinary);
    pthread_attr_setstacksize(&attributes, STACK);
    while (closing->started < WAY_CLOSING_THREADS && closing->started < closing->count &&
           pthread_create(&closing->threads[closing->started], &attributes, work, closing) == 0)
        closing->started++;
    pthread_attr_destroy(&attributes);
}

bool way_closing_goes_on(const struct way_closing *closing)
{
    return closing->started > 0 && atomic_load(&closing->done) < closing->count;
}

void way_closing_end(struct way_closing *closing)
{
    if (closing->started == 0)
        way_closing_begin(closing);
    work(closing);
    while (closing->started > 0)
        pthread_join(closing->threads[--closing->started], NULL);
    free(closing->fds);
    *closing = (struct way_closing){.count = 0};
}
