/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading `queue`: its bounds, and what its discipline needs to know.
 */
#include <string.h>

#include "emu/wire/direction_parts.h"
#include "emu/wire/parameters.h"

#define HOUR INT64_C(3600000000000)

static const struct way_config_range bounds = {0, INT64_C(1) << 40};
static const struct way_config_range sizes = {1, INT64_C(1) << 40};
static const struct way_config_range times = {1, HOUR};

#define X(name, text) text,
static const char *const disciplines[] = {WAY_DISCIPLINES(X) NULL};
#undef X

static int read_discipline(struct way_config_at at, void *target, const void *limits)
{
    int index;
    if (way_config_enum(at, &index, limits) != 0)
        return -1;
    *(enum way_discipline *)target = (enum way_discipline)index;
    return 0;
}

#define ROW(name, reader, member, limits)                                                          \
    WAY_CONFIG_OPTIONAL(name, reader, struct way_queue_parameters, member, limits)

static const struct way_config_field fields[] = {
    ROW("packets", way_config_integer, packets, &bounds),
    ROW("bytes", way_config_size, bytes, &bounds),
    ROW("discipline", read_discipline, discipline, disciplines),
    ROW("ecn", way_config_bool, ecn, NULL),
    ROW("target", way_config_duration, codel.target, &times),
    ROW("interval", way_config_duration, codel.interval, &times),
    ROW("min", way_config_size, red.min, &sizes),
    ROW("max", way_config_size, red.max, &sizes),
    ROW("probability", way_config_probability, red.probability, NULL),
    ROW("weight", way_config_probability, red.weight, NULL),
    WAY_CONFIG_END};

/* Which disciplines a key is for (bits 1 << enum way_discipline). */
static const struct {
    const char *key;
    unsigned disciplines;
    const char *expected;
} owners[] = {
    {"ecn", 1U << WAY_DISCIPLINE_CODEL | 1U << WAY_DISCIPLINE_RED, "codel or red"},
    {"target", 1U << WAY_DISCIPLINE_CODEL, "codel"},
    {"interval", 1U << WAY_DISCIPLINE_CODEL, "codel"},
    {"min", 1U << WAY_DISCIPLINE_RED, "red"},
    {"max", 1U << WAY_DISCIPLINE_RED, "red"},
    {"probability", 1U << WAY_DISCIPLINE_RED, "red"},
    {"weight", 1U << WAY_DISCIPLINE_RED, "red"},
};

static int check_owner(struct way_config_at value, const char *key, enum way_discipline discipline)
{
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
        if (strcmp(owners[i].key, key) == 0 && !(owners[i].disciplines >> discipline & 1))
            return way_config_refuse(value, "it with the discipline %s only", owners[i].expected);
    return 0;
}

int way_queue_read(struct way_config_at at, void *target, const void *limits)
{
    struct way_queue_parameters *queue = target;
    struct way_config_at key, value;
    (void)limits;
    if (way_config_mapping(at, fields, queue) != 0)
        return -1;
    for (size_t i = 0; way_config_pair(&at, i, &key, &value); i++)
        if (check_owner(value, key.key, queue->discipline) != 0)
            return -1;
    if (queue->discipline == WAY_DISCIPLINE_RED && queue->red.max <= queue->red.min)
        return way_config_refuse(at, "min below max");
    return 0;
}
