/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RFC 8289, section 5.
 */
#include "emu/wire/codel.h"

#include <math.h>

/* 5.4: "dodequeue", the part that decides. */
static bool ok_to_drop(struct way_codel *codel, const struct way_codel_parameters *parameters,
                       const struct way_codel_head *head, int64_t now)
{
    if (head->len > codel->longest)
        codel->longest = head->len;
    if (head->sojourn < parameters->target || head->backlog <= codel->longest) {
        codel->first_above_time = 0;
        return false;
    }
    if (codel->first_above_time == 0) {
        codel->first_above_time = now + parameters->interval;
        return false;
    }
    return now >= codel->first_above_time;
}

/* 5.3: "control_law". */
static int64_t control_law(const struct way_codel *codel,
                           const struct way_codel_parameters *parameters, int64_t time)
{
    return time + (int64_t)((double)parameters->interval / sqrt(codel->count));
}

/* Enters the dropping state; a recent one is resumed at its rate. */
static void begin(struct way_codel *codel, const struct way_codel_parameters *parameters,
                  int64_t now)
{
    uint32_t delta = codel->count - codel->last_count;
    bool recent = now - codel->drop_next < 16 * parameters->interval;
    codel->dropping = true;
    codel->count = delta > 1 && recent ? delta : 1;
    codel->drop_next = control_law(codel, parameters, now);
    codel->last_count = codel->count;
    codel->postpone = false;
}

bool way_codel_drops(struct way_codel *codel, const struct way_codel_parameters *parameters,
                     const struct way_codel_head *head, int64_t now)
{
    bool ok = ok_to_drop(codel, parameters, head, now);
    if (!codel->dropping) {
        if (ok)
            begin(codel, parameters, now);
        return ok;
    }
    if (!ok) {
        codel->dropping = false;
        codel->postpone = false;
        return false;
    }
    if (codel->postpone) {
        codel->drop_next = control_law(codel, parameters, codel->drop_next);
        codel->postpone = false;
    }
    if (now < codel->drop_next)
        return false;
    codel->count++;
    codel->postpone = true;
    return true;
}
