/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A direction's parameters, written in the words in which they are read.
 *
 * Numbers with units are written in the largest unit that leaves them whole.
 */
#include <inttypes.h>
#include <stdio.h>

#include "emu/wire/direction.h"

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit times[] = {
    {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}, {NULL, 0}};
static const struct unit rates[] = {
    {"Gbit", 1000000000}, {"Mbit", 1000000}, {"kbit", 1000}, {"bit", 1}, {NULL, 0}};
static const struct unit sizes[] = {{"MB", 1000000}, {"kB", 1000}, {"B", 1}, {NULL, 0}};

#define X(name, text) text,
static const char *const distributions[] = {WAY_DISTRIBUTIONS(X)};
static const char *const disciplines[] = {WAY_DISCIPLINES(X)};
#undef X

/* Members that say nothing new are left out: those that are as in a perfect cable. */

static void put_quantity(json_t *object, const char *key, const struct unit *units, int64_t value,
                         int64_t usual)
{
    char text[32];
    const struct unit *unit = units;
    if (value == usual)
        return;
    while (unit[1].name && value % unit->factor != 0)
        unit++;
    snprintf(text, sizeof(text), "%" PRId64 "%s", value / unit->factor, value ? unit->name : "");
    json_object_set_new(object, key, json_string(text));
}

static void put_probability(json_t *object, const char *key, double value, double usual)
{
    if (value != usual)
        json_object_set_new(object, key, json_real(value));
}

static void put_integer(json_t *object, const char *key, int64_t value, int64_t usual)
{
    if (value != usual)
        json_object_set_new(object, key, json_integer(value));
}

static void put_flag(json_t *object, const char *key, bool value)
{
    if (value)
        json_object_set_new(object, key, json_true());
}

/* Takes the reference, also of what is left out. */
static void put_object(json_t *object, const char *key, json_t *value)
{
    if (json_object_size(value) > 0)
        json_object_set(object, key, value);
    json_decref(value);
}

/* ---- parts ---- */

static json_t *jitter_json(const struct way_direction *direction)
{
    const struct way_jitter *jitter = &direction->parameters.delay.jitter;
    json_t *object = json_object();
    if (jitter->distribution != way_parameters_default.delay.jitter.distribution)
        json_object_set_new(object, "distribution",
                            json_string(distributions[jitter->distribution]));
    put_quantity(object, "deviation", times, jitter->deviation, 0);
    if (direction->table)
        json_object_set_new(object, "table", json_string(direction->table->path));
    put_flag(object, "reorder", jitter->may_reorder);
    return object;
}

static json_t *frames_json(const struct way_loss *loss)
{
    json_t *list = json_array();
    for (size_t i = 0; i < loss->list_count; i++)
        json_array_append_new(list, json_integer((json_int_t)loss->list[i]));
    return list;
}

static void put_loss(json_t *object, const struct way_loss *loss)
{
    json_t *model = json_object();
    json_t *states = json_object();
    switch (loss->kind) {
    case WAY_LOSS_NONE:
        break;
    case WAY_LOSS_BERNOULLI:
        put_probability(model, "bernoulli", loss->probability, 0);
        break;
    case WAY_LOSS_GILBERT_ELLIOTT:
        put_probability(states, "to_bad", loss->to_bad, -1);
        put_probability(states, "to_good", loss->to_good, -1);
        put_probability(states, "loss_in_bad", loss->loss_in_bad, -1);
        put_probability(states, "loss_in_good", loss->loss_in_good, -1);
        json_object_set(model, "gilbert-elliott", states);
        break;
    case WAY_LOSS_LIST:
        json_object_set_new(model, "frames", frames_json(loss));
        break;
    }
    json_decref(states);
    put_object(object, "loss", model);
}

static json_t *queue_json(const struct way_queue_parameters *queue)
{
    const struct way_queue_parameters *usual = &way_parameters_default.queue;
    json_t *object = json_object();
    put_integer(object, "packets", queue->packets, 0);
    put_quantity(object, "bytes", sizes, queue->bytes, 0);
    if (queue->discipline == usual->discipline)
        return object;
    json_object_set_new(object, "discipline", json_string(disciplines[queue->discipline]));
    put_flag(object, "ecn", queue->ecn);
    if (queue->discipline == WAY_DISCIPLINE_CODEL) {
        put_quantity(object, "target", times, queue->codel.target, usual->codel.target);
        put_quantity(object, "interval", times, queue->codel.interval, usual->codel.interval);
    } else {
        put_quantity(object, "min", sizes, queue->red.min, usual->red.min);
        put_quantity(object, "max", sizes, queue->red.max, usual->red.max);
        put_probability(object, "probability", queue->red.probability, usual->red.probability);
        put_probability(object, "weight", queue->red.weight, usual->red.weight);
    }
    return object;
}

json_t *way_direction_json(const struct way_direction *direction)
{
    const struct way_parameters *p = &direction->parameters;
    json_t *object = json_object();
    json_t *reorder = json_object();
    put_quantity(object, "delay", times, p->delay.base, 0);
    put_object(object, "jitter", jitter_json(direction));
    put_quantity(object, "rate", rates, p->rate.bits, 0);
    put_quantity(object, "burst", sizes, p->rate.burst, 0);
    put_quantity(object, "overhead", sizes, p->rate.overhead, 0);
    if (direction->trace)
        json_object_set_new(object, "trace", json_string(direction->trace->path));
    put_loss(object, &p->loss);
    put_probability(object, "duplicate", p->duplicate, 0);
    put_probability(object, "corrupt", p->corrupt, 0);
    put_probability(reorder, "probability", p->reorder.probability, 0);
    put_quantity(reorder, "by", times, p->reorder.by, 0);
    put_object(object, "reorder", reorder);
    put_object(object, "queue", queue_json(&p->queue));
    put_integer(object, "mtu", p->mtu, 0);
    put_flag(object, "down", p->down);
    return object;
}
