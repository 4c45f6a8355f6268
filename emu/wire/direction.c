/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of a direction's parameters.
 *
 * All tables, also the nested ones, have the struct `reading` as their object: the
 * direction, and where its material comes from. Values are read straight into it;
 * what depends on several keys is looked at when their mapping has been read.
 */
#include "emu/wire/direction.h"

#include <stdlib.h>
#include <string.h>

#include "emu/wire/bucket.h"
#include "emu/wire/direction_parts.h"
#include "emu/wire/frame.h"

#define HOUR INT64_C(3600000000000)

struct reading {
    struct way_direction direction;
    struct way_materials *materials;
    bool has_rate, has_trace;         /* keys of the mapping that is read */
    bool has_distribution, has_table; /* and of its `jitter` */
};

#define X(name, text) text,
static const char *const distributions[] = {WAY_DISTRIBUTIONS(X) NULL};
#undef X

static const struct way_config_range to_an_hour = {0, HOUR};
static const struct way_config_range rates = {0, INT64_C(1000000000000)};
static const struct way_config_range bursts = {0, WAY_BUCKET_BYTES_MAX};
static const struct way_config_range overheads = {0, WAY_FRAME_MAX};
static const struct way_config_range mtus = {0, WAY_FRAME_MAX};

/* ---- the object ---- */

struct way_direction way_direction_new(void)
{
    return (struct way_direction){.parameters = way_parameters_default};
}

struct way_direction way_direction_copy(const struct way_direction *from)
{
    struct way_direction copy = *from;
    way_material_share(copy.table);
    way_material_share(copy.trace);
    way_material_share(copy.list);
    return copy;
}

void way_direction_release(struct way_direction *direction)
{
    way_material_release(&direction->table);
    way_material_release(&direction->trace);
    way_material_release(&direction->list);
    *direction = way_direction_new();
}

/* Rows of tables: a member of the parameters. */
#define PARAMETER(name, reader, member, limits)                                                    \
    WAY_CONFIG_OPTIONAL(name, reader, struct reading, direction.parameters.member, limits)

/* Notes that a key is there, and reads its value. */
static int read_rate(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    reading->has_rate = true;
    return way_config_rate(at, &reading->direction.parameters.rate.bits, limits);
}

/* Loads the file that the value names into `piece`, in place of what is there. */
static int load(struct way_config_at at, struct reading *reading, enum way_material_kind kind,
                struct way_material **piece)
{
    char error[256];
    const char *path;
    if (way_config_string(at, &path, NULL) != 0)
        return -1;
    struct way_material *fresh =
        way_material_load(reading->materials, kind, path, error, sizeof(error));
    if (!fresh)
        return way_config_refuse(at, "a file with a %s (%s)",
                                 kind == WAY_MATERIAL_TRACE ? "trace" : "table", error);
    way_material_release(piece);
    *piece = fresh;
    return 0;
}

static int read_trace(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    (void)limits;
    reading->has_trace = true;
    if (load(at, reading, WAY_MATERIAL_TRACE, &reading->direction.trace) != 0)
        return -1;
    reading->direction.parameters.trace = &reading->direction.trace->trace;
    return 0;
}

/* What was written last counts: a rate ends a trace, and a trace a rate. */
static int settle_rate(struct way_config_at at, struct reading *reading)
{
    if (reading->has_rate && reading->has_trace && reading->direction.parameters.rate.bits > 0)
        return way_config_refuse(at, "a rate or a trace, not both");
    if (reading->has_trace) {
        reading->direction.parameters.rate.bits = 0;
    } else if (reading->has_rate) {
        reading->direction.parameters.trace = NULL;
        way_material_release(&reading->direction.trace);
    }
    return 0;
}

/* ---- jitter ---- */

static int read_distribution(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    int index;
    if (way_config_enum(at, &index, limits) != 0)
        return -1;
    reading->has_distribution = true;
    reading->direction.parameters.delay.jitter.distribution = (enum way_distribution)index;
    return 0;
}

