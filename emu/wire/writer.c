/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The thread, the ring before it, and when one wakes the other.
 *
 * While records come, the thread looks every few milliseconds by itself, and is woken
 * only when much has gathered: so the loop pays a system call for the first record
 * after a silence, and for no other. The thread works in rounds: all that is in the
 * ring at its begin is written, sorted by file, straight from the ring. A flush is done
 * by the first round that begins after it was asked for.
 */
#define _GNU_SOURCE /* sem_clockwait, gettid */
#include "emu/wire/writer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "emu/wire/output.h"
#include "emu/wire/ring.h"

#define ROUND_NS       INT64_C(5000000) /* between rounds */
#define NS_PER_SECOND  INT64_C(1000000000)
#define TIMER_SLACK_NS 50000UL /* the kernel's usual; the loop's may be less */

enum {
    SILENT_ROUNDS = 20, /* in a row, and the thread sleeps until it is woken */
    FULLEST = 4,        /* wake it when a quarter of the ring is filled */
    BATCHES = 16,       /* this part of the ring is given back at a time, at least */
    NICE = -10          /* of the thread, where it is allowed: what it is late for is lost */
};

struct way_writer {
    struct way_ring ring;
    struct way_output *first, **last; /* the owner's */
    pthread_t thread;
    sem_t wake;
    int done_fd; /* eventfd */
    bool nudged; /* the owner's: woken because of much */
    _Atomic bool asleep, ending;
    _Atomic uint64_t asked, done; /* tickets */
};

/* ---- the thread ---- */

/* Gives records before `head` to their outputs, a part of the ring at most, and writes
 * them. Returns the position behind them. */
static uint64_t write_batch(struct way_writer *writer, uint64_t head)
{
    struct way_output *unwritten = NULL;
    struct way_ring_record *record;
    uint64_t begin = way_ring_tail(&writer->ring);
    uint64_t position = begin;
    while (position - begin < writer->ring.size / BATCHES &&
           (record = way_ring_next(&writer->ring, &position, head))) {
        struct way_output *output = record->owner;
        if (!output->first) {
            output->unwritten = unwritten;
            unwritten = output;
        }
        way_output_take(output, record);
    }
    for (; unwritten; unwritten = unwritten->unwritten)
        way_output_write(unwritten);
    return position;
}

/* Returns whether there was anything to write. */
static bool work_round(struct way_writer *writer)
{
    uint64_t asked = atomic_load(&writer->asked);
    uint64_t head = way_ring_head(&writer->ring);
    bool any = way_ring_tail(&writer->ring) != head;
    while (way_ring_tail(&writer->ring) != head)
        way_ring_release(&writer->ring, write_batch(writer, head));
    if (asked != atomic_load_explicit(&writer->done, memory_order_relaxed)) {
        atomic_store(&writer->done, asked);
        eventfd_write(writer->done_fd, 1);
    }
    return any;
}

static void wait_a_round(struct way_writer *writer)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ROUND_NS;
    until.tv_sec += ns / NS_PER_SECOND;
    until.tv_nsec = ns % NS_PER_SECOND;
    sem_clockwait(&writer->wake, CLOCK_MONOTONIC, &until);
}

/* Whether there is something to do, seen after the thread has said that it sleeps. */
static bool has_work(const struct way_writer *writer)
{
    return way_ring_head(&writer->ring) != way_ring_tail(&writer->ring) ||
           atomic_load(&writer->asked) != atomic_load(&writer->done) ||
           atomic_load(&writer->ending);
}

static void wait_to_be_woken(struct way_writer *writer)
{
    atomic_store(&writer->asleep, true);
    atomic_thread_fence(memory_order_seq_cst);
    if (!has_work(writer))
        while (sem_wait(&writer->wake) != 0 && errno == EINTR)
            ;
    atomic_store(&writer->asleep, false);
}

static void *work(void *argument)
{
    struct way_writer *writer = argument;
    unsigned silent = 0;
    prctl(PR_SET_NAME, "writer");
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    while (true) {
        bool ending = atomic_load(&writer->ending); /* nothing is put any more after it */
        silent = work_round(writer) ? 0 : silent + 1;
        if (ending)
            return NULL;
        if (silent < SILENT_ROUNDS)
            wait_a_round(writer);
        else
            wait_to_be_woken(writer);
    }
}

/* ---- the owner's side ---- */

/* Starts the thread: no signals, no real-time priority. Returns 0 or an errno. */
static int start(struct way_writer *writer)
{
    const struct sched_param ordinary = {.sched_priority = 0};
    pthread_attr_t attributes;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &ordinary);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&writer->thread, &attributes, work, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

