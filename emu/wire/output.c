/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gathering writes, and files that are cut back when one fails half way.
 */
#define _DEFAULT_SOURCE /* pwritev */
#include "emu/wire/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/common/log.h"

enum { PARTS = 1024 }; /* of one write (IOV_MAX) */

/* Takes `len` bytes off the front of the parts; returns how many are left of `count`. */
static int advance(struct iovec **parts, int count, size_t len)
{
    while (count > 0 && len >= (*parts)->iov_len) {
        len -= (*parts)->iov_len;
        (*parts)++;
        count--;
    }
    if (count > 0) {
        (*parts)->iov_base = (uint8_t *)(*parts)->iov_base + len;
        (*parts)->iov_len -= len;
    }
    return count;
}

/* Writes the parts at the offset, as far as it goes: fills `done`, and returns 0 or an
 * errno. */
static int write_parts(int fd, struct iovec *parts, int count, off_t at, size_t *done)
{
    *done = 0;
    while (count > 0) {
        ssize_t wrote = pwritev(fd, parts, count, at + (off_t)*done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return wrote < 0 ? errno : EIO;
        *done += (size_t)wrote;
        count = advance(&parts, count, (size_t)wrote);
    }
    return 0;
}

struct way_output *way_output_create(const char *path, const char *name, const void *head,
                                     size_t head_len, char *error, size_t error_size)
{
    struct way_output *output = calloc(1, sizeof(*output));
    if (output) {
        output->path = strdup(path);
        output->name = strdup(name);
    }
    if (!output || !output->path || !output->name) {
        snprintf(error, error_size, "%s: out of memory", path);
        if (output)
            output->fd = -1;
        way_output_close(output);
        return NULL;
    }
    output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644);
    struct iovec part = {.iov_base = (void *)head, .iov_len = head_len};
    size_t done = 0;
    int failed = output->fd < 0 ? errno : write_parts(output->fd, &part, head_len > 0, 0, &done);
    output->size = (off_t)done;
    if (failed) {
        snprintf(error, error_size, "%s: cannot be %s: %s", path,
                 output->fd < 0 ? "opened" : "written", strerror(failed));
        way_output_close(output);
        return NULL;
    }
    return output;
}

void way_output_close(struct way_output *output)
{
    if (!output)
        return;
    if (output->fd >= 0)
        close(output->fd);
    free(output->path);
    free(output->name);
    free(output);
}

void way_output_take(struct way_output *output, struct way_ring_record *record)
{
    output->resting = record->len == 0;
    if (output->resting)
        return;
    record->next = NULL;
    if (output->last)
        output->last->next = record;
    else
        output->first = record;
    output->last = record;
}

static void note_failure(struct way_output *output, int error, uint64_t lost)
{
    atomic_fetch_add_explicit(&output->lost, lost, memory_order_relaxed);
    if (!output->failed)
        way_log(WAY_LOG_ERROR, "%s: cannot be written: %s; what is lost is counted", output->path,
                strerror(error));
    output->failed = true;
}

/* Opens the file again if it rests. Returns 0 or an errno. */
static int wake(struct way_output *output)
{
    if (output->fd < 0)
        output->fd = open(output->path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    return output->fd < 0 ? errno : 0;
}

/* Writes as many records as one write takes. Those that do not come to stand in the file as a
 * whole are lost, and the file is cut back to those that do. */
static void write_some(struct way_output *output)
{
    struct iovec parts[PARTS];
    const struct way_ring_record *record = output->first;
    int count = 0;
    for (; output->first && count < PARTS; output->first = output->first->next)
        parts[count++] =
            (struct iovec){.iov_base = output->first->bytes, .iov_len = output->first->len};
    size_t done = 0, whole = 0;
    int error = wake(output);
    if (!error)
        error = write_parts(output->fd, parts, count, output->size, &done);
    for (; count > 0 && whole + record->len <= done; record = record->next, count--)
        whole += record->len;
    output->size += (off_t)whole;
    if (done > whole && ftruncate(output->fd, output->size) != 0)
        error = errno;
    if (error)
        note_failure(output, error, (uint64_t)count);
}

void way_output_write(struct way_output *output)
{
    while (output->first)
        write_some(output);
    output->last = NULL;
    if (output->resting && output->fd >= 0) {
        close(output->fd);
        output->fd = -1;
    }
}
