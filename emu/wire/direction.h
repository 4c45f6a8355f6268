/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parameters of one direction of a link, as users write them.
 *
 *     delay: 10ms
 *     jitter: {distribution: normal, deviation: 2ms, table: FILE, reorder: false}
 *     rate: 10Mbit    burst: 10kB    overhead: 24    trace: FILE
 *     loss: 1%        {bernoulli: 1%}   {frames: [3, 7]}
 *                     {gilbert-elliott: {to_bad: 1%, to_good: 10%, loss_in_bad: 100%, loss_in_good:
 * 0%}} duplicate: 0.1% corrupt: 0.01%   reorder: {probability: 1%, by: 5ms} queue: {packets: 100,
 * bytes: 150kB, discipline: red, ecn: true, min: 30kB, …} mtu: 1500       down: true
 *
 * The same reader serves the configuration, where values come over defaults, and
 * a change while the wire runs: what is not written stays as it is, also inside
 * `jitter`, `queue`, `reorder` and `gilbert-elliott`. A `rate`, 0 (unlimited)
 * included, ends a trace, and a `trace` a rate; another kind of loss forgets the
 * one before.
 *
 * docs/wire.md is the reference for users.
 */
#ifndef WAYLAY_EMU_WIRE_DIRECTION_H
#define WAYLAY_EMU_WIRE_DIRECTION_H

#include <jansson.h>

#include "core/common/config.h"
#include "emu/wire/material.h"
#include "emu/wire/parameters.h"

/* Parameters together with the material they point to, which they use. Not to be
 * copied but by way_direction_copy. */
struct way_direction {
    struct way_parameters parameters;
    struct way_material *table, *trace, *list; /* or NULL */
};

/* A perfect cable. */
struct way_direction way_direction_new(void);

/* A copy, which uses the same material. */
struct way_direction way_direction_copy(const struct way_direction *from);

/* Gives the material back; what is left is a perfect cable. To be called when no
 * chain has the parameters any more: after way_chain_change, or way_chain_free. */
void way_direction_release(struct way_direction *direction);

/* Reads the mapping at `at` over what `direction` is. Returns 0; or -1 after an
 * error was noted, and then `direction` may be changed in part, and is only to be
 * released. */
int way_direction_read(struct way_config_at at, struct way_materials *materials,
                       struct way_direction *direction);

/* The parameters in the same words, defaults left out: {} for a perfect cable.
 * Read back, they are the same. A new reference, or NULL when memory lacks. */
json_t *way_direction_json(const struct way_direction *direction);

#endif
