/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading `loss`: by a probability, by Gilbert and Elliott, or by a list.
 */
#include <stdlib.h>

#include "emu/wire/direction.h"
#include "emu/wire/direction_parts.h"

/* Puts the model in the place of the one before. What has the same kind keeps its
 * numbers, for those that are not written. */
static struct way_loss *begin(struct way_direction *direction, enum way_loss_kind kind)
{
    struct way_loss *loss = &direction->parameters.loss;
    way_material_release(&direction->list);
    if (loss->kind != kind)
        *loss = way_parameters_default.loss;
    loss->kind = kind;
    loss->list = NULL;
    loss->list_count = 0;
    return loss;
}

static int read_bernoulli(struct way_config_at at, void *target, const void *limits)
{
    double probability;
    if (way_config_probability(at, &probability, limits) != 0)
        return -1;
    begin(target, probability > 0 ? WAY_LOSS_BERNOULLI : WAY_LOSS_NONE)->probability = probability;
    return 0;
}

/* The model cannot do without the two ways between its states. */
static int read_gilbert_elliott(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field first[] = {
        WAY_CONFIG_REQUIRED("to_bad", way_config_probability, struct way_loss, to_bad, NULL),
        WAY_CONFIG_REQUIRED("to_good", way_config_probability, struct way_loss, to_good, NULL),
        WAY_CONFIG_OPTIONAL("loss_in_bad", way_config_probability, struct way_loss, loss_in_bad,
                            NULL),
        WAY_CONFIG_OPTIONAL("loss_in_good", way_config_probability, struct way_loss, loss_in_good,
                            NULL),
        WAY_CONFIG_END};
    static const struct way_config_field again[] = {
        WAY_CONFIG_OPTIONAL("to_bad", way_config_probability, struct way_loss, to_bad, NULL),
        WAY_CONFIG_OPTIONAL("to_good", way_config_probability, struct way_loss, to_good, NULL),
        WAY_CONFIG_OPTIONAL("loss_in_bad", way_config_probability, struct way_loss, loss_in_bad,
                            NULL),
        WAY_CONFIG_OPTIONAL("loss_in_good", way_config_probability, struct way_loss, loss_in_good,
                            NULL),
        WAY_CONFIG_END};
    const struct way_direction *direction = target;
    bool changes = direction->parameters.loss.kind == WAY_LOSS_GILBERT_ELLIOTT;
    (void)limits;
    return way_config_mapping(at, changes ? again : first, begin(target, WAY_LOSS_GILBERT_ELLIOTT));
}

/* ---- the list ---- */

struct numbers {
    uint64_t *list;
    size_t count, room;
};

static int read_number(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_range from_one = {1, INT64_MAX};
    struct numbers *numbers = target;
    int64_t number;
    (void)limits;
    if (way_config_integer(at, &number, &from_one) != 0)
        return -1;
    if (numbers->count > 0 && (uint64_t)number <= numbers->list[numbers->count - 1])
        return way_config_refuse(at, "a number above the one before");
    if (numbers->count == numbers->room) {
        size_t room = numbers->room ? 2 * numbers->room : 16;
        uint64_t *more = realloc(numbers->list, room * sizeof(*more));
        if (!more)
            return way_config_refuse(at, "a list that fits into memory");
        numbers->list = more;
        numbers->room = room;
    }
    numbers->list[numbers->count++] = (uint64_t)number;
    return 0;
}

static int read_frames(struct way_config_at at, void *target, const void *limits)
{
    struct numbers numbers = {.count = 0};
    struct way_direction *direction = target;
    (void)limits;
    if (way_config_list(at, "numbers of frames", 1, WAY_MATERIAL_LIST_MAX, read_number, &numbers,
                        NULL) != 0) {
        free(numbers.list);
        return -1;
    }
    struct way_loss *loss = begin(direction, WAY_LOSS_LIST);
    direction->list = way_material_list(numbers.list, numbers.count);
    if (!direction->list)
        return way_config_refuse(at, "a list that fits into memory");
    loss->list = direction->list->list;
    loss->list_count = direction->list->count;
    return 0;
}

int way_loss_read(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field models[] = {
        WAY_CONFIG_WHOLE("bernoulli", read_bernoulli, NULL, false),
        WAY_CONFIG_WHOLE("gilbert-elliott", read_gilbert_elliott, NULL, false),
        WAY_CONFIG_WHOLE("frames", read_frames, NULL, false), WAY_CONFIG_END};
    struct way_config_at key, value;
    if (way_config_text(at))
        return read_bernoulli(at, target, limits);
    if (way_config_mapping(at, models, target) != 0)
        return -1;
    if (!way_config_pair(&at, 0, &key, &value) || way_config_pair(&at, 1, &key, &value))
        return way_config_refuse(at, "one of: bernoulli, gilbert-elliott, frames");
    return 0;
}