struct way_writer *way_writer_new(size_t bytes)
{
    struct way_writer *writer = aligned_alloc(_Alignof(struct way_writer), sizeof(*writer));
    if (!writer)
        return NULL;
    memset(writer, 0, sizeof(*writer));
    writer->last = &writer->first;
    sem_init(&writer->wake, 0, 0);
    writer->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int error = writer->done_fd < 0 || way_ring_open(&writer->ring, bytes) != 0 ? errno : 0;
    if (!error) {
        error = start(writer);
        if (error)
            way_ring_close(&writer->ring);
    }
    if (!error)
        return writer;
    if (writer->done_fd >= 0)
        close(writer->done_fd);
    free(writer);
    errno = error;
    return NULL;
}

void way_writer_free(struct way_writer **writer)
{
    struct way_writer *gone = *writer;
    *writer = NULL;
    if (!gone)
        return;
    atomic_store(&gone->ending, true);
    sem_post(&gone->wake);
    pthread_join(gone->thread, NULL);
    while (gone->first) {
        struct way_output *output = gone->first;
        gone->first = output->next;
        way_output_close(output);
    }
    way_ring_close(&gone->ring);
    sem_destroy(&gone->wake);
    close(gone->done_fd);
    free(gone);
}

struct way_output *way_output_open(struct way_writer *writer, const char *path, const char *name,
                                   const void *head, size_t head_len, char *error,
                                   size_t error_size)
{
    struct way_output *output = way_output_create(path, name, head, head_len, error, error_size);
    if (!output)
        return NULL;
    output->writer = writer;
    *writer->last = output;
    writer->last = &output->next;
    return output;
}

struct way_output *way_output_find(const struct way_writer *writer, const char *path)
{
    struct way_output *output = writer->first;
    while (output && strcmp(output->path, path) != 0)
        output = output->next;
    return output;
}

/* Wakes the thread when it sleeps, or when it has much to do and may not know. */
static void announce(struct way_writer *writer)
{
    atomic_thread_fence(memory_order_seq_cst);
    bool much = way_ring_filled(&writer->ring) > writer->ring.size / FULLEST;
    if (atomic_load_explicit(&writer->asleep, memory_order_relaxed)
            ? atomic_exchange(&writer->asleep, false)
            : (much && !writer->nudged))
        sem_post(&writer->wake);
    writer->nudged = much;
}

/* A record without bytes says it. Where the ring has no room for it, the file stays open. */
void way_output_rest(struct way_output *output)
{
    struct way_writer *writer = output->writer;
    if (!way_ring_room(&writer->ring, output, 0))
        return;
    way_ring_put(&writer->ring, 0);
    announce(writer);
}

int way_output_put(struct way_output *output, const void *first, size_t first_len,
                   const void *second, size_t second_len)
{
    struct way_writer *writer = output->writer;
    size_t len = first_len + second_len;
    uint8_t *room = way_ring_room(&writer->ring, output, len);
    if (!room) {
        output->refused++;
        announce(writer);
        return -1;
    }
    memcpy(room, first, first_len);
    if (second_len > 0)
        memcpy(room + first_len, second, second_len);
    way_ring_put(&writer->ring, len);
    output->put++;
    announce(writer);
    return 0;
}

struct way_output_counts way_output_counts(const struct way_output *output)
{
    uint64_t lost = atomic_load_explicit(&output->lost, memory_order_relaxed);
    return (struct way_output_counts){.taken = output->put - lost,
                                      .dropped = output->refused + lost};
}

const char *way_output_path(const struct way_output *output)
{
    return output->path;
}

const char *way_output_name(const struct way_output *output)
{
    return output->name;
}

uint64_t way_writer_flush(struct way_writer *writer)
{
    uint64_t ticket = atomic_fetch_add(&writer->asked, 1) + 1;
    atomic_store(&writer->asleep, false);
    sem_post(&writer->wake);
    return ticket;
}

int way_writer_fd(const struct way_writer *writer)
{
    return writer->done_fd;
}

uint64_t way_writer_flushed(struct way_writer *writer)
{
    eventfd_t value;
    eventfd_read(writer->done_fd, &value);
    return atomic_load(&writer->done);
}

void way_writer_each(const struct way_writer *writer,
                     void (*each)(void *context, const struct way_output *output), void *context)
{
    for (const struct way_output *output = writer->first; output; output = output->next)
        each(context, output);
}
