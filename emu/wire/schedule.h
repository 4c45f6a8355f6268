/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whose turn is next: a heap of appointments by their time.
 *
 * An appointment is a part of whatever is to be done (a direction of a link) and
 * knows its place, so that it is moved or taken out in logarithmic time. The
 * schedule borrows appointments; who frees one cancels it before. Appointments
 * that never come (WAY_NEVER) take no place.
 *
 * Pure, one thread.
 */
#ifndef WAYLAY_EMU_WIRE_SCHEDULE_H
#define WAYLAY_EMU_WIRE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0} is none. */
struct way_appointment {
    int64_t at;   /* ns */
    size_t place; /* in the heap, from 1; 0: it is not in it */
};

/* {0} is empty. */
struct way_schedule {
    struct way_appointment **heap; /* from 1 */
    size_t count, room;
};

/* Makes room for `count` appointments in all. Returns false when memory lacks. To
 * be called before as many are made, so that making one cannot fail. */
bool way_schedule_reserve(struct way_schedule *schedule, size_t count);

/* Frees the heap, not what is in it. */
void way_schedule_free(struct way_schedule *schedule);

/* Makes or moves the appointment; WAY_NEVER cancels it. */
void way_schedule_set(struct way_schedule *schedule, struct way_appointment *appointment,
                      int64_t at);

/* The first appointment, or NULL when there is none. */
static inline struct way_appointment *way_schedule_first(const struct way_schedule *schedule)
{
    return schedule->count > 0 ? schedule->heap[1] : NULL;
}

#endif
