/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Buffers, and files that are cut back when a write fails half way.
 */
#include "emu/wire/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common/log.h"

enum { BUFFER = 64 << 10 };

/* Writes all of it behind the file's end. Returns 0; or an errno, and the file is as
 * it was. */
static int append(struct way_output *output, const void *bytes, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t wrote = pwrite(output->fd, (const uint8_t *)bytes + done, len - done,
                               output->size + (off_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            int error = wrote < 0 ? errno : EIO;
            if (done > 0 && ftruncate(output->fd, output->size) != 0)
                return errno;
            return error;
        }
        done += (size_t)wrote;
    }
    output->size += (off_t)len;
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
    int failed = output->fd < 0 ? errno : append(output, head, head_len);
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
    free(output->buffer);
    free(output->path);
    free(output->name);
    free(output);
}

/* Appends `records`, or counts them as lost; says so the first time. */
static void append_records(struct way_output *output, const void *bytes, size_t len,
                           uint64_t records)
{
    int error = append(output, bytes, len);
    if (!error)
        return;
    atomic_fetch_add_explicit(&output->lost, records, memory_order_relaxed);
    if (!output->failed)
        way_log(WAY_LOG_ERROR, "%s: cannot be written: %s; what is lost is counted", output->path,
                strerror(error));
    output->failed = true;
}

void way_output_write(struct way_output *output)
{
    if (output->filled == 0)
        return;
    append_records(output, output->buffer, output->filled, output->waiting);
    output->filled = 0;
    output->waiting = 0;
}

void way_output_take(struct way_output *output, const void *bytes, size_t len)
{
    if (output->filled + len > BUFFER)
        way_output_write(output);
    if (!output->buffer)
        output->buffer = malloc(BUFFER);
    if (len > BUFFER || !output->buffer) {
        append_records(output, bytes, len, 1);
        return;
    }
    memcpy(output->buffer + output->filled, bytes, len);
    output->filled += len;
    output->waiting++;
}