static int read_table(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    struct way_direction *direction = &reading->direction;
    (void)limits;
    reading->has_table = true;
    if (load(at, reading, WAY_MATERIAL_TABLE, &direction->table) != 0)
        return -1;
    direction->parameters.delay.jitter.table = direction->table->table;
    direction->parameters.delay.jitter.table_count = direction->table->count;
    return 0;
}

/* A table is for the distribution `table`, which it implies. */
static int settle_jitter(struct way_config_at at, struct reading *reading)
{
    struct way_jitter *jitter = &reading->direction.parameters.delay.jitter;
    if (reading->has_table && !reading->has_distribution)
        jitter->distribution = WAY_DISTRIBUTION_TABLE;
    if (reading->has_table && jitter->distribution != WAY_DISTRIBUTION_TABLE)
        return way_config_refuse(at, "no table, or the distribution 'table'");
    if (jitter->distribution == WAY_DISTRIBUTION_TABLE)
        return jitter->table_count ? 0
                                   : way_config_refuse(at, "a table for the distribution 'table'");
    way_material_release(&reading->direction.table);
    jitter->table = NULL;
    jitter->table_count = 0;
    return 0;
}

static int read_jitter(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("distribution", read_distribution, distributions, false),
        PARAMETER("deviation", way_config_duration, delay.jitter.deviation, &to_an_hour),
        WAY_CONFIG_WHOLE("table", read_table, NULL, false),
        PARAMETER("reorder", way_config_bool, delay.jitter.may_reorder, NULL), WAY_CONFIG_END};
    (void)limits;
    return way_config_mapping(at, fields, target) != 0 ? -1 : settle_jitter(at, target);
}

static int read_reorder(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field fields[] = {
        PARAMETER("probability", way_config_probability, reorder.probability, NULL),
        PARAMETER("by", way_config_duration, reorder.by, &to_an_hour), WAY_CONFIG_END};
    (void)limits;
    if (way_config_mapping(at, fields, target) != 0)
        return -1;
    const struct way_reorder *reorder = &((struct reading *)target)->direction.parameters.reorder;
    if (reorder->probability > 0 && reorder->by == 0)
        return way_config_refuse(at, "by how much frames are held back (by: 5ms)");
    return 0;
}

/* ---- the whole ---- */

static const struct way_config_field direction_fields[] = {
    PARAMETER("delay", way_config_duration, delay.base, &to_an_hour),
    WAY_CONFIG_WHOLE("jitter", read_jitter, NULL, false),
    WAY_CONFIG_WHOLE("rate", read_rate, &rates, false),
    PARAMETER("burst", way_config_size, rate.burst, &bursts),
    PARAMETER("overhead", way_config_size, rate.overhead, &overheads),
    WAY_CONFIG_WHOLE("trace", read_trace, NULL, false),
    WAY_CONFIG_OPTIONAL("loss", way_loss_read, struct reading, direction, NULL),
    PARAMETER("duplicate", way_config_probability, duplicate, NULL),
    PARAMETER("corrupt", way_config_probability, corrupt, NULL),
    WAY_CONFIG_WHOLE("reorder", read_reorder, NULL, false),
    WAY_CONFIG_OPTIONAL("queue", way_queue_read, struct reading, direction.parameters.queue, NULL),
    PARAMETER("mtu", way_config_integer, mtu, &mtus),
    PARAMETER("down", way_config_bool, down, NULL),
    WAY_CONFIG_END};

int way_direction_read(struct way_config_at at, struct way_materials *materials,
                       struct way_direction *direction)
{
    struct reading reading = {.direction = *direction, .materials = materials};
    int result = way_config_mapping(at, direction_fields, &reading);
    if (result == 0)
        result = settle_rate(at, &reading);
    const char *wrong = result == 0 ? way_parameters_wrong(&reading.direction.parameters) : NULL;
    if (wrong)
        result = way_config_refuse(at, "%s", wrong);
    *direction = reading.direction;
    return result;
}
