/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looking names up: they are few, so a walk over them does.
 */
#include "analysis/lang/world.h"

#include <string.h>

#include "analysis/lang/nearest.h"

const struct way_world_name *way_world_find(const struct way_world *world, enum way_world_kind kind,
                                            const char *name)
{
    for (size_t i = 0; i < world->count; i++)
        if (world->names[i].kind == kind && strcmp(world->names[i].name, name) == 0)
            return &world->names[i];
    return NULL;
}

const char *way_world_nearest(const struct way_world *world, enum way_world_kind kind,
                              const char *name)
{
    struct way_nearest nearest = way_nearest(name);

    for (size_t i = 0; i < world->count; i++)
        if (world->names[i].kind == kind)
            way_nearest_offer(&nearest, world->names[i].name);
    return nearest.best;
}
