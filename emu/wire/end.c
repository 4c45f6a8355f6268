/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What both kinds of ends have in common.
 */
#include "emu/wire/end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/wire/end_kinds.h"

struct way_end *way_end_open(const struct way_end_settings *place, char *error, size_t error_size)
{
    static struct way_end *(*const openers[WAY_END_KIND_COUNT])(const struct way_end_settings *,
                                                                char *, size_t) = {
        [WAY_END_TAP] = way_end_tap_open, [WAY_END_PACKET] = way_end_packet_open};
    return openers[place->kind](place, error, error_size);
}

struct way_end *way_end_refuse(const struct way_end_settings *place, const char *what, int error,
                               const char *advice, char *message, size_t message_size)
{
    snprintf(message, message_size, "%s: %s: %s%s", place->interface, what, strerror(error),
             advice);
    return NULL;
}

void way_end_close(struct way_end **end)
{
    struct way_end *gone = *end;
    *end = NULL;
    if (!gone)
        return;
    if (gone->fd >= 0)
        close(gone->fd);
    gone->class->free(gone);
}

int way_end_fd(const struct way_end *end)
{
    return end->fd;
}

void way_end_set_whole(struct way_end *end, bool whole)
{
    if (end->whole == whole)
        return;
    end->whole = whole;
    end->class->set_whole(end, whole);
}

int way_end_read(struct way_end *end, struct way_intake *intake,
                 struct way_arrival_in arrivals[WAY_END_BATCH])
{
    return end->class->read(end, intake, arrivals);
}

int way_end_batch(const struct way_end *end)
{
    return end->class->batch;
}

int way_end_write(struct way_end *end, struct way_frame *const frames[], int count)
{
    return end->class->write(end, frames, count);
}

bool way_end_is_down(const struct way_end *end, int error)
{
    return end->class->is_down(end, error);
}

int way_end_device_drops(struct way_end *end, uint64_t *drops)
{
    return end->class->device_drops(end, drops);
}
