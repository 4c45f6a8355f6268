/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Names and meanings, made from the one table.
 */
#include "core/packet/error.h"

#include <stddef.h>

struct description {
    const char *name;
    const char *meaning;
};

#define DESCRIPTION(suffix, name, meaning) [WAY_PACKET_##suffix] = {name, meaning},
static const struct description descriptions[] = {WAY_PACKET_ERRORS(DESCRIPTION)};
#undef DESCRIPTION

_Static_assert(sizeof descriptions / sizeof *descriptions == WAY_PACKET_ERROR_COUNT,
               "every kind is described");

static const struct description *describe(enum way_packet_error error)
{
    static const struct description unknown = {"unknown", "no such kind"};
    return (unsigned)error < WAY_PACKET_ERROR_COUNT ? &descriptions[error] : &unknown;
}

const char *way_packet_error_name(enum way_packet_error error)
{
    return describe(error)->name;
}

const char *way_packet_error_meaning(enum way_packet_error error)
{
    return describe(error)->meaning;
}
