/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bits by the time between exits.
 */
#include "emu/wire/pace.h"

void way_pace_frame(struct way_pace *pace, const struct way_rate *rate,
                    const struct way_frame *frame, int64_t now)
{
    if (rate->bits != pace->rate)
        *pace = (struct way_pace){.rate = rate->bits};
    if (rate->bits == 0 || frame->served == 0)
        return;
    if (frame->busy_since == pace->busy_since) {
        pace->bits += 8 * (frame->len + (uint64_t)rate->overhead);
        pace->busy += now - pace->left;
        pace->left = now;
    } else if (frame->served > frame->busy_since) { /* it had to wait: the burst is used up */
        pace->busy_since = frame->busy_since;
        pace->left = now;
    }
}

int64_t way_pace_achieved(const struct way_pace *pace)
{
    if (pace->busy <= 0)
        return 0;
    return (int64_t)((double)pace->bits * 1e9 / (double)pace->busy);
}
