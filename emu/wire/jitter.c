/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Inverse transforms; Box and Muller's for the normal distribution.
 */
#include "emu/wire/jitter.h"

#include <assert.h>
#include <math.h>

#define LONGEST 3.6e12 /* ns, an hour */
#define TABLE   8192.0 /* a deviation of 1 in a table */
#define TWO_PI  6.283185307179586
#define ALPHA   3.0
#define MEAN    1.5                /* of Pareto's distribution with that alpha */
#define SPREAD  0.8660254037844386 /* its standard deviation */

static double normal(double u, double v)
{
    return sqrt(-2 * log1p(-u)) * cos(TWO_PI * v);
}

static double pareto(double u)
{
    return (pow(1 - u, -1 / ALPHA) - MEAN) / SPREAD;
}

double way_jitter_standard(const struct way_jitter *jitter, const double draws[WAY_JITTER_DRAWS])
{
    switch (jitter->distribution) {
    case WAY_DISTRIBUTION_UNIFORM:
        return 2 * draws[0] - 1;
    case WAY_DISTRIBUTION_NORMAL:
        return normal(draws[0], draws[1]);
    case WAY_DISTRIBUTION_PARETO:
        return pareto(draws[0]);
    case WAY_DISTRIBUTION_PARETONORMAL:
        return 0.25 * normal(draws[0], draws[1]) + 0.75 * pareto(draws[2]);
    case WAY_DISTRIBUTION_TABLE:
        return jitter->table[(size_t)(draws[0] * (double)jitter->table_count)] / TABLE;
    case WAY_DISTRIBUTION_COUNT:
        break;
    }
    assert(!"a distribution");
    return 0;
}

int64_t way_jitter_delay(const struct way_delay *delay, const double draws[WAY_JITTER_DRAWS])
{
    double ns = way_jitter_standard(&delay->jitter, draws) * (double)delay->jitter.deviation;
    int64_t whole = llround(fmin(fmax(ns, -LONGEST), LONGEST));
    return whole < -delay->base ? 0 : delay->base + whole;
}
