/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The average, and the probability that follows from it.
 */
#include "emu/wire/red.h"

#include <assert.h>
#include <math.h>

static void average(struct way_red *red, double weight, uint64_t backlog, int64_t typical,
                    int64_t now)
{
    assert(typical > 0);
    if (backlog == 0 && now > red->idle_since)
        red->average *= pow(1 - weight, (double)(now - red->idle_since) / (double)typical);
    red->average += weight * ((double)backlog - red->average);
    if (backlog == 0)
        red->idle_since = now;
}

enum way_red_verdict way_red_judge(struct way_red *red, const struct way_red_parameters *parameters,
                                   uint64_t backlog, int64_t typical, double draw, int64_t now)
{
    double min = (double)parameters->min;
    double max = (double)parameters->max;
    average(red, parameters->weight, backlog, typical, now);
    if (red->average < min) {
        red->count = 0;
        return WAY_RED_KEEP;
    }
    if (red->average >= max) {
        red->count = 0;
        return WAY_RED_FORCED;
    }
    double base = parameters->probability * (red->average - min) / (max - min);
    double spread = 1 - (double)red->count * base;
    red->count++;
    if (spread > 0 && draw >= base / spread)
        return WAY_RED_KEEP;
    red->count = 0;
    return WAY_RED_EARLY;
}

void way_red_idle(struct way_red *red, int64_t now)
{
    red->idle_since = now;
}
