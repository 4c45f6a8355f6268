/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A binary heap from 1, so that place 0 can mean none.
 */
#include "emu/wire/schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "emu/wire/element.h"

bool way_schedule_reserve(struct way_schedule *schedule, size_t count)
{
    if (count < schedule->room)
        return true;
    size_t room = 2 * count + 2;
    struct way_appointment **more = realloc(schedule->heap, room * sizeof(void *));
    if (!more)
        return false;
    schedule->heap = more;
    schedule->room = room;
    return true;
}

void way_schedule_free(struct way_schedule *schedule)
{
    free(schedule->heap);
    *schedule = (struct way_schedule){0};
}

static void put(struct way_schedule *schedule, struct way_appointment *appointment, size_t place)
{
    schedule->heap[place] = appointment;
    appointment->place = place;
}

/* Puts the appointment at the hole or above it. Returns where. */
static size_t rise(struct way_schedule *schedule, struct way_appointment *appointment, size_t hole)
{
    for (; hole > 1 && schedule->heap[hole / 2]->at > appointment->at; hole /= 2)
        put(schedule, schedule->heap[hole / 2], hole);
    put(schedule, appointment, hole);
    return hole;
}

/* Puts the appointment at the hole or below it. */
static void sink(struct way_schedule *schedule, struct way_appointment *appointment, size_t hole)
{
    for (size_t child; (child = 2 * hole) <= schedule->count; hole = child) {
        if (child < schedule->count && schedule->heap[child + 1]->at < schedule->heap[child]->at)
            child++;
        if (schedule->heap[child]->at >= appointment->at)
            break;
        put(schedule, schedule->heap[child], hole);
    }
    put(schedule, appointment, hole);
}

static void cancel(struct way_schedule *schedule, struct way_appointment *appointment)
{
    size_t hole = appointment->place;
    struct way_appointment *last = schedule->heap[schedule->count--];
    appointment->place = 0;
    if (last != appointment && rise(schedule, last, hole) == hole)
        sink(schedule, last, hole);
}

void way_schedule_set(struct way_schedule *schedule, struct way_appointment *appointment,
                      int64_t at)
{
    if (appointment->place > 0 && appointment->at == at)
        return;
    if (at == WAY_NEVER) {
        if (appointment->place > 0)
            cancel(schedule, appointment);
        appointment->at = at;
        return;
    }
    appointment->at = at;
    if (appointment->place == 0) {
        assert(schedule->count + 1 < schedule->room);
        rise(schedule, appointment, ++schedule->count);
    } else if (rise(schedule, appointment, appointment->place) == appointment->place) {
        sink(schedule, appointment, appointment->place);
    }
}
