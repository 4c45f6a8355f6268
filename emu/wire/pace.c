/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bits by the time between exits.
 */
#include "emu/wire/pace.h"

/* Of all periods that are long enough. */
static struct way_pace_sum sum_of(const struct way_pace *pace)
{
    struct way_pace_sum sum = pace->past;
    if (pace->period.ns >= WAY_PACE_PERIOD) {
        sum.bits += pace->period.bits;
        sum.ns += pace->period.ns;
    }
    return sum;
}

void way_pace_frame(struct way_pace *pace, const struct way_rate *rate,
                    const struct way_frame *frame, int64_t now)
{
    if (rate->bits != pace->rate)
        *pace = (struct way_pace){.rate = rate->bits};
    if (rate->bits == 0 || frame->served == 0)
        return;
    if (frame->busy_since == pace->busy_since) {
        pace->period.bits += 8 * (frame->len + (uint64_t)rate->overhead);
        pace->period.ns += now - pace->left;
        pace->left = now;
    } else if (frame->served > frame->busy_since) { /* it had to wait: the burst is used up */
        pace->past = sum_of(pace);
        pace->period = (struct way_pace_sum){0};
        pace->busy_since = frame->busy_since;
        pace->left = now;
    }
}

int64_t way_pace_achieved(const struct way_pace *pace, int64_t *busy)
{
    const struct way_pace_sum sum = sum_of(pace);
    *busy = sum.ns;
    return sum.ns > 0 ? (int64_t)((double)sum.bits * 1e9 / (double)sum.ns) : 0;
}
