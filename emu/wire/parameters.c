/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Defaults, bounds, and what they ask of the ends.
 */
#include "emu/wire/parameters.h"

#include "emu/wire/bucket.h"
#include "emu/wire/frame.h"

#define MS       INT64_C(1000000)
#define HOUR     (3600000 * MS)         /* of a delay and its parts */
#define RATE_MAX INT64_C(1000000000000) /* bits a second */

const struct way_parameters way_parameters_default = {
    .loss = {.loss_in_bad = 1},
    .queue = {.codel = {.target = 5 * MS, .interval = 100 * MS},
              .red = {.min = 30000, .max = 90000, .probability = 0.1, .weight = 0.002}},
};

static bool is_probability(double p)
{
    return p >= 0 && p <= 1;
}

/* Whether it is from 0 to `max`. */
static bool is_between(int64_t value, int64_t max)
{
    return value >= 0 && value <= max;
}

static const char *wrong_loss(const struct way_loss *loss)
{
    if (!is_probability(loss->probability) || !is_probability(loss->to_bad) ||
        !is_probability(loss->to_good) || !is_probability(loss->loss_in_good) ||
        !is_probability(loss->loss_in_bad))
        return "probabilities from 0 to 1";
    for (size_t i = 0; i < loss->list_count; i++)
        if (loss->list[i] <= (i ? loss->list[i - 1] : 0))
            return "ascending numbers from 1";
    return NULL;
}

static const char *wrong_queue(const struct way_queue_parameters *queue)
{
    if (queue->packets < 0 || queue->bytes < 0)
        return "bounds from 0";
    if (queue->discipline == WAY_DISCIPLINE_CODEL &&
        (queue->codel.target <= 0 || queue->codel.interval <= 0))
        return "a target and an interval above 0";
    if (queue->discipline == WAY_DISCIPLINE_RED &&
        (queue->red.min <= 0 || queue->red.max <= queue->red.min ||
         !is_probability(queue->red.probability) || !is_probability(queue->red.weight)))
        return "0 < min < max, and probabilities from 0 to 1";
    return NULL;
}

const char *way_parameters_wrong(const struct way_parameters *p)
{
    if (!is_between(p->rate.bits, RATE_MAX) || !is_between(p->rate.burst, WAY_BUCKET_BYTES_MAX) ||
        !is_between(p->rate.overhead, WAY_FRAME_MAX))
        return "a rate to 1 Tbit/s, a burst to 256 MiB, an overhead to 65600 bytes";
    if (p->rate.bits > 0 && p->trace)
        return "a rate or a trace, not both";
    if (!is_between(p->delay.base, HOUR) || !is_between(p->delay.jitter.deviation, HOUR) ||
        !is_between(p->reorder.by, HOUR))
        return "times from 0 to an hour";
    if (p->delay.jitter.distribution == WAY_DISTRIBUTION_TABLE && p->delay.jitter.table_count == 0)
        return "a table for the distribution";
    if (!is_probability(p->duplicate) || !is_probability(p->corrupt) ||
        !is_probability(p->reorder.probability))
        return "probabilities from 0 to 1";
    const char *wrong = wrong_loss(&p->loss);
    return wrong ? wrong : wrong_queue(&p->queue);
}

bool way_parameters_need_packets(const struct way_parameters *p)
{
    return p->mtu > 0 || p->loss.kind != WAY_LOSS_NONE || p->duplicate > 0 || p->corrupt > 0 ||
           p->rate.bits > 0 || p->trace || p->queue.packets > 0 || p->queue.bytes > 0 ||
           p->reorder.probability > 0;
}
